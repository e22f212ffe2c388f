"""How a fitted synthesizer of tables draws: which rows are drawn together, and what of a request each part gets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthgen.calibration.calibrator import Calibrator
from synthgen.data.constraints import Constraint
from synthgen.data.schema import Schema
from synthgen.encoding.table import TableEncoder
from synthgen.models.tables.base import GenerativeModel
from synthgen.provenance.receipt import Draw
from synthgen.synthesizers.base import Part, Synthesizer
from synthgen.synthesizers.parameters import Learned
from synthgen.synthesizers.tables.requests import Request, parse_imputation, parse_request
from synthgen.synthesizers.tables.sampling import Kept, RowSampler, rows_at_once
from synthgen.synthesizers.tables.stored_conditions import draw_of, parsed
from synthgen.workers.workers import ThisProcess


class TableDrawing(Synthesizer[pd.DataFrame, Request]):
    """A synthesizer of tables, as far as it draws."""

    counted: ClassVar[str] = "num_rows"

    schema = Learned[Schema | None](lambda: None)
    encoder = Learned[TableEncoder | None](lambda: None)
    model = Learned[GenerativeModel | None](lambda: None)
    constraints = Learned[tuple[Constraint, ...]](tuple)
    calibrator = Learned[Calibrator | None](lambda: None)

    def fitted(self) -> tuple[Schema, TableEncoder, GenerativeModel]:
        """Returns schema, encoder and model.

        Raises:
            NotFittedError: Before `fit`.
        """
        return self._learned(self.schema), self._learned(self.encoder), self._learned(self.model)

    def parts(
        self,
        number: int,
        seed: int,
        *,
        conditions: Mapping[str, Any] | None = None,
        known: pd.DataFrame | None = None,
        balance: str | None = None,
        calibrate: bool = True,
    ) -> list[Part[Request]]:
        del seed
        schema, encoder, model = self.fitted()
        request = parse_request(
            schema, encoder, conditions=conditions, known=known, balance=balance, num_rows=number,
            completes=model.copies_known,
        )  # fmt: skip
        return self._parts_of(replace(request, calibrate=calibrate and self.calibrator is not None), number)

    def _parts_of(self, request: Request, num_rows: int) -> list[Part[Request]]:
        size = rows_at_once(len(self.fitted()[1].columns), calibrated=request.calibrate)
        spans = [range(start, min(start + size, num_rows)) for start in range(0, max(num_rows, 1), size)]
        return [Part(rows.start, len(rows), request.part(rows)) for rows in spans]

    def memory(self) -> Kept | None:
        """Returns what rows given out are remembered by, where some must not come again; None: nothing is."""
        return Kept.of(self.constraints)

    def draw(self, part: Part[Request], seed: int, memory: Kept | None = None) -> pd.DataFrame:
        _, encoder, model = self.fitted()
        calibrator = self.calibrator if part.asked.calibrate else None
        sampler = RowSampler(encoder, model, self.constraints, calibrator=calibrator, kept=memory)
        drawn = sampler.draw(part.size, part.asked, rng=np.random.default_rng([seed, part.start]))
        return encoder.complete(drawn, first_row=part.start, seed=seed)

    def join(self, drawn: Sequence[pd.DataFrame]) -> pd.DataFrame:
        return pd.concat(drawn, ignore_index=True) if len(drawn) > 1 else drawn[0]

    def impute(self, frame: pd.DataFrame, *, seed: int | None = None, verbose: bool = True) -> pd.DataFrame:
        """Fills the missing cells of a table, each row's given the cells that it has.

        Filled in is a draw, no guess: several seeds give the tables of multiple imputation (Rubin 1987).

        Args:
            frame: (rows, columns) with at least the learned columns.
            seed: See `sample`.
            verbose: See `sample`.

        Returns:
            (rows, columns), the same but for those cells.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If a learned column is absent, a value unknown, or the family draws whole rows only.
        """
        schema, encoder, model = self.fitted()
        request = parse_imputation(frame, schema, encoder, completes=model.copies_known)
        gaps = frame[schema.learned].isna()
        rows = np.flatnonzero(gaps.any(axis=1))
        drawn = self._completed(request.part(rows), len(rows), seed=seed, verbose=verbose)
        filled = frame.copy()
        for name in gaps.columns[gaps.any()]:
            values = filled[name].astype(object).to_numpy()
            here = gaps[name].to_numpy()
            values[here] = drawn[name].astype(object).to_numpy()[here[rows]]
            filled[name] = pd.Series(values, index=frame.index).astype(frame[name].dtype)
        return filled

    def _completed(self, request: Request, num_rows: int, *, seed: int | None, verbose: bool) -> pd.DataFrame:
        """Rows that hold the known cells of a request."""
        seed = self.next_seed() if seed is None else seed
        self._samples_drawn += 1
        parts = self._parts_of(request, num_rows)
        return self.join(list(self._drawn(parts, ThisProcess(), seed=seed, verbose=verbose)))

    def categories(self) -> dict[str, list[Any]]:
        encoder = self.fitted()[1]
        return {column.name: column.categories for column in encoder.columns if hasattr(column, "categories")}

    def asked_by(self, draw: Draw) -> dict[str, Any]:
        return {"conditions": parsed(draw.conditions), "balance": draw.balance, "calibrate": draw.calibrate}

    def as_draw(self, number: int, seed: int, *args: Any, **asked: Any) -> Draw:
        return draw_of(number, seed, *args, **asked)
