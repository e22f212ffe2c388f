"""Everything synthgen raises on purpose.

    SynthgenError
    ├── SchemaError          the data does not fit the schema, or no schema can be inferred (also a ValueError)
    │   └── ProtectionError  too few patients stand behind something that would have to be stored
    ├── SettingsError        a synthesizer has no setting of a name, or one is out of range (also a ValueError)
    ├── ConditionError       a condition names an unknown column or value, or cannot be met (also a ValueError)
    ├── ConstraintError      a constraint is unknown or contradictory, or too few rows meet it (also a ValueError)
    ├── NotFittedError       `sample` or `save` before `fit` (synthesizers raise one that is scikit-learn's too)
    ├── TrainingError        training cannot go on (loss not finite after every recovery)
    ├── FitInterrupted       Ctrl-C during `fit`; says how to resume (also a KeyboardInterrupt)
    ├── ModelFileError       a model file is damaged, foreign, too new, or cannot be written (also an OSError)
    ├── ReadError            a data file cannot be read, or is of no known format (also an OSError)
    ├── WriteError           something cannot be written: no room, no right, or another run is at it (also an OSError)
    ├── EvaluationError      the tables handed to `evaluate` cannot be compared (also a ValueError)
    ├── PolicyError          a release policy is none, or asks for what a report does not have (also a ValueError)
    ├── BundleError          a release cannot be made or verified: a key, a file or a signature (also an OSError)
    ├── WorkerError          a worker process was ended, or cannot be sent what it needs (also a RuntimeError)
    └── BackendError         Keras runs on a backend other than TensorFlow (also an ImportError)

Messages name the argument or column, say what came, what was expected and the way out. They count rows and never print
a cell: a message may end up in a log that leaves the hospital.

Example:
    >>> from synthgen.errors import SchemaError, SynthgenError
    >>> issubclass(SchemaError, SynthgenError) and issubclass(SchemaError, ValueError)
    True
"""

import difflib
from collections.abc import Iterable


class SynthgenError(Exception):
    """Base of every error that synthgen raises on purpose."""


class SchemaError(SynthgenError, ValueError):
    """The data does not fit the schema, or no schema can be inferred from it."""


class ProtectionError(SchemaError):
    """Too few patients stand behind something that the model would have to store."""


class SettingsError(SynthgenError, ValueError):
    """A synthesizer has no setting of a name, or a setting is out of range."""


class ConditionError(SynthgenError, ValueError):
    """A condition names an unknown column or value, or no row can meet it."""


class ConstraintError(SynthgenError, ValueError):
    """A constraint is unknown, contradicts another, or too few rows can meet it."""


class NotFittedError(SynthgenError):
    """`sample` or `save` was called before `fit`."""


class TrainingError(SynthgenError):
    """Training cannot go on."""


class FitInterrupted(SynthgenError, KeyboardInterrupt):
    """`fit` was interrupted; the message says where the last checkpoint is and how to resume."""


class ModelFileError(SynthgenError, OSError):
    """A model file is damaged, foreign, too new, or cannot be written."""


class ReadError(SynthgenError, OSError):
    """A data file cannot be read, or is of no known format."""


class WriteError(SynthgenError, OSError):
    """Something cannot be written, for want of room or rights, or since another run is writing it; nothing was left."""


class EvaluationError(SynthgenError, ValueError):
    """The tables handed to `evaluate` cannot be compared."""


class PolicyError(SynthgenError, ValueError):
    """A release policy is none, or asks for what a report does not have."""


class BundleError(SynthgenError, OSError):
    """A release cannot be made or verified: a key is foreign, a file is absent or was changed."""


class WorkerError(SynthgenError, RuntimeError):
    """A worker process was ended, or cannot be sent what it needs."""


class BackendError(SynthgenError, ImportError):
    """Keras runs on a backend that synthgen does not support."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns " Did you mean 'sex'?" for the known name nearest to `name`, or "" where none is near.

    Example:
        >>> did_you_mean("sexx", ["age", "sex"])
        " Did you mean 'sex'?"
        >>> did_you_mean("weight", ["age", "sex"])
        ''
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
