"""TVAE: the published variational autoencoder of tables on synthgen's parts."""

from dataclasses import dataclass
from typing import ClassVar

from synthgen.encoding.layout import Layout
from synthgen.encoding.table import NumericalMethod
from synthgen.models.tables.vae import VariationalAutoencoder
from synthgen.networks.vae import Autoencoder
from synthgen.synthesizers.tables.network import NetworkSynthesizer
from synthgen.training.run import Plan


@dataclass(kw_only=True, eq=False, repr=False)
class TVAE(NetworkSynthesizer):
    """TVAE (Xu et al. 2019, section 4.5): a variational autoencoder on mode-specific rows.

    Departures: the learning rate falls along a cosine and weights are averaged, as for all of synthgen's families but
    CTGAN; categories are drawn from their softmax, as the paper says (its code takes the most likely one); a position
    inside a mode counts for the mode that the row is in. Conditions are met by drawing until enough rows hold them.

    Args:
        num_epochs: Passes over the table.
        batch_size: Rows a step; cut to the number of rows.
        learning_rate: At the start; falls to a twentieth along a cosine.
        latent_dim: Width of the latent number.
        width: Of the two hidden layers of encoder and decoder.
        reconstruction_weight: Of the reconstruction against the divergence; 2 in the authors' code.
        validation: Share of patients held out to choose the best epoch.
        calibration: Whether it is learned too how drawn rows differ from training rows, to choose among them.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "TVAE"
    private: ClassVar[bool] = True
    numerical: ClassVar[NumericalMethod] = "mode_specific"

    num_epochs: int = 300
    batch_size: int = 500
    learning_rate: float = 1e-3
    latent_dim: int = 128
    width: int = 128
    reconstruction_weight: float = 2.0
    validation: float = 0.1
    calibration: bool = False
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    def build(self, layout: Layout) -> VariationalAutoencoder:
        latent_dim, width = self.settings["latent_dim"], self.settings["width"]

        def network() -> Autoencoder:
            return Autoencoder(
                num_features=layout.num_features, num_scalars=len(layout.scalar_blocks), latent_dim=latent_dim,
                widths=(width, width), seed=self.seed,
            )  # fmt: skip

        return VariationalAutoencoder(
            layout, network=network, latent_dim=latent_dim,
            reconstruction_weight=self.settings["reconstruction_weight"], seed=self.seed,
        )  # fmt: skip

    def plan(self, num_rows: int) -> Plan:
        batch_size = min(self.settings["batch_size"], num_rows)
        steps = self.settings["num_epochs"] * max(num_rows // batch_size, 1)
        return Plan(steps, batch_size, patience=self.settings["patience"])
