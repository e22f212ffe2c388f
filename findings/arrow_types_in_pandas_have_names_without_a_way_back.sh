#!/usr/bin/env bash
# Arrow types in pandas: the name that `str(dtype)` writes makes the type again for some, and raises three errors for others.
#
# Versions: pandas 2.3.3, pyarrow 26.0.1 (pip).
#
# A column's type is often kept beside data by its name (`str(series.dtype)`) and made again by `pandas_dtype(name)` or
# `astype(name)`. For types of Arrow that works with int64, date32 and zoned timestamps, but not with decimals, lists and
# dictionaries, and each of these fails in another way; code that foresees TypeError alone meets the two others.
#
# Seen:
#   int64[pyarrow], date32[day][pyarrow], timestamp[us, tz=Asia/Tokyo][pyarrow]    the same type again
#   decimal128(5, 2)[pyarrow]                                     NotImplementedError
#   list<item: int64>[pyarrow]                                    TypeError
#   dictionary<values=string, indices=int32, ordered=0>[pyarrow]  ValueError
#
# What it means: money and laboratory values that were read from Parquet as decimals have a type that no name brings back.
# Keep the Arrow schema, or refuse such a column by name when its type is noted down, not when it is to be drawn.
# Fails if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pandas==2.3.3 pyarrow==26.0.1
cat > "$folder/names.py" <<'PYTHON'
import pandas as pd
import pyarrow as pa

found = {}
for kind in (
    pa.int64(), pa.date32(), pa.timestamp("us", "Asia/Tokyo"), pa.decimal128(5, 2), pa.list_(pa.int64()),
    pa.dictionary(pa.int32(), pa.string()),
):
    dtype = pd.ArrowDtype(kind)
    try:
        said = "the same" if pd.api.types.pandas_dtype(str(dtype)) == dtype else "another"
    except (NotImplementedError, TypeError, ValueError) as error:
        said = type(error).__name__
    found[str(dtype)] = said
    print(str(dtype), said)
assert list(found.values()) == ["the same"] * 3 + ["NotImplementedError", "TypeError", "ValueError"], found
PYTHON
"$folder/venv/bin/python" "$folder/names.py"
