"""Every synthesizer of one table, by name. Each family is one file that puts encoding, networks and loss together."""

from synthgen.families import of
from synthgen.synthesizers.tables.base import TableSynthesizer

FAMILIES: dict[str, type[TableSynthesizer]] = {family.name: family.load() for family in of("tables").values()}
"""Synthesizers by the word that model files use for them."""
