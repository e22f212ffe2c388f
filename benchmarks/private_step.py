"""What a training step under a privacy budget costs beside a plain one, and how its memory grows with the batch.

    python -m benchmarks.private_step
    python -m benchmarks.private_step --models ImageGAN,ImageVAE,ImageDiffusion --batches 64,256

Both steps are of one process and run turn by turn, so that a busy machine slows both; shown is the best of the turns.
Memory is the peak of a process that takes private steps of one batch size only. The data is Adult where `--data` has
a folder of it, else the RAND health insurance experiment. Images are noise of 28 x 28 pixels: what they show changes no
step's time.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

import synthgen as sg
from benchmarks.environments import ROOT
from benchmarks.peers.stopwatch import peak_memory
from benchmarks.rendering import markdown, number
from benchmarks.tables import load
from synthgen import backend
from synthgen.dp.training import PrivateTraining
from synthgen.encoding.table import TableEncoder
from synthgen.families import named
from synthgen.models.images.encoding import EncodedImages
from synthgen.models.images.gan import ConvolutionalGAN
from synthgen.synthesizers.images.form import Form
from synthgen.synthesizers.images.knowledge import NOTHING

NETWORKS = "TabularAutoregressive,TabularDiffusion,TVAE"
BATCHES = "500,1000,2000,4000"
IMAGES, SIDE = 4_000, 28
STEPS = 4
"""In one call of the compiled program."""


def stepper(family: str, *, data: Path, batch_size: int, private: bool) -> Callable[[], None]:
    """Returns what takes `STEPS` training steps.

    Args:
        family: Of tables or of images.
        data: Folder that may hold adult/.
        batch_size: Rows of a step; expected rows of a private one.
        private: Whether gradients are shortened row by row, and noise is added.
    """
    make = _of_images if named()[family].kind == "images" else _of_tables
    model, num_rows = make(family, data=data, private=private)
    if private:
        model.private = PrivateTraining(1.0, 1.0, batch_size / num_rows, batch_size, int(1.2 * batch_size),
                                        np.random.default_rng(0), np.array([1, 2]))  # fmt: skip
    steps = backend.compiled(lambda *chunk: model.train_step(chunk), jit_compile=False)
    chunk = model.chunk(0, batch_size=batch_size, steps_per_chunk=STEPS)
    return lambda: steps(*chunk)


def _of_tables(family: str, *, data: Path, private: bool) -> tuple[Any, int]:
    """A model of a table, ready to train, and its rows."""
    del private
    table = load("adult" if (data / "adult").is_dir() else "rand_hie", data=data).train
    schema = sg.Schema.infer(table)
    encoder = TableEncoder.fit(table, schema, num_bins=14, fine=True, seed=0)
    rows = encoder.encode(table, seed=0)
    model = named()[family].load()(seed=0).build(encoder.layout)
    model.prepare(rows)
    model.compile_loss(optimizer=keras.optimizers.Adam(1e-3, use_ema=True), jit_compile=False)
    return model, len(rows)


def _of_images(family: str, *, data: Path, private: bool) -> tuple[Any, int]:
    """A model of images of noise, ready to train, and their number; plain ones mix channels as they do by default."""
    del data
    synthesizer = named()[family].load()(seed=0)
    form = Form(sides=(SIDE, SIDE), channels=1, bits=8, label=None, patch=1, kind="strided",
                mixing="dense" if private else "depthwise")  # fmt: skip
    model = synthesizer.build(form, NOTHING)
    nothing = NOTHING.zeros(IMAGES)
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 1), np.uint8)
    model.prepare(EncodedImages(pixels, 255, nothing))
    if isinstance(model, ConvolutionalGAN):
        model.prepare_told(nothing)
    rate_scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
    synthesizer.compile_model(model, num_steps=1_000, rate_scale=rate_scale)
    return model, IMAGES


def seconds(family: str, *, data: Path, batch_size: int, turns: int) -> tuple[float, float]:
    """Returns the seconds of a plain and of a private step, the best of several turns."""
    both = [stepper(family, data=data, batch_size=batch_size, private=private) for private in (False, True)]
    best = [float("inf"), float("inf")]
    for turn in range(turns + 1):
        for place, steps in enumerate(both):
            began = time.perf_counter()
            steps()
            if turn:  # the first compiles
                best[place] = min(best[place], (time.perf_counter() - began) / STEPS)
    return best[0], best[1]


def memory(family: str, *, data: Path, batch_size: int) -> float:
    """Returns the peak of a process that takes private steps, in MiB."""
    command = [sys.executable, "-m", "benchmarks.private_step", "--data", data, "--peak", family, batch_size]
    said = subprocess.run([str(word) for word in command], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(json.loads(said.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds adult/")
    parser.add_argument("--models", default=NETWORKS, metavar="A,B")
    parser.add_argument("--batches", default=BATCHES, metavar="N,N")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--peak", nargs=2, metavar=("FAMILY", "BATCH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        steps = stepper(arguments.peak[0], data=arguments.data, batch_size=int(arguments.peak[1]), private=True)
        steps()
        print(json.dumps(peak_memory()))
        return
    lines = []
    for family in arguments.models.split(","):
        for batch_size in map(int, arguments.batches.split(",")):
            plain, private = seconds(family, data=arguments.data, batch_size=batch_size, turns=arguments.turns)
            peak = memory(family, data=arguments.data, batch_size=batch_size)
            cells = [f"{1_000 * plain:.1f}", f"{1_000 * private:.1f}", f"{private / plain:.2f}", number(peak)]
            lines.append([f"`{family}`", str(batch_size), *cells])
            print(*lines[-1], file=sys.stderr)
    print(markdown(["", "batch", "plain step, ms", "private step, ms", "ratio", "peak, MiB"], lines))


if __name__ == "__main__":
    main()
