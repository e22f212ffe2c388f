"""What the verbs that judge do with images: read three sets, and report on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthgen.cli.images import read
from synthgen.cli.maker import paths

if TYPE_CHECKING:
    from synthgen.data.images.image_set import ImageSet
    from synthgen.provenance.roster import Roster
    from synthgen.report.report import Report


def judged(  # noqa: PLR0913
    *,
    train: Path,
    synthetic: "ImageSet",
    holdout: Path | None,
    how: Sequence[str],
    model: Path | None,
    shown: dict[str, Any],
    roster: "Roster | None",
    worst_patients: int,
    seed: int,
    quiet: bool,
) -> "Report":
    """Returns the report on synthetic images; arguments as for the verb.

    Args:
        train: The images that the synthetic ones were made from.
        synthetic: The images to judge.
        holdout: Real images that the maker never saw; None: there are none.
        how: See `synthgen.cli.images.read`; the same for all three.
        model: The file that drew the images: what it draws between images is shown.
        shown: What else is shown of it, see `synthgen.cli.maker.told`.
        roster: Who was learned and held out; None: not at hand.
        worst_patients: How many the internal edition shows.
        seed: Of every sample.
        quiet: Whether to show no progress.
    """
    from synthgen.report.evaluate_images import evaluate_images

    return evaluate_images(
        train=read(train, how), synthetic=synthetic, holdout=None if holdout is None else read(holdout, how),
        worst_patients=worst_patients, seed=seed, verbose=not quiet, interpolation=paths(model, seed=seed),
        roster=roster, **shown,
    )  # fmt: skip


def drawn(synthetic: Path, how: Sequence[str]) -> "ImageSet":
    """Returns synthetic images, which are nobody's, so that no setting says whose.

    Args:
        synthetic: See `synthgen.read_images`.
        how: See `synthgen.cli.images.read`.
    """
    return read(synthetic, [setting for setting in how if not setting.startswith("patient=")], allow_synthetic=True)
