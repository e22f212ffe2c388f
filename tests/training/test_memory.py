"""What finished fits leave behind in the memory of a process that goes on: next to nothing."""

import os
import subprocess
import sys

FITS = """
import ctypes, gc, pathlib
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
print((resident() - before) / 7)
"""


def test_a_finished_fit_keeps_at_most_one_mebibyte():
    """About 28 MiB a fit once, the compiled programs of each. After the seventh each adds half of one, before more."""
    one_arena = os.environ | {"MALLOC_ARENA_MAX": "1"}  # threads' own leave holes, by chance
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FITS], capture_output=True, text=True, check=True, env=one_arena
    )
    assert float(done.stdout) <= 1.0, done.stdout
