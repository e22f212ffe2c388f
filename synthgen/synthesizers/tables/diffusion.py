"""TabularDiffusion: rows from noise, step by step."""

from dataclasses import dataclass
from typing import ClassVar

import keras

from synthgen.encoding.layout import Layout
from synthgen.models.tables.conditioning import MaskedRows
from synthgen.models.tables.diffusion import Diffusion
from synthgen.networks.denoiser import residual_denoiser
from synthgen.synthesizers.tables.network import NetworkSynthesizer

NUM_WAVES = 64
"""Width of the network's description of the noise."""


@dataclass(kw_only=True, eq=False, repr=False)
class TabularDiffusion(NetworkSynthesizer):
    """A diffusion model of tables: one-hot rows under normal noise, drawn in at most 50 steps.

    Args:
        num_steps: Training steps.
        batch_size: Rows a step; cut to the number of training rows.
        width: Of the hidden layers.
        depth: Residual blocks.
        learning_rate: At the start; falls to a twentieth along a cosine.
        num_bins: Most bins of a numerical column.
        num_sampling_steps: Calls of the network for each row drawn, at least 4; an even number.
        validation: Share of patients held out to choose the best epoch.
        calibration: Whether it is learned too how drawn rows differ from training rows, to choose among them.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "TabularDiffusion"
    private: ClassVar[bool] = True

    num_steps: int = 10_000
    batch_size: int = 500
    width: int = 384
    depth: int = 3
    learning_rate: float = 1e-3
    num_bins: int = 50
    num_sampling_steps: int = 50
    validation: float = 0.1
    calibration: bool = True
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    def build(self, layout: Layout) -> Diffusion:
        conditioning = MaskedRows(layout)

        def network(dtype: str) -> keras.Model:
            return residual_denoiser(
                layout.num_features + conditioning.num_features, layout.num_features, width=self.settings["width"],
                depth=self.settings["depth"], num_waves=NUM_WAVES, dtype=dtype, seed=self.seed,
            )  # fmt: skip

        return Diffusion(
            layout, network=network, conditioning=conditioning, num_waves=NUM_WAVES,
            num_sampling_steps=self.settings["num_sampling_steps"], seed=self.seed,
        )  # fmt: skip
