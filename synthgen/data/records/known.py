"""What is known of linked tables before anything is guessed: by a database's catalogue, or a layout that all know."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, final

from synthgen.data.records.link import Link


@final
@dataclass(frozen=True, kw_only=True)
class Known:
    """What need not be guessed of linked tables; tables that are named and not there are passed over.

    Args:
        root: Name of the patients' table; None: it is guessed.
        keys: Table to its key.
        links: Table to links that hold; the first is found out among them.
        public: Lookup to whether everybody may see it.
        order: Table to the columns by which its rows follow each other.
        measured: Table to kind, value and unit, the unit "" where there is none.
        layout: Name of the layout that the tables are in, in which they are written again; None: a plain set of files.
    """

    root: str | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    public: Mapping[str, bool] = field(default_factory=dict)
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measured: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    layout: str | None = None

    def with_root(self, root: str | None) -> Self:
        """Returns the same with the root that was named, if one was.

        Args:
            root: Name of the patients' table; None: as it was.
        """
        return self if root is None else replace(self, root=root)


NOTHING = Known()
