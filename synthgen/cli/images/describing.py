"""What is found in images: their form, whose they are, classes and what else is known; no value of few patients."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from synthgen.cli.door import Description
from synthgen.cli.speaking import count
from synthgen.cli.tables.columns import columns_table

if TYPE_CHECKING:
    from rich.table import Table

    from synthgen.data.images.image_set import ImageSet
    from synthgen.data.schema import Schema


def described(images: "ImageSet", *, rare_below: int) -> Description:
    """Returns what was found.

    Args:
        images: That were read.
        rare_below: Classes of fewer patients are counted, not named.
    """
    whose = np.arange(len(images)) if images.patients is None else np.unique(images.patients, return_inverse=True)[1]
    sides = " x ".join(str(side) for side in images.pixels.shape[1:-1])
    channels = images.pixels.shape[-1]
    copies = len(images) - len(images.without_duplicates())
    shown = [
        f"{sides}, {channels} channel{'s' * (channels > 1)}, {images.bits} bits",
        "Whose each is was not said: each counts as a patient's own."
        if images.patients is None
        else f"{count(int(whose.max()) + 1)} patients: all images of one go to the same side of a split.",
        *([f"Copies of other images, which fit leaves out: {count(copies)}"] if copies else []),
    ]
    head = f"{count(len(images))} images"
    if not len(images.table.columns):
        return Description(head=head, shown=shown, closing="Nothing is known of them but their pixels.")
    schema = _schema(images, rare_below)
    known = [*_classes(images, whose, rare_below), columns_table(schema, images.table, whose)]
    return Description(
        head=head, shown=[*shown, *known], schema=schema,
        closing=f"Images can be asked for by {'their class' if images.label else 'columns that --set conditions='}"
        f"{'' if images.label else ' names'}.",
    )  # fmt: skip


def _schema(images: "ImageSet", rare_below: int) -> "Schema":
    """What the columns of the table beside the images mean; the label is a class, whatever type it has."""
    import warnings

    from synthgen.data.columns import Boolean, Categorical
    from synthgen.data.schema import Schema, SchemaWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemaWarning)  # the table that is shown says it
        schema = Schema.infer(images.table, rare_below=rare_below)
    columns, label = dict(schema.columns), images.label
    if label is not None and not isinstance(columns[label], Categorical | Boolean):
        columns[label] = Categorical(dtype=str(images.table[label].dtype), inferred=True)
    return replace(schema, columns=columns)


def _classes(images: "ImageSet", whose: np.ndarray, rare_below: int) -> "list[Table | str]":
    """Images and patients of each class that many share; of the others, how many there are."""
    import pandas as pd
    from rich.table import Table
    from rich.text import Text

    if images.label is None:
        return []
    found = pd.DataFrame({"class": images.table[images.label].to_numpy(), "patient": whose}).groupby("class")["patient"]
    counts = found.agg(["size", "nunique"])
    shared = counts[counts["nunique"] >= rare_below]
    table = Table(show_edge=False, pad_edge=False)
    for heading in (f"Class ({images.label})", "Images", "Patients"):
        table.add_column(heading, justify="left" if heading.startswith("Class") else "right", overflow="fold")
    for name, row in shared.iterrows():
        table.add_row(Text(str(name)), count(int(row["size"])), count(int(row["nunique"])))
    rare = len(counts) - len(shared)
    if not rare:
        return [table]
    held = count(int(counts["size"].sum() - shared["size"].sum()))
    said = (f"{rare} class{'es' * (rare > 1)} of fewer than {rare_below} patients, {held} images in all: too few to be "
            "learned as classes. Merge them, or leave them out.")  # fmt: skip
    return [table, said]
