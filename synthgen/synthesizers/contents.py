"""What the members of a model file say, checked: schema, encoder, constraints, ledger; and how large networks are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from synthgen.data.constraints import Constraint, FixedCombinations, constraint_from_dict
from synthgen.data.schema import Schema
from synthgen.dp.ledger import Ledger
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ModelFileError, SynthgenError
from synthgen.expected import Unexpected, agree
from synthgen.files.model_file import PackedArrays

SIZES = ("depth", "blocks")
"""Settings that multiply the weights of a network."""

MOST_PER_WEIGHT, FREE = 64, 2**22
"""Numbers that networks of certain settings may hold for each that the file keeps of them (the critic's among them, of
which it keeps none), and beside."""

ASK = " Ask for the file again where it came from, or fit again."
"""The way out, at the end of messages."""


@contextmanager
def refused(path: str | os.PathLike[str]) -> Iterator[None]:
    """Makes whatever is wrong with the contents of a file one kind of error.

    Args:
        path: Of the file.

    Raises:
        ModelFileError: If anything else was raised.
    """
    try:
        yield
    except ModelFileError:
        raise
    except (SynthgenError, Unexpected) as error:
        message = f"{path} is no valid model, although its checksums agree: {error}{ASK}"
        raise ModelFileError(message) from error
    except MemoryError as error:
        raise ModelFileError(f"{path} holds more than there is memory for.{ASK}") from error
    except Exception as error:  # the last net: a checked file does not come here, and no file may end the program
        kind = type(error).__name__
        message = f"{path} is no valid model, although its checksums agree: {kind}, which no check foresaw.{ASK}"
        raise ModelFileError(message) from error


@dataclass(frozen=True)
class Contents:
    """What does not depend on the family.

    Args:
        schema: Of the table; None: of images of which nothing is known.
        encoder: Of the table.
        constraints: Fitted.
        ledger: Of what was read under a privacy budget; None: there was none.
    """

    schema: Schema | None
    encoder: TableEncoder
    constraints: tuple[Constraint, ...]
    ledger: Ledger | None

    @classmethod
    def of(cls, members: dict[str, Any]) -> Self:
        """Returns the contents of a file.

        Args:
            members: From `read_members`; may hold anything.

        Raises:
            Unexpected: If they are not those of a model.
            SchemaError: If the schema is none.
            ConstraintError: If a constraint is none.
        """
        stored, taken = members["schema"], members["model"]["constraints"]
        promised = members["manifest"].get("privacy")
        ledger = None if promised is None else Ledger.from_dict(promised)
        if isinstance(stored, dict) and stored.get("columns") == {}:
            agree(members["encoder"] == {} and not taken, "encoder: expected nothing, as in the schema.")
            return cls(None, TableEncoder(Schema({}), []), (), ledger)
        schema = Schema.from_dict(stored)
        encoder = TableEncoder.from_state(schema, members["encoder"])
        return cls(schema, encoder, _constraints(encoder, taken), ledger)


def _constraints(encoder: TableEncoder, stored: list[Any]) -> tuple[Constraint, ...]:
    """The rules of the schema; where something was learned for one, with what the table can show."""
    declared = encoder.schema.constraints
    agree(len(stored) == len(declared), f"constraints: expected {len(declared)}, as in the schema.")
    rules = []
    for place, (told, rule) in enumerate(zip(stored, declared, strict=True)):
        learned = constraint_from_dict(told)
        same = (learned.kind, tuple(learned.columns)) == (rule.kind, tuple(rule.columns)) if rule.learns else False
        agree(same or learned == rule, f"constraints[{place}]: expected the rule of the schema.")
        if isinstance(learned, FixedCombinations) and rule.learns:
            agree(not learned.learns and encoder.shows(learned.columns, learned.combinations or ()),
                  f"constraints[{place}]: expected combinations of categories that there are.")  # fmt: skip
        rules.append(learned)
    return tuple(rules)


def check_size(settings: dict[str, Any], weights: PackedArrays) -> None:
    """Makes sure, before networks are built, that they are about as large as what the file keeps of them.

    Args:
        settings: Of the synthesizer, checked.
        weights: That the file keeps.

    Raises:
        Unexpected: If they would take far more memory.
    """
    width, latent = settings.get("width") or 1, settings.get("latent_dim") or 1
    layers = max(settings.get(name) or 1 for name in SIZES)
    least = max(width**2 * layers, latent * width, settings.get("num_components") or 1)
    agree(least <= MOST_PER_WEIGHT * (weights.size // 4) + FREE, "settings: expected networks that the weights fit in.")
