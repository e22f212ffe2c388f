"""A fitted synthesizer as workers get it: in another process from a model file, which holds no raw value."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from synthgen.synthesizers.learner import Learner
from synthgen.synthesizers.loading import load
from synthgen.workers.workers import Opening, Shared


class SharedModel(Shared[Any]):
    """A synthesizer; elsewhere from a file of what is fitted now, in a folder that only the user can read.

    Not from the file that it was loaded from or saved to: that may be another model's by now.

    Args:
        value: Fitted.
    """

    value: Learner

    @contextmanager
    def sent(self) -> Iterator[Opening[Any]]:
        with tempfile.TemporaryDirectory(prefix="synthgen-") as folder:
            path = Path(folder) / "model.synthgen"
            self.value.save(path)
            yield opened, (str(path), keras.config.dtype_policy().name)


def opened(path: str, policy: str) -> Any:
    """Returns the synthesizer in a model file, with networks as they are where it comes from.

    Args:
        path: Of the file.
        policy: Keras' dtype policy there.
    """
    keras.config.set_dtype_policy(policy)
    return load(path)
