"""MIMIC III and IV: a patient's admissions, stays, charts and laboratory, with lists of items and diagnoses."""

from typing import final

from synthgen.data.records.known import Known
from synthgen.data.records.layouts.base import Frames, RecordLayout, column, has, measured, own_keys, own_links, table

KEYS = {"patients": "subject_id", "admissions": "hadm_id", "d_items": "itemid", "d_labitems": "itemid",
        "caregivers": "cgid", "caregiver": "caregiver_id", "d_icd_diagnoses": "icd9_code",
        "d_icd_procedures": "icd9_code", "provider": "provider_id"}  # fmt: skip

LISTS = ("d_items", "d_labitems", "d_icd_diagnoses", "d_icd_procedures", "d_cpt", "d_hcpcs")
"""Tables that everybody may see."""

MEASURED = {
    "chartevents": ("itemid", "valuenum", "valueuom"), "labevents": ("itemid", "valuenum", "valueuom"),
    "outputevents": ("itemid", "value", "valueuom"), "inputevents": ("itemid", "amount", "amountuom"),
    "inputevents_mv": ("itemid", "amount", "amountuom"), "inputevents_cv": ("itemid", "amount", "amountuom"),
    "procedureevents": ("itemid", "value", "valueuom"), "procedureevents_mv": ("itemid", "value", "valueuom"),
}  # fmt: skip


@final
class Mimic(RecordLayout):
    """Patients by subject_id, admissions by hadm_id, stays by icustay_id (III) or stay_id (IV)."""

    name = "mimic"

    def recognises(self, tables: Frames) -> bool:
        return has(tables, "patients", "subject_id", "gender") and has(
            tables, "admissions", "subject_id", "hadm_id", "admittime"
        )

    def known(self, tables: Frames) -> Known:
        stays = table(tables, "icustays")
        stay = None if stays is None else column(tables[stays], "icustay_id") or column(tables[stays], "stay_id")
        keys = own_keys(tables, KEYS | ({} if stay is None else {"icustays": stay.lower()}))
        links = {name: own_links(tables, name, _pairs(name.lower(), stay)) for name in tables}
        public = {own: True for name in LISTS if (own := table(tables, name)) is not None}
        return Known(root=table(tables, "patients"), keys=keys, links=links, public=public, layout=self.name,
                     measured=measured(tables, MEASURED))  # fmt: skip


def _pairs(name: str, stay: str | None) -> list[tuple[str, str]]:
    """Columns of a table and what they refer to."""
    if name in (*KEYS, "icustays"):
        own = {"patients": [], "admissions": ["subject_id"], "icustays": ["subject_id", "hadm_id"]}.get(name, [])
    else:
        own = ["subject_id", "hadm_id", *([] if stay is None else [stay.lower()])]
    to = {"subject_id": "patients", "hadm_id": "admissions"}
    pairs = [(one, to.get(one, "icustays")) for one in own]
    if name.startswith("d_"):
        return []
    items = "d_labitems" if name == "labevents" else "d_items"
    codes = "d_icd_procedures" if name.startswith("procedures") else "d_icd_diagnoses"
    return [*pairs, ("itemid", items), *((one, "d_items") for one in ("spec_itemid", "org_itemid", "ab_itemid")),
            ("icd9_code", codes), ("cgid", "caregivers"), ("caregiver_id", "caregiver")]  # fmt: skip
