"""The picture of linked tables: a tree of text for the console, and an SVG for pages; neither holds a value."""

from collections.abc import Mapping
from html import escape

from synthgen.data.records.link import Link
from synthgen.data.records.linked_table import LinkedTable
from synthgen.data.records.schema import RecordSchema

WIDTH, HEIGHT, ACROSS, DOWN = 190, 44, 70, 16
"""Of a box, and the room between boxes, in pixels."""


TEXT = 'fill="currentColor" stroke="none"'


def arrow_id(table: str, link: Link) -> str:
    """Returns the name of an arrow of the picture, by which a verdict on it can be shown.

    Args:
        table: Whose rows refer.
        link: Whereby.

    Example:
        >>> arrow_id("labs", Link("hadm_id", to="admissions"))
        'labs.hadm_id->admissions'
    """
    return f"{table}.{'+'.join(link.columns)}->{link.to}"


def as_text(schema: RecordSchema, rows: Mapping[str, int] | None = None) -> str:
    """Returns the tables as a tree, the root first, each within the one above it; lookups below.

    Args:
        schema: Of the tables.
        rows: Name to number of rows, to be shown beside.

    Example:
        >>> from synthgen import Categorical, Identifier, Numerical
        >>> people = LinkedTable(columns={"id": Identifier(), "sex": Categorical()}, key=("id",), role="patients")
        >>> labs = LinkedTable(columns={"id": Identifier(), "day": Numerical()}, links=(Link("id", to="people"),),
        ...                    order=("day",))
        >>> print(as_text(RecordSchema({"people": people, "labs": labs}, root="people"), {"people": 9, "labs": 40}))
        people: 9 rows, a row for each patient, key id
        └─ labs: 40 rows, by id, in the order of day
    """
    lines = [_line(schema, schema.root, rows)]
    _grow(schema, schema.root, "", rows, lines)
    for name in schema.lookups:
        public = {True: "public, kept as it is", False: "not public", None: "public or not? Nobody has said yet"}
        lines.append(f"{_line(schema, name, rows)}, {public[schema.tables[name].public]}")
    return "\n".join(lines)


def _grow(schema: RecordSchema, name: str, before: str, rows: Mapping[str, int] | None, lines: list[str]) -> None:
    children = schema.children(name)
    for child in children:
        last = child == children[-1]
        lines.append(f"{before}{'└─ ' if last else '├─ '}{_line(schema, child, rows)}")
        _grow(schema, child, before + ("   " if last else "│  "), rows, lines)


def _line(schema: RecordSchema, name: str, rows: Mapping[str, int] | None) -> str:
    table, parts = schema.tables[name], list[str]()
    if rows is not None:
        parts.append(f"{rows[name]} rows")
    if table.role != "rows":
        parts.append("a row for each patient" if table.role == "patients" else "a lookup")
    parent = schema.parent(name)
    if parent is not None:
        parts.append(f"by {' + '.join(parent.columns)}")
    if table.key:
        parts.append(f"key {' + '.join(table.key)}")
    further = [link for link in table.links if link is not parent]
    parts += [*_in_time(table), *(f"{_says(schema, link)} {link.to} by {' + '.join(link.columns)}" for link in further)]
    return f"{name}: {', '.join(parts)}"


def _says(schema: RecordSchema, link: Link) -> str:
    return "and so to" if link.implied else "codes of" if schema.tables[link.to].public else "points to"


def _in_time(table: LinkedTable) -> list[str]:
    said = [f"in the order of {', '.join(table.order)}"] if table.order else []
    if table.role == "rows" and not said:
        said = ["without an order"]
    if table.interval:
        said.append(f"from {table.interval[0]} to {table.interval[1]}")
    if table.value is not None:
        said.append(f"{table.value} of {table.kind}" + (f" in {table.unit}" if table.unit else ""))
    return said


def as_svg(
    schema: RecordSchema, rows: Mapping[str, int] | None = None, verdicts: Mapping[str, str] | None = None
) -> str:
    """Returns the tables as boxes, level by level from left to right, and their links as arrows.

    Args:
        schema: Of the tables.
        rows: Name to number of rows, to be shown in the boxes.
        verdicts: `arrow_id` to the class of the arrow, such as "pass"; it says so by its class and its title.

    Returns:
        An SVG element; boxes and arrows have ids and classes, colours are those of the text around it.
    """
    columns = [*schema.levels, *([schema.lookups] if schema.lookups else [])]
    places = {name: (12 + x * (WIDTH + ACROSS), 12 + y * (HEIGHT + DOWN))
              for x, names in enumerate(columns) for y, name in enumerate(names)}  # fmt: skip
    width = 24 + len(columns) * WIDTH + (len(columns) - 1) * ACROSS
    height = 24 + max(map(len, columns)) * (HEIGHT + DOWN) - DOWN
    arrows = [_arrow(name, link, places, verdicts or {}, first=link is schema.parent(name))
              for name, table in schema.tables.items() for link in table.links]  # fmt: skip
    boxes = [_box(name, table, places[name], rows) for name, table in schema.tables.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" font-family="sans-serif" font-size="12" fill="none" stroke="currentColor">'
        f"<title>{len(schema.tables)} linked tables</title>" + "".join(arrows + boxes) + "</svg>"
    )


def _box(name: str, table: LinkedTable, place: tuple[int, int], rows: Mapping[str, int] | None) -> str:
    x, y = place
    count = (
        f"{rows[name]} rows" if rows is not None else {"patients": "patients", "lookup": "lookup"}.get(table.role, "")
    )
    dashes = ' stroke-dasharray="4 3"' if table.role == "lookup" else ""
    return (
        f'<g id="{escape(name)}" class="table {table.role}"><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" '
        f'rx="6" fill="none"{dashes}/>'
        f'<text x="{x + 10}" y="{y + 18}" {TEXT} font-weight="bold">{escape(name[:26])}</text>'
        f'<text x="{x + 10}" y="{y + 35}" {TEXT}>{escape(count)}</text></g>'
    )


def _arrow(
    name: str, link: Link, places: Mapping[str, tuple[int, int]], verdicts: Mapping[str, str], *, first: bool
) -> str:
    """A curve from the side of the table that refers to that of the other which is nearer."""
    (x, y), (to_x, to_y) = places[name], places[link.to]
    start, end = (x, to_x + WIDTH) if to_x < x else (x + WIDTH, to_x) if to_x > x else (x, to_x)
    bend = (end - start) / 2 if start != end else -ACROSS / 2
    middle, to_middle = y + HEIGHT / 2, to_y + HEIGHT / 2 + (6 if name == link.to else 0)
    of = arrow_id(name, link)
    style = "" if first else ' stroke-dasharray="2 3"' if link.implied else ' stroke-dasharray="6 3"'
    told = f": {verdicts[of]}" if of in verdicts else ""
    kind = f"link {escape(verdicts.get(of, ''))}".strip()
    return (
        f'<path id="{escape(of)}" class="{kind}" d="M{start} {middle}C{start + bend} {middle} {end - bend} {to_middle} '
        f'{end} {to_middle}"{style}><title>{escape(of + told)}</title></path>'
        f'<circle cx="{end}" cy="{to_middle}" r="3" fill="currentColor"/>'
    )
