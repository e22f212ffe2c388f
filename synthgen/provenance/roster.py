"""The roster: who was learned and who was held out, as keyed digests. It is made of real data and stays in the house.

One file beside the model, `patients.synthgen.roster`, that only its owner may read (mode 0600): a NumPy archive of
plain arrays, never a pickle.

| array | holds |
|---|---|
| about | JSON as bytes: format, version, SHA-256 of the model file, things, columns, patient key, seal |
| key | (32,) bytes, drawn at random for this file |
| learned, held_out | (rows, 16) keyed digests of rows or images, sorted |
| learned_patients, held_out_patients | (patients, 16) keyed digests of the patient key, sorted; none without one |

A digest is BLAKE2b (RFC 7693) of what a row or image holds (`Kind.contents`; of a row its canonical text, see
`synthgen.data.tables.cells`) under the key. The key is in the file: whoever holds it can ask about any row, so that it
is as secret as the table itself.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, final

import numpy as np

from synthgen.data.kinds import kind_of, kind_of_things
from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.files.writing import replacing
from synthgen.provenance.digests import (
    DIGEST_BYTES,
    KEY_BYTES,
    file_digest,
    keyed,
)

FORMAT, VERSION = "synthgen-roster", 1
SETS = ("learned", "held_out", "learned_patients", "held_out_patients")
"""The arrays of digests."""


def _none() -> np.ndarray:
    return np.zeros((0, DIGEST_BYTES), np.uint8)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Roster:
    """Who was learned and who was held out, as keyed digests; made of real data, for the house only.

    Args:
        model: SHA-256 of the model file that learned them.
        things: What was learned, by the word of its kind: "rows".
        columns: What counts of a row: the learned columns.
        patient_key: Column that names the patient, or None.
        key: 32 secret bytes.
        learned: (rows, 16) uint8, sorted.
        held_out: (rows, 16) uint8, sorted; none where nobody was.
        learned_patients: (patients, 16) uint8, sorted.
        held_out_patients: (patients, 16) uint8, sorted.

    Example:
        >>> import pandas as pd
        >>> patients = pd.DataFrame({"age": range(20, 60)})
        >>> train, holdout = patients.iloc[:30], patients.iloc[30:]
        >>> roster = Roster.of(train=train, holdout=holdout, schema=Schema.infer(train), model="0" * 64)
        >>> roster.check(train=train.iloc[::-1], holdout=holdout)
        {'train': 'is what was learned', 'holdout': 'is what was held out'}
    """

    model: str
    things: str
    columns: tuple[str, ...] = ()
    patient_key: str | None = None
    key: bytes = field(repr=False)
    learned: np.ndarray = field(repr=False)
    held_out: np.ndarray = field(repr=False, default_factory=_none)
    learned_patients: np.ndarray = field(repr=False, default_factory=_none)
    held_out_patients: np.ndarray = field(repr=False, default_factory=_none)

    @classmethod
    def of(
        cls,
        *,
        train: Any,
        model: str | os.PathLike[str],
        holdout: Any = None,
        schema: Schema | None = None,
    ) -> Self:
        """Returns the roster of a fit.

        Args:
            train: What was learned: data of any kind.
            model: The model file that `save` wrote, or its SHA-256.
            holdout: What was held out for the judges; None: nothing is known of it.
            schema: What columns mean, where the kind has them; None: a guess.

        Raises:
            OSError: If the model file cannot be read.
        """
        key = secrets.token_bytes(KEY_BYTES)
        shown = str(model)
        digest = shown if len(shown) == 64 and set(shown) <= set("0123456789abcdef") else file_digest(model)
        kind = kind_of(train)
        columns, patient_key = kind.counted(train, schema)
        empty = cls(model=digest, things=kind.words.things, columns=columns, patient_key=patient_key, key=key,
                    learned=_none())  # fmt: skip
        found = {"learned": empty.digests(train), "learned_patients": empty.patients(train)}
        if holdout is not None:
            found |= {"held_out": empty.digests(holdout), "held_out_patients": empty.patients(holdout)}
        ordered: dict[str, Any] = {name: _sorted(digests) for name, digests in found.items()}
        return replace(empty, **ordered)

    def digests(self, data: Any, role: str = "train") -> np.ndarray:
        """Returns the keyed digests of rows or images, (rows, 16) uint8.

        Args:
            data: Of the kind that was learned.
            role: What errors call it.

        Raises:
            EvaluationError: If it is of another kind, or lacks a column.
        """
        kind = kind_of(data)
        if kind.words.things != self.things:
            raise EvaluationError(f"{role}: the roster is one of {self.things}. Pass what the model learned.")
        wanted = [*self.columns, *([] if self.patient_key is None else [self.patient_key])]
        absent = [name for name in wanted if name not in data]
        if absent:
            raise EvaluationError(f"{role} lacks {absent}, which the model's training rows had. Pass what it learned.")
        return keyed(kind.contents(data, self.columns), key=self.key)

    def patients(self, data: Any) -> np.ndarray:
        """Returns the keyed digests of patients who are named, (patients, 16) uint8.

        Args:
            data: Of the kind that was learned; of some, such as images, it is not known who is who in another file.
        """
        if self.patient_key is None:
            return _none()
        return keyed(kind_of(data).patients(data, self.patient_key), key=self.key)

    def check(
        self,
        *,
        train: Any,
        holdout: Any = None,
        model: str | os.PathLike[str] | None = None,
    ) -> dict[str, str]:
        """Says that these are who was learned and who was not, or refuses them.

        Args:
            train: What is said to have been learned.
            holdout: What is said never to have been.
            model: The model file that is judged; None: none is at hand.

        Returns:
            By "train" and "holdout", what was found, for a report and a manifest.

        Raises:
            EvaluationError: If the roster is another model's, `train` is not what was learned, or `holdout` holds
                somebody who was; says of how many.
        """
        if model is not None:
            self.require(model)
        self._check_train(self.digests(train, "train"))
        if holdout is None:
            return {"train": "is what was learned"}
        return {"train": "is what was learned", "holdout": self._checked_holdout(holdout)}

    def require(self, model: str | os.PathLike[str]) -> None:
        """Makes sure that this is the roster of a model file.

        Args:
            model: The file.

        Raises:
            EvaluationError: If it is another's.
        """
        if file_digest(model) != self.model:
            raise EvaluationError(
                f"The roster is not that of {model}: the model was fitted again since, or another fit wrote it. "
                "Name the right one with --roster; --roster none leaves the check out, and what is made says so."
            )

    def _check_train(self, found: np.ndarray) -> None:
        foreign, absent = _beyond(found, self.learned), _beyond(self.learned, found)
        if len(foreign) or len(absent):
            raise EvaluationError(
                f"train is not what the model learned: {len(foreign)} of its {len(found)} {self.things} were not "
                f"learned, and {len(absent)} of {len(self.learned)} that were are missing. Pass the file that was "
                "learned, which fit --train writes."
            )

    def _checked_holdout(self, holdout: Any) -> str:
        found = self.digests(holdout, "holdout")
        known = np.isin(_codes(self.patients(holdout)), _codes(self.learned_patients)).sum()
        if known:
            raise EvaluationError(
                f"holdout holds {known} patients whom the model learned. Pass rows of others, such as fit --holdout "
                "writes."
            )
        strange = _beyond(found, self.held_out)
        shared = int(np.isin(_codes(strange), _codes(self.learned)).sum())
        if shared > self._honest(len(strange)):
            raise EvaluationError(
                f"holdout: {shared} of its {len(found)} {self.things} were learned. Pass others, such as fit --holdout "
                "writes."
            )
        if not len(strange) and len(found) == len(self.held_out):
            return "is what was held out"
        return "is not what was held out, and holds no more learned ones than others' do"

    def _honest(self, count: int) -> float:
        """Most of so many of others that may equal a learned one: coarse tables have such, images none."""
        if not kind_of_things(self.things).coincide:
            return 0.0
        rng = np.random.default_rng(0)
        order = rng.permutation(len(self.learned))
        codes, half = _codes(self.learned), len(order) // 2
        alike = int(np.isin(codes[order[:half]], codes[order[half:]]).sum())
        share = min(2 * (alike + 3) / max(half, 1), 1.0)  # twice: either half; three: what none seen rules out
        return count * share + 3 * (count * share * (1 - share)) ** 0.5

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the roster into a file that only its owner may read; replaces what was there in one step.

        Args:
            path: Customarily `roster_of(model)`, where the verbs look for it.

        Raises:
            WriteError: If the path cannot be written.
        """
        arrays = {name: getattr(self, name) for name in SETS} | {"key": np.frombuffer(self.key, np.uint8)}
        about = self._about() | {"seal": self.seal()}
        content = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
        with replacing(path, private=True) as beside:
            beside.chmod(0o600)  # whoever could read what was there before
            with beside.open("wb") as file:
                np.savez(file, about=content, **arrays)

    def _about(self) -> dict[str, Any]:
        return {"format": FORMAT, "version": VERSION, "model": self.model, "things": self.things,
                "columns": list(self.columns), "patient_key": self.patient_key}  # fmt: skip

    def seal(self) -> str:
        """Returns a keyed digest of everything in the file, by which a change, or another's key, is found."""
        digest = hashlib.blake2b(json.dumps(self._about(), sort_keys=True).encode(), key=self.key)
        for name in SETS:
            digest.update(f"{name} {len(getattr(self, name))} ".encode() + getattr(self, name).tobytes())
        return digest.hexdigest()


def roster_sentence(checked: Mapping[str, str] | None) -> str:
    """Returns for a reader whether train and holdout are who they are said to be.

    Args:
        checked: What `Roster.check` returned; None: it was not at hand.

    Example:
        >>> roster_sentence({"train": "is what was learned"})
        "Held against the model's roster, train is what was learned."
    """
    if checked is None:
        return "Whether train is what was learned was not checked: no roster was at hand."
    return f"Held against the model's roster, {' and '.join(f'{role} {found}' for role, found in checked.items())}."


def _sorted(digests: np.ndarray) -> np.ndarray:
    """Digests in an order that says nothing of that of the rows."""
    return np.sort(_codes(digests)).view(np.uint8).reshape(-1, DIGEST_BYTES)


def _codes(digests: np.ndarray) -> np.ndarray:
    """Each digest as one value that can be compared: (rows,) from (rows, 16)."""
    return np.ascontiguousarray(digests).view(f"S{DIGEST_BYTES}").reshape(-1)


def _beyond(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The digests that are in `some` more often than in `others`, each as often as that."""
    known, places, counts = np.unique(_codes(some), return_inverse=True, return_counts=True)
    here = np.isin(_codes(others), known)
    there = np.bincount(np.searchsorted(known, _codes(others)[here]), minlength=len(known))
    order = np.argsort(places, kind="stable")
    ranks = np.empty(len(places), np.int64)  # of a digest among its equals
    ranks[order] = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    return some[ranks >= there[places]]
