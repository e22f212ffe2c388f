"""What `tune` tries: for each family the settings that matter, from where to where, and why.

The length of training is nowhere among them. More is better, so that a search would only find the longest; it is the
price that is paid, and stays what the family or the caller says.
"""

from dataclasses import dataclass
from typing import Any, Protocol


class Suggests(Protocol):
    """What ranges ask for values: an Optuna trial."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """Returns a whole number."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Returns a number."""


@dataclass(frozen=True)
class Span:
    """Numbers from one to another; whole ones, if the ends are whole.

    Args:
        low: The least.
        high: The most.
        why: Why from here to there.
        log: Whether numbers are tried by their ratio rather than by their difference.
    """

    low: float
    high: float
    why: str
    log: bool = True

    def suggest(self, trial: Suggests, name: str) -> int | float:
        """Returns a number for a trial.

        Args:
            trial: Chooses it.
            name: Of the setting.
        """
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)


_BATCH = Span(200, 1_000, "smaller batches make noisier steps, larger ones cost more each")
_BINS = Span(
    25, 100, "with fewer than 25 the two-way tables that trials are compared by would get coarser with the setting"
)

SPACES: dict[str, dict[str, Span]] = {
    "TabularGAN": {
        "learning_rate": Span(3e-4, 3e-3, "a factor of three about the default; above it the critic runs away"),
        "penalty": Span(0.02, 2.0, "a factor of ten about the default: with few rows the critic needs more"),
        "width": Span(96, 512, "wide tables need more, small ones are learned by heart"),
        "batch_size": _BATCH,
    },
    # not num_bins: its epochs are compared by a likelihood that counts bins, and falls with their number
    "TabularAutoregressive": {
        "learning_rate": Span(5e-4, 5e-3, "a factor of three or four about the default"),
        "dropout": Span(0.0, 0.5, "none for large tables, a half where few rows are soon learned by heart", log=False),
        "width": Span(32, 256, "of each column's own network: time grows with its square"),
        "batch_size": _BATCH,
    },
    "TabularDiffusion": {
        "learning_rate": Span(3e-4, 3e-3, "a factor of three about the default"),
        "width": Span(128, 768, "of one network for all columns: the default is for tables of some fifteen"),
        "depth": Span(2, 5, "fewer blocks cannot bend enough, more cost time", log=False),
        "num_bins": _BINS,
        "batch_size": _BATCH,
    },
    "TVAE": {
        "learning_rate": Span(3e-4, 3e-3, "a factor of three about the paper's"),
        "reconstruction_weight": Span(
            0.5, 8.0, "a factor of four about the authors' 2: sharp rows or all kinds of rows"
        ),
        "latent_dim": Span(16, 256, "the paper's 128 is more than narrow tables have to say"),
        "width": Span(64, 512, "the paper's 128 is little for wide tables"),
        "batch_size": _BATCH,
    },
    "CTGAN": {
        "learning_rate": Span(5e-5, 1e-3, "a factor of four or five about the paper's"),
        "packing": Span(1, 10, "from no packing to the paper's ten: it buys variety with blurred rows", log=False),
        "batch_size": Span(100, 1_000, "its length is counted in passes: small batches make more steps of them"),
    },
    "GaussianCopula": {
        "num_bins": Span(25, 200, "it costs nothing here, so that more are worth a try than for networks"),
    },
    "DPMarginals": {
        "num_components": Span(500, 8_000, "few kinds of rows are blurred, many take memory"),
        "num_bins": Span(8, 32, "margins of two columns grow with the square"),
    },
}
"""Ranges by family and setting. The first trial always has the family's defaults, whatever stands here."""


def suggested(family: str, trial: Suggests, *, fixed: dict[str, Any]) -> dict[str, Any]:
    """Returns settings for a trial.

    Args:
        family: Name of the family.
        trial: Chooses the values.
        fixed: Settings that are not searched.
    """
    searched = {name: span for name, span in SPACES[family].items() if name not in fixed}
    return fixed | {name: span.suggest(trial, name) for name, span in searched.items()}
