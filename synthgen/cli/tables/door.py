"""What tables need of their own on the command line."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

from synthgen.cli.door import Description, Door, Prepared
from synthgen.cli.speaking import count
from synthgen.cli.tables.places import require_tables
from synthgen.errors import SynthgenError

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.bundle.signed_folder import SignedFolder
    from synthgen.data.schema import Schema
    from synthgen.selection.selection import Selection

TABLES: Literal["tables"] = "tables"
"""The kind."""

AUTO = "auto"
"""What chooses among the models."""


@final
class TableDoor(Door):
    """Tables: what their columns mean is said by a schema, or guessed."""

    kind = TABLES
    usual = "tabular-gan"
    contest = AUTO
    example = "synthetic.csv"
    formats = ("csv", "parquet")
    takes: ClassVar = {
        "read": ("--missing", "--separator", "--decimal", "--encoding", "--short-rows"),
        "describe": ("--patient-key",),
        "sample": ("--known", "--raw"),
        "judge": ("--target", "--by", "--schema"),
    }

    def options(self, told: Mapping[str, str]) -> dict[str, Any]:
        return {name: text.split(",") if name == "missing_values" else text for name, text in told.items()}

    def require_places(self, *paths: Path | None) -> None:
        require_tables(*paths)

    def write_real(self, data: "pd.DataFrame", path: Path) -> None:
        from synthgen.data.tables.writers import write_table

        write_table(data, path, private=True)

    def schema(self, path: Path | None, *, private: bool = False) -> "Schema | None":
        from synthgen.cli.tables.public_schema import public_schema

        return public_schema(path) if private and path is not None else super().schema(path)

    def named(self, model: str | None, *, schema: "Schema | None", private: bool) -> tuple[str, str]:
        word, why = super().named(model, schema=schema, private=private)
        if not private:
            return word, why
        if schema is None:
            raise SynthgenError(
                "--epsilon needs --schema: a guess would read the table outside the budget. 'synthgen describe' writes "
                "a first one; read it, and confirm what is known without the table by 'synthgen confirm'."
            )
        if model not in (None, AUTO):
            return word, why
        from synthgen.selection.private_family import private_family

        family, why = private_family(schema)
        return next(word for word, known in self.families.items() if known.name == family.__name__), f"Chosen: {why}"

    def choose(self, found: Prepared, *, minutes: float, seed: int, verbose: bool) -> "Selection":
        from synthgen.selection.auto import fit_auto

        return fit_auto(found.data, minutes=minutes, schema=found.schema, seed=seed, verbose=verbose)

    def prepared(self, data: "pd.DataFrame", schema: "Schema | None", *, private: bool) -> Prepared:
        from synthgen.data.schema import Schema

        meaning = Schema.infer(data) if schema is None else schema
        meaning.validate(data)
        return Prepared(data=data, schema=meaning, patient_key=meaning.patient_key)

    def learned(self, data: "pd.DataFrame") -> str:
        return f"{count(len(data))} rows"

    def require_target(self, output: Path, kind: str | None) -> None:
        self.refuse("sample", {"--kind": kind})
        require_tables(output)

    def judging(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"target": asked["target"], "subgroups": asked["by"] or (), "schema": asked["schema"]}

    def folder(self, *, train: "pd.DataFrame", schema: "Schema | None", **release: Any) -> "SignedFolder":
        from synthgen.bundle.tables.release import Release
        from synthgen.data.schema import Schema

        return Release(schema=Schema.infer(train) if schema is None else schema, **release)

    def describe(self, data: "pd.DataFrame", *, patient_key: str | None, rare_below: int) -> Description:
        from synthgen.cli.tables.columns import columns_table
        from synthgen.data.schema import Schema, SchemaWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SchemaWarning)  # the table that is shown says it
            schema = Schema.infer(data, patient_key=patient_key, rare_below=rare_below)
        patients = schema.patients(data)
        owners = "" if patient_key is None else f", {count(int(patients.max()) + 1)} patients"
        return Description(
            head=f"{count(len(data))} rows{owners}, {len(schema.columns)} columns", schema=schema,
            shown=[columns_table(schema, data, patients)],
            closing=f"{len(schema.learned)} of {len(schema.columns)} columns would be learned.",
        )  # fmt: skip
