"""Loads mutated model files under a limit of time and memory, and says of each how it ended, as lines of JSON.

Run as ``python load_mutated.py SEED NUMBER FILE...``: NUMBER mutations over all FILEs. With
``tests/synthesizers/test_mutated_files.py`` it gives the figure in docs; by itself it takes any model files.
"""

import collections
import json
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from mutations import PLAUSIBLE, Original

import synthgen as sg
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import SynthgenError

SECONDS = 20
"""That a file may take to load and to draw from."""

MEMORY = 2**30
"""Bytes beyond what the process holds with all original files loaded."""


class TooLong(BaseException):
    """Raised by the alarm clock; no `except Exception` holds it up."""


def drawn(synthesizer):
    """What a synthesizer draws, as bytes that can be compared."""
    if synthesizer.family == "ImageTranslator":
        form = synthesizer.form.source
        source = np.arange(3 * np.prod(form.sides) * form.channels).reshape(3, *form.sides, form.channels) % (
            form.white + 1
        )
        images = synthesizer.translate(ImageSet.from_array(source.astype(np.uint8 if form.bits <= 8 else np.uint16)))
    else:
        images = synthesizer.sample(30, seed=1)
    if isinstance(images, ImageSet):
        return images.pixels.tobytes() + images.table.to_json().encode()
    return images.to_csv().encode() + str(dict(images.dtypes)).encode()


def outcome(path, right):
    """How a mutated file ends: "refused", "harmless", "other rows", "unforeseen ...", "too long"."""
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                synthesizer = sg.load(path)
            except sg.errors.ModelFileError as error:
                return ("unforeseen: " if "no check foresaw" in str(error) else "refused: ") + str(error)[-300:]
            try:
                return "harmless" if drawn(synthesizer) == right else "other rows"
            except SynthgenError as error:
                return f"refused at sample: {type(error).__name__}: {error}"
    except TooLong:
        return "too long"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return f"unforeseen: {type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.alarm(0)


def say(result):
    """Writes a line of JSON."""
    sys.stdout.write(json.dumps(result, default=str) + "\n")
    sys.stdout.flush()


def ring(*_):
    raise TooLong


def main(seed, number, *paths):
    """Mutates and loads; prints a line for each mutation that did not end well, and counts."""
    signal.signal(signal.SIGALRM, ring)
    originals = {path: Original(path) for path in paths}
    right = {path: drawn(sg.load(path)) for path in paths}
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))
    chance = random.Random(int(seed))
    every = {path: original.all_changes() for path, original in originals.items()}
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mutated.synthgen"
        for turn in range(int(number)):
            path = paths[turn % len(paths)]
            mutation = chance.choice(every[path])
            originals[path].write(file, mutation)
            started = time.perf_counter()
            said = outcome(file, right[path])
            word = said.partition(":")[0]
            if word == "other rows" and mutation[-1] in PLAUSIBLE:
                word = "other rows, plausible"
            counts[word] += 1
            took = time.perf_counter() - started
            if "-v" in sys.argv or word not in ("refused", "harmless"):
                say([Path(path).stem, word, *mutation, said, round(took, 2)])
    say(counts)


if __name__ == "__main__":
    main(*[argument for argument in sys.argv[1:] if argument != "-v"])
