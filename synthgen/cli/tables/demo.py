"""``synthgen demo``: the whole path on real health records that are installed with synthgen's extras."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthgen.cli.outputs import require_writable
from synthgen.cli.speaking import console, count
from synthgen.cli.verbs import Quiet
from synthgen.errors import SynthgenError

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.report.report import Report
    from synthgen.synthesizers.tables.base import TableSynthesizer

NUM_STEPS = 1_000
"""As many as `TabularGAN` takes by default: about a minute of training on two cores."""

TARGET = "self_rated_health"
"""What usefulness is judged by. The number of visits, the experiment's own question, is mostly chance: even real rows
explain a tenth of its variance, so that it would tell little about synthetic ones."""

WRITTEN = {
    "report.html": "what the judges found: open it in a browser",
    "report.json": "the same for programs",
    "synthetic.csv": "synthetic rows",
    "synthetic.parquet": "the same rows, with their types",
    "model.synthgen": "the model: synthgen inspect, synthgen sample",
    "schema.yaml": "what the columns mean",
}
"""What the demo leaves behind."""


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.")] = Path("demo"),
    steps: Annotated[int, typer.Option(min=1, help="Training steps; more is better and takes longer.")] = NUM_STEPS,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Do everything once, on real health records: learn, draw, judge.

    The records are 20 190 person-years of the RAND Health Insurance Experiment, as statsmodels ships them. A fifth of
    the participants is kept out of training, for the judges. Running it again replaces what it wrote.

    [bold]Examples[/bold]

    $ synthgen demo

    $ synthgen demo --output longer/ --steps 5000
    """
    began = time.monotonic()
    _prepare(output)
    from synthgen.data.schema import Schema
    from synthgen.data.split import split
    from synthgen.data.tables.datasets import load_dataset

    out = console(quiet=quiet)
    records = load_dataset("rand_hie")
    schema = Schema.infer(records, patient_key="participant_id")
    train, holdout = split(records, by=schema.patient_key, seed=seed)
    out.print(f"RAND Health Insurance Experiment: {count(len(train))} rows to learn, {count(len(holdout))} kept out.")
    out.print(f"Training TabularGAN for {count(steps)} steps, about a minute on two quiet cores ...")
    from synthgen.report.evaluate import evaluate
    from synthgen.synthesizers.tables.gan import TabularGAN

    synthesizer = TabularGAN(num_steps=steps, seed=seed).fit(train, schema=schema, verbose=not quiet)
    synthetic = synthesizer.sample(len(train), seed=seed, verbose=not quiet)
    out.print("Judging ...")
    report = evaluate(
        train=train, synthetic=synthetic, holdout=holdout, target=TARGET, schema=schema, seed=seed, verbose=not quiet,
        made_by=synthesizer.manifest,
    )  # fmt: skip
    _write(output, synthesizer, synthetic, report)
    out.print(f"\nWritten to {output} in {time.monotonic() - began:.0f} seconds:", markup=False)
    for name, meaning in WRITTEN.items():
        out.print(f"  {output / name!s:<30} {meaning}", markup=False)
    out.print(f"\n{report.summary()}", markup=False)


def _prepare(output: Path) -> None:
    """Makes the folder, and finds out now whether all can be written that takes minutes to make."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SynthgenError(f"--output {output} cannot be made: {error.strerror}. Name another folder.") from error
    require_writable(*(output / name for name in WRITTEN))


def _write(output: Path, synthesizer: "TableSynthesizer", synthetic: "pd.DataFrame", report: "Report") -> None:
    """Writes all at the end, each file in one step, so that an interrupted demo leaves the last one's files alone."""
    from synthgen.data.tables.writers import write_table

    schema, _, _ = synthesizer.fitted()
    schema.to_yaml(output / "schema.yaml")
    synthesizer.save(output / "model.synthgen")
    write_table(synthetic, output / "synthetic.csv")
    write_table(synthetic, output / "synthetic.parquet")
    report.to_json(output / "report.json")
    report.to_html(output / "report.html")
