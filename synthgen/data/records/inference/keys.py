"""Which columns could name the rows of their table, and which one does."""

from collections.abc import Mapping, Sequence

from synthgen.data.records.inference.columns import Facts
from synthgen.data.records.inference.names import ROW_NUMBERS, about, affinity, is_identifier_name, plain


def could_be_keys(table: str, facts: Mapping[str, Facts]) -> list[str]:
    """Returns columns that have another value in each row and are called, or placed, as names of rows are.

    Whole numbers and text alone; a number that happens to be different in each row is no key, whatever its values.

    Args:
        table: Name of the table.
        facts: Of its columns, by name.
    """
    return [name for place, (name, known) in enumerate(facts.items())
            if _is_called_so(table, name, first=place == 0, known=known) and known.names_rows
            and known.sort != "other"]  # fmt: skip


def _is_called_so(table: str, name: str, *, first: bool, known: Facts) -> bool:
    if is_identifier_name(name) or plain(name) in about(table):
        return True
    return first and known.values.dtype.kind in "OTU"


def key_of(table: str, candidates: Sequence[str], referred: Mapping[str, int]) -> tuple[str, ...]:
    """Returns the column that names the rows of a table, if one does.

    Args:
        table: Name of the table.
        candidates: See `could_be_keys`; links to other tables are none.
        referred: Column to how many links name it.
    """

    def weight(name: str) -> tuple[int, int, bool]:
        return referred.get(name, 0), affinity(name, table), plain(name) not in ROW_NUMBERS

    named = [name for name in candidates if referred.get(name) or is_identifier_name(name)]
    return (max(named, key=weight),) if named else ()
