"""What fits do to the memory of a process: finished ones leave next to nothing, steps ask the kernel for nothing."""

import json
import os
import subprocess
import sys

import pytest

FITS = """
import ctypes, gc, json, pathlib, resource
import numpy as np, pandas as pd, synthgen as sg

random = np.random.default_rng(0)
ages = random.integers(20, 90, 300)
people = pd.DataFrame({"age": ages, "ill": random.random(300) < ages / 100})
schema = sg.Schema.infer(people)

def resident():
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back: chance of the heap is not counted
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

def fit(seed):
    small = sg.TabularGAN(num_steps=2, width=8, batch_size=50, validation=0.0, calibration=False, seed=seed)
    small.fit(people, schema=schema, verbose=False).sample(50, verbose=False)

for seed in range(7):
    fit(seed)
before = resident()
for seed in range(7):
    fit(seed)
kept = (resident() - before) / 7

from keras import ops
from synthgen import backend

def twice(long):
    return ops.sum(ops.concatenate([ops.exp(long), long + 1]) * ops.concatenate([long, long]))

step = backend.compiled(twice, jit_compile=False)
long = ops.ones((4_000_000,))  # 16 MB, and the parts between as much or twice that
for _ in range(3):
    step(long)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step(long)
print(json.dumps({"kept": kept, "faults": resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults}))
"""


@pytest.fixture(scope="module")
def told():
    one_arena = os.environ | {"MALLOC_ARENA_MAX": "1"}  # threads' own leave holes, by chance
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FITS], capture_output=True, text=True, check=True, env=one_arena
    )
    return json.loads(done.stdout)


def test_a_finished_fit_keeps_at_most_one_mebibyte(told):
    """About 28 MiB a fit once, the compiled programs of each. After the seventh each adds half of one, before more."""
    assert told["kept"] <= 1.0, told


def test_steps_reuse_their_memory(told):
    """Seven thousand pages a step here went back to the kernel and came again: a tenth of a small fit's CPU seconds."""
    assert told["faults"] < 1_000, told
