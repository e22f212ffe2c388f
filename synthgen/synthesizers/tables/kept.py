"""What a model file keeps of a synthesizer of tables, and how it comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import Constraint
from synthgen.data.schema import Schema
from synthgen.encoding.layout import Layout
from synthgen.encoding.table import TableEncoder
from synthgen.expected import Unexpected
from synthgen.models.tables.base import GenerativeModel
from synthgen.synthesizers.contents import Contents, check_size


@dataclass(frozen=True)
class LearnedTable:
    """What a fit leaves behind.

    Args:
        schema: Of the table.
        encoder: Of the table.
        model: That draws encoded rows.
        constraints: Fitted.
        calibrator: That chooses among drawn rows; None: they come as the model draws them.
    """

    schema: Schema
    encoder: TableEncoder
    model: GenerativeModel
    constraints: tuple[Constraint, ...] = ()
    calibrator: Calibrator | None = None

    def members(self) -> dict[str, Any]:
        """Returns what a model file holds of it, as `saving.write_members` takes it."""
        trees = self.calibrator
        taken = {
            "arrays": self.model.state(), "constraints": [constraint.to_dict() for constraint in self.constraints],
            "calibrator": None if trees is None else trees.state(),
        }  # fmt: skip
        return {
            "schema": self.schema.to_dict(), "encoder": self.encoder.state(), "model": taken,
            "weights": self.model.weights_to_keep(), "trees": [] if trees is None else trees.arrays(),
        }  # fmt: skip

    @classmethod
    def restored(
        cls,
        contents: Contents,
        members: dict[str, Any],
        *,
        settings: dict[str, Any],
        fine: bool,
        build: Callable[[Layout], GenerativeModel],
    ) -> "LearnedTable":
        """Returns what `members` was told of.

        Args:
            contents: What of the members does not depend on the family.
            members: From `model_file.read_members`; may hold anything.
            settings: Of the synthesizer, checked.
            fine: Whether the family has fine bins, without a privacy budget.
            build: Makes the untrained model.

        Raises:
            Unexpected: If they are not those of such a model.
        """
        taken, encoder, calibrator = members["model"], contents.encoder, None
        if contents.schema is None:
            raise Unexpected("schema: expected at least one column.")
        encoder.check_bins(fine=contents.ledger is not None or fine)
        if taken["calibrator"] is None:
            members["trees"].read([])
        else:
            expected = Calibrator.expected_arrays(taken["calibrator"], encoder.layout)
            calibrator = Calibrator.from_state(taken["calibrator"], members["trees"].read(expected), encoder.layout)
        check_size(settings, members["weights"])
        model = build(encoder.layout)
        model.restore(taken["arrays"])
        model.take_weights(members["weights"].read(model.expected_weights()))
        return cls(contents.schema, encoder, model, contents.constraints, calibrator)
