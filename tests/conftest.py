"""What every test gets: no network, no chatter, the same hypothesis examples everywhere."""

import gc
import os
import random
import socket
import sys

# Before anything imports Keras.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Workers that each start a thread for every core wait for one another: of fits, a third of the time.
if workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(threads, str(max((os.cpu_count() or 1) // workers, 1)))

import hypothesis
import numpy as np
import pytest

# Derandomised: a red run can be repeated. No deadline: CI machines stall. Few examples: the suite stays quick.
hypothesis.settings.register_profile("synthgen", deadline=None, derandomize=True, max_examples=40, database=None)
hypothesis.settings.load_profile("synthgen")


def pytest_runtest_setup(item):
    """Once TensorFlow is loaded, takes what lives as long as the process out of the garbage collector's sight.

    Every fit collects, and tracing makes objects by the hundred thousand: without it, collections walk through all
    modules and all tests of the suite each time, which is a tenth of a fit of few steps.
    """
    if "tensorflow" in sys.modules and not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Lets nothing but this machine be reached: synthgen never calls home, nor may a test."""
    connect = socket.socket.connect

    def connect_locally(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"tried to reach {address[0]}; synthgen must work without a network")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture
def programs_forgotten():
    """Fails a test after which TensorFlow keeps a compiled program for good: see `backend.apply_gradients`."""
    before = kept_programs()
    yield
    new = kept_programs() - before
    assert not new, f"{len(new)} operations with a gradient of their own stay in memory, and what they stand in"


def kept_programs() -> set[str]:
    """Names of the operations with a gradient of their own that TensorFlow keeps; none where it is not loaded."""
    if "tensorflow" not in sys.modules:
        return set()
    from tensorflow.python.framework.ops import gradient_registry

    return {name for name in gradient_registry.list() if name.startswith("CustomGradient-")}


@pytest.fixture
def global_randomness_untouched():
    """Fails a test after which Python's or numpy's global random state differs from before it."""
    python_before, numpy_before = random.getstate(), np.random.get_state(legacy=False)
    yield
    numpy_after = np.random.get_state(legacy=False)
    assert random.getstate() == python_before, "Python's global random state was touched"
    same = all(np.array_equal(numpy_after["state"][part], numpy_before["state"][part]) for part in ("key", "pos"))
    assert same, "numpy's global random state was touched"
