"""``synthgen sample``: draws synthetic rows or images from a model file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from synthgen.cli.doors import door_of_model, require_target_of_any
from synthgen.cli.judging import manifest_in
from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console, count
from synthgen.cli.verbs import Quiet
from synthgen.errors import ConditionError
from synthgen.families import named


def sample(  # noqa: PLR0913 - options
    model: Annotated[Path, typer.Argument(help="A file that [bold]fit[/bold] wrote.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write them: .csv, .parquet ...; .npz, or a new folder."
        ),
    ],
    rows: Annotated[int | None, typer.Option("--rows", "-n", min=0, help="How many.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=VALUE",
            help="What every one must hold: a value, several (N,S), or a range (60..79, 60.., ..79). Repeat it for "
            "several columns.",
        ),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rows to complete: what they hold is kept, all else is drawn."),
    ] = None,
    balance: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="A column whose values come equally often.")
    ] = None,
    *,
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate/--raw", help="Keep of more rows those that bring the margins right; raw is faster."),
    ] = True,
    kind: Annotated[
        str | None, typer.Option(metavar="png|dicom", help="Of the files in a folder of synthetic images.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed and model: the same is drawn.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that draw, for millions of rows; what is drawn stays the same.")
    ] = 1,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Draw synthetic rows or images, whatever the model learned, into a file; rows in constant memory.

    Beside it a receipt says what was asked of which model: [bold]release[/bold] draws again by it, and compares.

    [bold]Examples[/bold]

    $ synthgen sample patients.synthgen -n 1000000 -o synthetic.parquet

    $ synthgen sample patients.synthgen -n 10000000 --workers 8 -o synthetic.parquet

    $ synthgen sample patients.synthgen -n 500 --where sex=F --where age=60.. --where region=N,S -o women.csv

    $ synthgen sample patients.synthgen -n 1000 --balance outcome --seed 1 -o balanced.csv

    $ synthgen sample xrays.synthgen -n 500 --where label=pneumonia --kind dicom -o synthetic-xrays
    """
    if (rows is None) == (known is None):
        raise ConditionError("Expected either -n, the number of rows, or --known, a file of rows to complete.")
    from synthgen.provenance.receipt import receipt_of
    from synthgen.synthesizers.drawing import drawer, receipt_for, write_drawn

    if kind is not None or output.suffix:
        require_target_of_any(output, kind)
    manifest = manifest_in(model)
    door = door_of_model(manifest)
    if named()[manifest["family"]].word is None:
        drawer(model)  # raises: says what it does in place of drawing, whatever else is asked for
    door.refuse("sample", {"--known": known, "--kind": kind, "--raw": not calibrate})
    door.require_target(output, kind)  # before Keras is loaded
    partial = None if known is None else read(known)
    synthesizer, out = drawer(model), console(quiet=quiet)
    conditions = parse_where(where or [], synthesizer.categories())
    if partial is not None:
        _complete(synthesizer, output, partial, conditions=conditions, balance=balance, seed=seed, workers=workers,
                  verbose=not quiet)  # fmt: skip
        out.print(f"{count(len(partial))} synthetic {door.words.things} written to {output}, without a receipt: they "
                  "hold what you gave, so that no release says of them that the model drew them",
                  markup=False)  # fmt: skip
        return
    if kind is None:
        require_writable(receipt_of(output))
    seed = synthesizer.next_seed() if seed is None else seed
    raw = {} if calibrate else {"calibrate": False}
    asked = synthesizer.as_draw(rows or 0, seed, conditions=conditions, balance=balance, **raw)
    more = {} if kind is None else {"kind": kind}
    digest = write_drawn(synthesizer, asked, output, workers=workers, verbose=not quiet, **more)
    receipt_for(model, asked, digest).save(receipt_of(output))
    out.print(f"{count(asked.rows)} synthetic {door.words.things} written to {output}, with a receipt for release "
              "beside", markup=False)  # fmt: skip


def _complete(synthesizer: Any, output: Path, partial: Any, **asked: Any) -> None:
    """Completes rows. They hold cells as they were given: a receipt of rows that were there before is not theirs."""
    from synthgen.data.doors import write
    from synthgen.provenance.receipt import receipt_of

    write(synthesizer.sample(len(partial), known=partial, **asked), output)
    receipt_of(output).unlink(missing_ok=True)


def parse_where(conditions: Sequence[str], categories: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Returns the conditions that ``--where`` asks for, as `sample` takes them.

    Args:
        conditions: Such as ``sex=F``, ``region=N,S``, ``age=60..79``, ``age=60..``.
        categories: Column name to the values that synthetic rows can hold, of columns that have such; text that
            spells one of them is that one, whatever its type, and whatever commas it holds.

    Raises:
        ConditionError: If one is no COLUMN=VALUE, or names a column again.

    Example:
        >>> parse_where(["sex=1", "age=60.."], {"sex": [1, 2]})
        {'sex': 1, 'age': Between(low='60', high=None)}
    """
    from synthgen import Between

    parsed: dict[str, Any] = {}
    for condition in conditions:
        name, _, text = condition.partition("=")
        if not name or not text or text == "..":
            raise ConditionError(f"Expected --where COLUMN=VALUE. Received {condition!r}.")
        if name in parsed:
            raise ConditionError(f"--where names {name!r} twice. Several values are written {name}=VALUE,VALUE.")
        spelled = {str(value): value for value in categories.get(name, ())}
        low, dots, high = text.partition("..")
        if text in spelled:
            parsed[name] = spelled[text]
        elif dots:
            parsed[name] = Between(low or None, high or None)
        elif "," in text:
            parsed[name] = [spelled.get(value, value) for value in text.split(",")]
        else:
            parsed[name] = text
    return parsed
