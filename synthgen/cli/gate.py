"""``synthgen gate``: holds a report against a policy."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console
from synthgen.cli.verbs import Quiet
from synthgen.errors import BundleError

if TYPE_CHECKING:
    from synthgen.bundle.decision import Decision


def gate(
    report: Annotated[Path, typer.Argument(help="A report that [bold]evaluate --json[/bold] wrote.")],
    policy: Annotated[Path, typer.Option(metavar="YAML", help="What the report must say; see [bold]policy[/bold].")],
    synthetic: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The rows or images that are meant: make sure that the report is on these very ones."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Decide by a policy whether a report is good enough: PASS (exit code 0) or FAIL (exit code 1), with reasons.

    [bold]Examples[/bold]

    $ synthgen gate report.json --policy policy.yaml

    $ synthgen gate report.json --policy policy.yaml --synthetic synthetic.csv

    $ synthgen gate report.json --policy images.yaml --synthetic drawn.npz --read part=train

    $ synthgen gate report.json --policy policy.yaml --json > decision.json
    """
    from synthgen.bundle.policy import Policy
    from synthgen.bundle.report_file import read_report

    found = read_report(report)
    if synthetic is not None:
        _require_on(found, report, read(synthetic, synthetic=True), synthetic)
    decision = Policy.from_yaml(policy).decide(found)
    if as_json:
        console(quiet=quiet).out(json.dumps(decision.to_dict(), indent=1), highlight=False)
    else:
        show(decision, quiet=quiet)
    raise typer.Exit(0 if decision.passed else 1)


def _require_on(found: dict[str, Any], report: Path, data: Any, synthetic: Path) -> None:
    from synthgen.data.kinds import kind_of
    from synthgen.provenance.digests import digest_of

    if found["tables"].get("digest") != digest_of(data):
        raise BundleError(
            f"{report} is not on the {kind_of(data).words.things} of {synthetic}: it judged others. Judge these, then "
            "ask the gate."
        )


def show(decision: "Decision", *, quiet: bool) -> None:
    """Prints a decision: the outcome, a line for each check, what the policy leaves out, and ways to pass.

    Args:
        decision: Of a policy.
        quiet: Whether to print nothing.
    """
    out = console(quiet=quiet)
    out.print("[bold green]PASS[/]" if decision.passed else "[bold red]FAIL[/]")
    for check in decision.checks:
        out.print("  [green]passed[/]  " if check.passed else "  [red]failed[/]  ", end="")
        out.print(check.sentence, markup=False)
    for note in decision.notes:
        out.print(f"  note    {note}", markup=False)
    if decision.ways:
        out.print("Ways to pass:")
    for way in decision.ways:
        out.print(f"  - {way}", markup=False)
