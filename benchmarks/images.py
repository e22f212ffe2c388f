"""Families of images, and the architectures of keras.io's examples, after equal time on the same images.

    python -m benchmarks.images --seconds 600 --only pneumoniamnist
    python -m benchmarks.images --models ImageGAN --steps 800 --set learning_rate=4e-4 --set patch=2 --set width=64

Every program has the same seconds of training after its compilation, on the same images, and is judged by
`evaluate`: copies are left out, a tenth of the patients is the holdout. The examples of keras.io are not told
classes: only figures without classes are compared. Images are read from a folder of yours with pneumoniamnist/ or
blood_cells/; else scikit-learn's digits stand in.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import yaml
from sklearn.datasets import load_digits

import synthgen as sg
from benchmarks import keras_examples
from benchmarks.environments import ROOT
from benchmarks.rendering import markdown

FILES = {
    "pneumoniamnist": ("pneumoniamnist/pneumoniamnist.npz", {"part": "train"}),
    "blood_cells": ("blood_cells/cells_32.npz", {"patient": "source"}),
    "medical_mnist_64": ("medical_mnist_64/images.npz", {"part": "train"}),
}
FAMILIES = ("ImageGAN", "ImageDiffusion", "ImageVAE")
FIGURES = ("kid", "precision", "recall", "coverage", "label_agreement", "image_tstr", "image_closer")
TRIAL_STEPS = 60
"""From which the time of a step is reckoned."""


def load(name: str, *, data: Path) -> sg.ImageSet:
    """Returns the images of a set without copies; digits where the folder lacks it."""
    file, options = FILES.get(name, ("", {}))
    if file and (data / file).is_file():
        return sg.read(data / file, **options).without_duplicates()
    digits = load_digits()
    return sg.ImageSet.from_array(digits.images, labels=digits.target, bounds=(0, 16)).without_duplicates()


class Clock(keras.callbacks.Callback):
    """Notes when batches end, and stops after some seconds from the first one's end on."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self.seconds, self.ends = seconds, []  # type: ignore[var-annotated]

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.ends.append(time.perf_counter())
        if self.seconds is not None and self.ends[-1] - self.ends[0] > self.seconds:
            self.model.stop_training = True


def of_synthgen(
    family: str, train: sg.ImageSet, *, seconds: float, seed: int, steps: int | None = None, **settings: Any
) -> tuple[sg.ImageSet, dict[str, float]]:
    """Trains a family of synthgen about so long, or so many steps; returns as many images as it learned, and timings.

    Beside the timings, the least distance to held-out images of an epoch and the diversity of the last one.
    """
    make, clock = getattr(sg, family), Clock()
    trial = make(**({"num_steps": TRIAL_STEPS, "validation": 0, "seed": seed} | settings))
    trial.fit(train, callbacks=[clock], verbose=False)
    chunk = TRIAL_STEPS / len(clock.ends)
    step = float(np.median(np.diff(clock.ends))) / chunk
    fitted = make(**({"num_steps": steps or max(int(seconds / step), 20), "seed": seed} | settings))
    began, began_cpu = time.perf_counter(), time.process_time()
    fitted.fit(train, verbose=False)
    trained, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    fitted.sample(1)
    began = time.perf_counter()
    synthetic = fitted.sample(len(train), seed=seed)
    drawn = time.perf_counter() - began
    return synthetic, {
        "step_ms": 1000 * step, "steps": fitted.num_steps, "fit_s": trained, "cpu_s": cpu,
        "images_per_s": len(train) / drawn, "distance": min(epoch.get("kid", np.nan) for epoch in fitted.history),
        "diversity": fitted.history[-1].get("diversity", np.nan),
    }  # fmt: skip


def of_keras(
    example: Callable[[tuple[int, int, int]], keras_examples.Adversaries], train: sg.ImageSet, *, seconds: float,
    seed: int, batch_size: int,
) -> tuple[sg.ImageSet, dict[str, float]]:  # fmt: skip
    """The same with an architecture of keras.io."""
    keras.utils.set_random_seed(seed)
    adversaries = example(train.pixels.shape[1:])
    clock = Clock(seconds)
    images = train.pixels.astype(np.float32) * (2 / 255) - 1
    began = time.perf_counter()
    adversaries.fit(images, batch_size=batch_size, epochs=10_000, callbacks=[clock], verbose=0)
    trained = time.perf_counter() - began
    keras_examples.drawn(adversaries, 256, seed=seed)
    began = time.perf_counter()
    pixels = keras_examples.drawn(adversaries, len(train), seed=seed)
    drawn = time.perf_counter() - began
    step = float(np.median(np.diff(clock.ends)))
    return sg.ImageSet(pixels=pixels), {"step_ms": 1000 * step, "steps": len(clock.ends), "fit_s": trained,
                                        "images_per_s": len(train) / drawn}  # fmt: skip


def judged(synthetic: sg.ImageSet, train: sg.ImageSet, holdout: sg.ImageSet) -> dict[str, float | None]:
    """Returns the judge's figures; those that need classes only where synthetic images have them."""
    if synthetic.label is None:
        train, holdout = (sg.ImageSet(pixels=images.pixels) for images in (train, holdout))
    report = sg.evaluate(train=train, synthetic=synthetic, holdout=holdout, features="random", seeds=2, verbose=False)
    return {name: report[name].value for name in FIGURES if any(result.metric == name for result in report.results)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--only", default="pneumoniamnist", help=f"one of {', '.join(FILES)}; anything else: digits")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--models", default=",".join([*FAMILIES, "dcgan", "wgan_gp"]))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="of synthgen's families, instead of seconds")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of synthgen's families")
    parser.add_argument("--json", type=Path, help="write all figures here too")
    arguments = parser.parse_args()
    train, holdout = load(arguments.only, data=arguments.data).split(holdout=0.1, seed=0)
    found: dict[str, dict[str, float | None]] = {}
    for name in arguments.models.split(","):
        about = {"seconds": arguments.seconds, "seed": arguments.seed}
        if name in FAMILIES:
            settings = {word.partition("=")[0]: yaml.safe_load(word.partition("=")[2]) for word in arguments.set}
            synthetic, timings = of_synthgen(name, train, steps=arguments.steps, **about, **settings)
        else:
            sizes = {"dcgan": 32, "wgan_gp": 512}
            synthetic, timings = of_keras(getattr(keras_examples, name), train, batch_size=sizes[name], **about)
        found[name] = {**timings, **judged(synthetic, train, holdout)}
        print(name, {figure: value and round(value, 3) for figure, value in found[name].items()}, flush=True)
    columns = ["step_ms", "steps", "fit_s", "cpu_s", "images_per_s", "distance", "diversity", *FIGURES]
    lines = [[name, *("–" if row.get(c) is None else f"{row[c]:.3g}" for c in columns)] for name, row in found.items()]
    print(markdown(["", *columns], lines))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
