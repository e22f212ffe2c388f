#!/usr/bin/env bash
# Parquet from pandas: `store_schema=False` leaves out more than Arrow's schema; pandas' own note on types goes with it.
#
# Versions: pyarrow 26.0.1, pandas 2.3.3 (pip).
#
# `pyarrow.parquet.write_table(table, path, store_schema=False)` is documented as not storing the serialized Arrow schema
# (the entry ARROW:schema of the footer). All other metadata of the table's schema is left out as well, the entry "pandas"
# among it, which `Table.from_pandas` put there and `to_pandas` follows. Without either entry a reader has Parquet's own
# types only: a category comes back as text, a nullable whole number as a float, which is exact to 2**53 only.
#
# Seen, as columns of the file read again:
#   store_schema=True    category, Int64; metadata has ARROW:schema's content (as the schema itself) and "pandas"
#   store_schema=False   object, float64; metadata is None
#   2**53 + 1 in the Int64 column, with a missing cell beside it: 9007199254740993 becomes 9007199254740992
#
# What it means: a writer that drops the Arrow schema, to be read by others or to be smaller, changes whole numbers of 17
# digits, such as identifiers. Declare types beside the file, or put the "pandas" entry back by `replace_schema_metadata`
# after reading.
# Fails if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 pandas==2.3.3
cat > "$folder/schema.py" <<'PYTHON'
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

place = Path(sys.argv[1]) / "patients.parquet"
frame = pd.DataFrame({"ward": pd.Categorical(["A", "B"]), "number": pd.array([2**53 + 1, None], dtype="Int64")})
found = {}
for kept in (True, False):
    pq.write_table(pa.Table.from_pandas(frame), place, store_schema=kept)
    metadata = pq.read_schema(place).metadata
    back = pq.read_table(place).to_pandas()
    found[kept] = (sorted(metadata or {}), [str(kind) for kind in back.dtypes], int(back["number"].iloc[0]))
    print(f"store_schema={kept}", *found[kept])
assert found == {
    True: ([b"pandas"], ["category", "Int64"], 2**53 + 1),
    False: ([], ["object", "float64"], 2**53),
}, found
PYTHON
"$folder/venv/bin/python" "$folder/schema.py" "$folder"
