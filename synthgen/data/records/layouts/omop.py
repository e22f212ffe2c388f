"""OMOP common data model 5.4: keys and links as OHDSI's own constraints have them, told by the names of columns."""

from typing import final

from synthgen.data.records.known import Known
from synthgen.data.records.layouts.base import Frames, RecordLayout, has, measured, own_keys, own_links, table

KEYED = ("person", "observation_period", "visit_occurrence", "visit_detail", "condition_occurrence", "drug_exposure",
         "procedure_occurrence", "device_exposure", "measurement", "observation", "note", "note_nlp", "specimen",
         "location", "care_site", "provider", "payer_plan_period", "cost", "drug_era", "dose_era", "condition_era",
         "episode", "metadata", "concept", "domain", "concept_class", "relationship", "vocabulary")  # fmt: skip
"""Tables whose key is called as they are, with _id behind."""

VOCABULARIES = ("concept", "vocabulary", "domain", "concept_class", "concept_relationship", "relationship",
                "concept_synonym", "concept_ancestor", "drug_strength", "source_to_concept_map",
                "cdm_source")  # fmt: skip
"""Tables that everybody may see."""

MEASURED = {
    "measurement": ("measurement_concept_id", "value_as_number", "unit_concept_id"),
    "observation": ("observation_concept_id", "value_as_number", "unit_concept_id"),
    "dose_era": ("drug_concept_id", "dose_value", "unit_concept_id"),
}


@final
class Omop(RecordLayout):
    """A person with visits, conditions, drugs, measurements ..., and concepts for what they are."""

    name = "omop"

    def recognises(self, tables: Frames) -> bool:
        others = ("visit_occurrence", "observation_period", "condition_occurrence", "measurement", "drug_exposure")
        return has(tables, "person", "person_id", "gender_concept_id") and any(
            has(tables, name, "person_id") for name in others
        )

    def known(self, tables: Frames) -> Known:
        keys = own_keys(tables, {name: f"{name}_id" for name in KEYED})
        links = {name: own_links(tables, name, _pairs(frame.columns.tolist(), name)) for name, frame in tables.items()}
        public = {own: True for name in VOCABULARIES if (own := table(tables, name)) is not None}
        return Known(root=table(tables, "person"), keys=keys, links=links, public=public, layout=self.name,
                     measured=measured(tables, MEASURED))  # fmt: skip


def _pairs(columns: list[str], name: str) -> list[tuple[str, str]]:
    """Column and the table that it names: the one whose key is the longest end of its name."""
    found = []
    for one in (str(column).lower() for column in columns):
        ends = [keyed for keyed in KEYED if one == f"{keyed}_id" or one.endswith(f"_{keyed}_id")]
        to = max(ends, key=len, default=None)
        own = name.lower() == to and one == f"{to}_id"
        if to is not None and not own:
            found.append((one, to))
    return found
