"""What surrounds a fit: the privacy budget, finished epochs, and who was learned."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthgen.errors import SynthgenError

if TYPE_CHECKING:
    from synthgen.data.schema import Schema
    from synthgen.dp.budget import DifferentialPrivacy


def budget(epsilon: float | None, delta: float) -> "DifferentialPrivacy | None":
    """Returns the privacy budget that is asked for, if one is.

    Args:
        epsilon: Of the promise; None: none is asked for.
        delta: Of the promise.
    """
    from synthgen.dp.budget import DifferentialPrivacy

    return None if epsilon is None else DifferentialPrivacy(epsilon=epsilon, delta=delta)


def run_directory(asked: Path | None, output: Path, *, private: bool) -> Path | None:
    """Returns where finished epochs are kept; a run under a privacy budget keeps none unless asked, to be told why.

    Args:
        asked: By the user.
        output: The model file.
        private: Whether there is a privacy budget.
    """
    return asked if asked is not None or private else output.with_name(f"{output.name}.checkpoint")


def write_roster(model: Path, *, train: Any, holdout: Any, schema: "Schema | None") -> str:
    """Writes who was learned and held out beside a model; returns the line that says where it is and must stay.

    Args:
        model: The model file.
        train: What was learned.
        holdout: What was held out; None: nothing was.
        schema: What columns mean, where there are such.
    """
    from synthgen.provenance.roster import Roster
    from synthgen.provenance.roster_file import roster_of

    place = roster_of(model)
    Roster.of(train=train, holdout=holdout, schema=schema, model=model).save(place)
    return f"Who was learned: {place}, made of real data. It stays in the house: in no repository, no mail, no release."


def require_run(directory: Path | None) -> None:
    """Refuses a folder that holds anything but a run: it will be written to, and removed in the end.

    Args:
        directory: For finished epochs; None is passed over.

    Raises:
        SynthgenError: If something else is there.
    """
    if directory is None or not directory.exists() or (directory / "run.json").is_file():
        return
    if not any(directory.glob(".run.json.*")):  # of a run that was killed before it had begun
        raise SynthgenError(f"{directory} exists and holds no interrupted run. Name another with --checkpoint.")
