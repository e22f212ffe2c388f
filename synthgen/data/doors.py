"""One door for every kind of data: what a path holds, or a value is, decides who reads or writes it."""

import os
from typing import Any

from synthgen.data.kind import Source
from synthgen.data.kinds import kind_of, kind_of_path


def read(path: Source, **options: Any) -> Any:
    r"""Reads a table, images or linked tables: what the path holds decides.

    | path | options |
    |---|---|
    | a text file: .csv, .tsv, both also .gz | `missing_values`, `separator`, `decimal`, `encoding`, `short_rows` |
    | a table: .parquet, .feather, .arrow | none |
    | the URL of a database, ``sqlite:///clinic.db`` | `query` |
    | linked tables: a folder with two such files or more | `schema`, `root`, and those of text files |
    | linked tables: .sqlite, .sqlite3, .db, .duckdb | `schema`, `root` |
    | images of an .npz | `part`, `patient`, `allow_synthetic`, `cache` |
    | other images, file or folder | `size`, `allow_synthetic`, `skip_corrupt`, `cache` |
    | such of PNG or JPEG, also | `table`, `file`, `label`, `patient` |
    | such of DICOM, also | `columns`, `label`, `window`, `slices`, `bits` |
    | such of NIfTI, also | `bounds`, `slices` |

    What each means: `read_table` (in `synthgen.data.tables.readers`), `read_records` (in
    `synthgen.data.records.reading`) and `read_images` (in `synthgen.data.images.reading`).

    Args:
        path: Of a table's file, or the URL of a database; of an archive, a file or a folder of images; of a folder or
            a database of linked tables.
        options: As the table above has them; one that the reader cannot use is refused by name.

    Returns:
        A data frame, `Records`, or an `ImageSet`.

    Raises:
        ReadError: If nothing there is read, or cannot be; or an option is none of the reader's. Says what was found.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import synthgen as sg
        >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
        >>> _ = path.write_text("age,sex\n31,?\n")
        >>> sg.read(path, missing_values=["?"])
           age  sex
        0   31  NaN
        >>> sg.read(path, size=(64, 64))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        synthgen.errors.ReadError: ... takes no option 'size'. There are: missing_values, separator, ...
    """
    return kind_of_path(path).read(path, **options)


def write(data: Any, path: str | os.PathLike[str], **options: Any) -> None:
    """Writes a table, images or linked tables, whole or not at all: what the value is decides.

    Images then say that they are synthetic, unless ``synthetic=False`` says that they are real, which an .npz can hold.
    Real rows are written with ``private=True``, for their owner's eyes only.

    | data | path | options |
    |---|---|---|
    | a data frame | .csv, .tsv, both also .gz, .parquet, .feather, .arrow | `private` |
    | `Records` | a new folder | `form` of its files, such as "parquet", `private` |
    | `Records` | .sqlite, .sqlite3, .db, .duckdb | `private` |
    | an `ImageSet` | .npz | `part`, `synthetic` |
    | an `ImageSet` | .nii, .nii.gz | none |
    | an `ImageSet` | a new folder | ``kind="png"``, `names` |
    | an `ImageSet` | a new folder | ``kind="dicom"``, `modality`, `model` |

    What each means: `write_table` (in `synthgen.data.tables.writers`), `write_records` (in
    `synthgen.data.records.reading`), `write_images` (in `synthgen.data.images.reading`).

    Args:
        data: Of a kind that is written.
        path: Of a file, or of a new folder.
        options: As the table above has them; one that the writer cannot use is refused by name.

    Raises:
        SchemaError: If the value is of no kind of data.
        WriteError: If the path cannot be written, or an option is none of the writer's.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import pandas as pd
        >>> import synthgen as sg
        >>> path = Path(tempfile.mkdtemp()) / "stays.parquet"
        >>> sg.write(pd.DataFrame({"days": [3, 5]}), path)
        >>> sg.read(path)["days"].tolist()
        [3, 5]
    """
    kind_of(data).write(data, path, **options)
