"""What linked tables need of their own on the command line."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

from synthgen.cli.door import Description, Door, Prepared
from synthgen.cli.outputs import require_new_folder, require_writable
from synthgen.cli.speaking import count
from synthgen.errors import SchemaError, SynthgenError

if TYPE_CHECKING:
    from synthgen.bundle.signed_folder import SignedFolder
    from synthgen.data.records.records import Records

RECORDS: Literal["records"] = "records"
"""The kind."""


@final
class RecordDoor(Door):
    """Linked tables: folders of files and databases; what they mean is said by a schema, or guessed."""

    kind = RECORDS
    usual = "record-gan"
    example = "synthetic/"
    formats = ("csv", "parquet")
    takes: ClassVar = {
        "read": ("--missing", "--separator", "--decimal", "--encoding", "--short-rows"),
        "describe": ("--picture",),
        "judge": ("--target", "--schema"),
    }

    def options(self, told: Mapping[str, str]) -> dict[str, Any]:
        return {name: text.split(",") if name == "missing_values" else text for name, text in told.items()}

    def require_places(self, *paths: Path | None) -> None:
        for path in paths:
            if path is not None:
                (require_writable if path.suffix else require_new_folder)(path)

    def write_real(self, data: "Records", path: Path) -> None:
        from synthgen.data.records.reading import write_records

        write_records(data, path, private=True)

    def schema(self, path: Path | None, *, private: bool = False) -> Any:
        from synthgen.data.records.schema import RecordSchema

        del private
        return None if path is None else RecordSchema.from_yaml(path)

    def named(self, model: str | None, *, schema: Any, private: bool) -> tuple[str, str]:
        if not self.families:
            raise SynthgenError("No model learns linked tables yet. Learn one table of them by itself.")
        return super().named(model, schema=schema, private=private)

    def prepared(self, data: "Records", schema: Any, *, private: bool) -> Prepared:
        known = data if schema is None else data.with_schema(schema)
        if known.schema.undecided:
            raise SchemaError(
                f"The lookups {list(known.schema.undecided)} have to be decided on first: in the schema, say public: "
                "true of what everybody may see as it is, a list of codes, or false of what lists people."
            )
        settled = known.settled()
        key = f"{settled.schema.root}.{settled.schema.patient_key}"
        return Prepared(data=settled, schema=settled.schema, patient_key=key)

    def require_target(self, output: Path, kind: str | None) -> None:
        self.refuse("sample", {"--kind": kind})
        self.require_places(output)

    def judging(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"target": asked["target"], "schema": asked["schema"]}

    def folder(self, *, train: Any, schema: Any, **release: Any) -> "SignedFolder":
        raise SynthgenError("Linked tables cannot be released yet.")

    def describe(self, data: "Records", *, patient_key: str | None, rare_below: int) -> Description:
        from synthgen.data.records.drawing import as_svg, as_text
        from synthgen.data.records.notes import notes_on
        from synthgen.data.schema import SchemaWarning

        self.refuse("describe", {"--patient-key": patient_key})
        with warnings.catch_warnings(record=True) as asked:
            warnings.simplefilter("always", SchemaWarning)
            known = data.with_schema(data.inferred(rare_below=rare_below))
        schema, rows = known.schema, {name: len(frame) for name, frame in data.tables.items()}
        columns = sum(len(table.columns) for table in schema.tables.values())
        learned = sum(len(schema.learned(name)) for name in schema.tables)
        return Description(
            head=f"{count(len(known))} patients in {count(len(rows))} tables, {count(sum(rows.values()))} rows",
            shown=[as_text(schema, rows), *(str(one.message) for one in asked), *notes_on(known)], schema=schema,
            closing=f"{learned} of {columns} columns would be learned.", picture=as_svg(schema, rows),
        )  # fmt: skip
