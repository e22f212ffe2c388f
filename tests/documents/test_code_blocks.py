r"""Every code block of README.md and docs/ runs: each page from top to bottom, in a folder of its own.

- ```` ```python ```` blocks share one namespace per page.
- In ```` ```console ```` blocks, lines that start with ``$ synthgen`` go to the command line, in the same folder;
  a line that ends in a backslash goes on in the next. Other commands (``make``, ``pip``) are tested where they belong.
- ``<!-- not run: reason -->`` on the line before a block leaves it out.
- ``<!-- runs first:`` ... ``-->`` holds Python that prepares the folder (a file that the page then talks about) and is
  not worth showing.

Pages that load a whole data set get its first rows: what they say of it holds of these too, and what a page costs is
steps and trees over rows. `tests/documents/test_examples.py` and `make lowest` run the same calls.
"""

import json
import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"^<!-- runs first:\n(?P<hidden>.*?)^-->$"
    r"|(?:^[ ]*<!-- not run: (?P<reason>[^\n]*?) ?-->\n)?^(?P<indent>[ ]*)```(?P<language>\w*)[^\n]*\n"
    r"(?P<code>.*?)^(?P=indent)```[ ]*$",
    re.DOTALL | re.MULTILINE,
)


@dataclass
class Block:
    language: str
    code: str
    line: int
    not_run: str | None


def blocks(text):
    for match in BLOCK.finditer(text):
        name = "hidden" if match["hidden"] is not None else "code"
        line = text.count("\n", 0, match.start(name)) + 1
        yield Block(match["language"] or "python", textwrap.dedent(match[name]), line, match["reason"])


def commands(code):
    """The lines of a console block that a user types to synthgen, without the prompt."""
    typed = re.findall(r"^\$ (.*?(?<!\\))$", code, re.DOTALL | re.MULTILINE)
    return [line.replace("\\\n", " ") for line in typed if line.startswith("synthgen ")]


def run(page, block, namespace):
    # as many newlines before the code as stand before it in the page, so that a traceback shows the page's own line
    where = f"{page.relative_to(ROOT)}"
    if block.language == "python":
        exec(compile("\n" * (block.line - 1) + block.code, where, "exec"), namespace)
    elif block.language == "console":
        from synthgen.cli import main

        for command in commands(block.code):
            with pytest.raises(SystemExit) as stopped:
                main(shlex.split(command)[1:])
            assert stopped.value.code in (0, None), f"{where}:{block.line}: {command}"


def runnable(page):
    return [
        b for b in blocks(page.read_text(encoding="utf-8")) if b.language in ("python", "console") and not b.not_run
    ]


FIRST_ROWS = 5_000
CHOOSES_AN_EPOCH = {"docs/tutorial.md": 12_000}  # of 3 000 persons enough are held out for what this page shows
WHOLE = re.compile(r'load_dataset\("rand_hie"\)\s*(#.*)?$', re.MULTILINE)  # other pages say how many rows they take


@pytest.mark.parametrize("page", [p for p in PAGES if runnable(p)], ids=lambda page: str(page.relative_to(ROOT)))
def test_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if WHOLE.search(page.read_text(encoding="utf-8")):
        whole, rows = sg.load_dataset, CHOOSES_AN_EPOCH.get(str(page.relative_to(ROOT)), FIRST_ROWS)
        monkeypatch.setattr(sg, "load_dataset", lambda *which, **how: whole(*which, **how).head(rows))
    namespace = {"__name__": "__main__"}
    for block in runnable(page):
        run(page, block, namespace)


def test_blocks_left_out_say_why():
    left_out = {
        f"{page.relative_to(ROOT)}:{block.line}": block.not_run
        for page in PAGES
        for block in blocks(page.read_text(encoding="utf-8"))
        if block.not_run is not None
    }
    assert all(len(reason) > 10 for reason in left_out.values()), left_out


PAGE = """
<!-- runs first:
rows = [1]
-->
```python
rows.append(2)
```
Words.
<!-- not run: it would take an hour -->
```python
raise SystemExit
```
=== "Tab"
    ```python
    if rows:
        rows.append(3)
    ```
```console
$ make test
$ synthgen fit rows.csv \\
    -o rows.synthgen
trained
$ synthgen inspect rows.synthgen
```
"""


def test_blocks_are_found_in_order_with_their_lines():
    found = list(blocks(PAGE))
    assert [block.language for block in found] == ["python", "python", "python", "python", "console"]
    assert [block.line for block in found] == [3, 6, 11, 15, 19]
    assert [block.not_run for block in found] == [None, None, "it would take an hour", None, None]
    namespace = {}
    for block in found[:2] + found[3:4]:
        run(ROOT / "README.md", block, namespace)
    assert namespace["rows"] == [1, 2, 3]
    assert commands(found[-1].code) == ["synthgen fit rows.csv      -o rows.synthgen", "synthgen inspect rows.synthgen"]


def test_a_failing_block_fails_the_page_and_names_its_line():
    block = Block("python", "x = 1\nraise RuntimeError", 41, None)
    with pytest.raises(RuntimeError) as raised:
        run(ROOT / "README.md", block, {})
    assert raised.traceback[-1].lineno + 1 == 42
    assert str(raised.traceback[-1].path).endswith("README.md")


def patients(count=1000):
    """A table that a user might have: what README's command line works on."""
    random = np.random.default_rng(0)
    age, sex = random.integers(18, 95, count), random.choice(["F", "M"], count)
    weight = random.normal(27, 4, count).round(1)
    ill = random.random(count) < 1 / (1 + np.exp((70 - age) / 12 + (27 - weight) / 8))
    return pd.DataFrame(
        {"patient_id": [f"P-{number:05}" for number in range(count)], "age": age, "sex": sex, "bmi": weight, "ill": ill}
    )


def test_readme_on_a_file_of_the_users(monkeypatch, tmp_path):
    """What it judges is apart, and its verdicts are what the text says: its block for the command line, few steps."""
    from synthgen.cli import main

    monkeypatch.chdir(tmp_path)
    patients().to_csv("patients.csv", index=False)
    block = next(
        block for block in blocks(PAGES[0].read_text(encoding="utf-8")) if "describe patients.csv" in block.code
    )
    more = {"fit": ["--steps", "60"], "evaluate": ["--json", "report.json", "--target", "ill"]}
    typed = [shlex.split(command)[1:] for command in commands(block.code)]
    assert [words[0] for words in typed] == ["describe", "fit", "sample", "evaluate", "sample"]
    for words in typed:
        with pytest.raises(SystemExit) as stopped:
            main([*words, *more.get(words[0], [])])
        assert stopped.value.code == 0, words
    train, holdout = (pd.read_csv(f"{name}.csv") for name in ("train", "holdout"))
    assert not set(train["patient_id"]) & set(holdout["patient_id"])
    found = {
        verdict["subject"]: verdict["outcome"] for verdict in json.loads(Path("report.json").read_text())["verdicts"]
    }
    assert found["fidelity"] == "pass"
    assert "not computed" not in found.values()
    assert set(pd.read_parquet("older-women.parquet")["sex"]) == {"F"}
