"""Tables, figures and the page from results with known numbers."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from benchmarks import charts, curves, page, rendering
from benchmarks.__main__ import main
from benchmarks.models import FLOOR
from benchmarks.records import Group, write
from benchmarks.simulated import AXES


def record(model="TabularGAN", *, maker="synthgen", seed=0, seconds=100.0, pairs=1.0, detector=0.6, **more):
    return {
        "data": "adult", "rows": {"train": 32_561, "test": 16_281}, "columns": 15, "model": model, "maker": maker,
        "settings": {}, "seed": seed, "quick": False, "code": "c", "commit": "abc1234", "machine": {"cores": 2},
        "created": f"2026-01-0{seed + 1}", "stem": "s",
        "timings": {"fit_seconds": seconds, "fit_cpu_seconds": 2 * seconds, "sample_rows_per_second": 12_345.0,
                    "peak_memory_mib": 1_000.0},
        "judged": {"own": {"program": "p", "figures": {"trend_err": pairs, "gbm_auc": detector, "tstr": 0.9}}},
    } | more  # fmt: skip


FLOOR_RECORD = record(FLOOR, maker="", timings={}, pairs=1.57, detector=0.501)
FAILED = {name: value for name, value in record("ctgan", maker="ctgan").items() if name not in ("timings", "judged")}
FAILED |= {"error": "ValueError: could not convert 'Smith'"}


def test_a_table_has_the_floor_first_then_the_most_faithful_and_failures_last():
    found = [FAILED, record("CTGAN", pairs=8.0), record(), FLOOR_RECORD]
    lines = rendering.data_set(found).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:6]] == [FLOOR, "`TabularGAN`", "`CTGAN`", "ctgan"]
    assert lines[3] == "| `TabularGAN` | 1 | 100 | 200 | 12 300 | 1 000 | 1.00 | 0.600 | 0.900 |"
    assert "failed: ValueError" in lines[5]
    assert "Smith" not in "".join(lines)
    assert "synthgen at abc1234" in lines[-1]


def test_several_seeds_show_the_median_the_least_and_the_most():
    found = [record(seed=seed, pairs=pairs) for seed, pairs in enumerate((3.0, 1.0, 2.0))]
    assert "| 3 | 100 (100–100) |" in rendering.data_set(found)
    assert "2.00 (1.00–3.00)" in rendering.data_set(found)


def test_a_peer_is_named_with_its_package():
    assert (
        rendering.label(Group("TabularARGN max_epochs=1", "mostlyai", (), ())) == "TabularARGN max_epochs=1 (mostlyai)"
    )
    assert rendering.label(Group("sdv TVAE", "sdv", (), ())) == "sdv TVAE"
    assert rendering.label(Group("CTGAN num_epochs=3", "synthgen", (), ())) == "`CTGAN` num_epochs=3"


def test_quoted_figures_are_marked_and_have_a_source():
    quoted = rendering.read_published()
    text = rendering.published(quoted, "adult")
    assert text.startswith("**Quoted, not measured here.**")
    assert "| TabDiff | 0.68 | 1.54 | 0.841 | 0.913 | 193.4 | A |" in text
    assert "- A: " in text
    assert rendering.published(quoted, "support2") == ""
    assert {line["source"] for line in quoted["figures"]} == set(quoted["sources"])


PAGE = """Words of a person.
<!-- bench:begin adult -->
Outdated figures.
<!-- bench:end adult -->
More words.
<!-- bench:begin scaling -->
<!-- bench:end scaling -->
"""


def test_the_page_keeps_what_a_person_wrote(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(PAGE)
    assert page.write(file, [record(), FLOOR_RECORD]) == ["adult"]
    text = file.read_text()
    assert text.startswith("Words of a person.\n") and "More words." in text and "Outdated" not in text
    assert "(images/benchmarks/adult.svg)" in text
    assert (tmp_path / "images/benchmarks/adult.svg").exists()
    once = text
    page.write(file, [record(), FLOOR_RECORD])
    assert file.read_text() == once


def test_lines_of_another_machine_can_stay(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(PAGE)
    page.write(file, [record("CTGAN", pairs=8.0, commit="0000001"), record("TVAE", pairs=0.5), record(), FLOOR_RECORD])
    page.write(file, [record("CTGAN", pairs=0.75), FAILED, FLOOR_RECORD], keep_lines=True)
    lines = [line for line in file.read_text().splitlines() if line.startswith("| ")]
    names = [line.split("|")[1].strip() for line in lines]
    assert names[:6] == ["", FLOOR, "`TVAE`", "`CTGAN`", "`TabularGAN`", "ctgan"]
    assert "0.75" in lines[3]
    assert "synthgen at 0000001, abc1234." in file.read_text()
    before = file.read_text()
    page.write(file, [record("CTGAN", pairs=0.75), FAILED, FLOOR_RECORD], keep_lines=True)
    assert file.read_text() == before
    page.write(file, [record("ctgan", maker="ctgan", pairs=9.0), FLOOR_RECORD], keep_lines=True)
    assert "2 cores; synthgen at 0000001, abc1234." in file.read_text()


def test_a_page_without_a_block_is_left_as_it_is(tmp_path):
    file = tmp_path / "page.md"
    file.write_text("nothing")
    with pytest.raises(ValueError, match="bench:begin adult"):
        page.write(file, [record()])
    assert file.read_text() == "nothing"
    assert list(tmp_path.iterdir()) == [file]


def test_quick_results_stay_out_of_the_full_page():
    found = [record(quick=True), FLOOR_RECORD]
    assert "TabularGAN" not in page.blocks(found)["adult"]["text"]
    assert "TabularGAN" in page.blocks(found, quick=True)["adult"]["text"]


def points(model="TabularGAN"):
    for size in AXES["rows"][:3]:
        timings = {"fit_seconds": 30.0, "setup_seconds": size / 1e4, "seconds_per_step": 0.02, "peak_memory_mib": 900.0,
                   "sample_rows_per_second": 10_000.0}  # fmt: skip
        judged = {"synthgen": {"program": "p", "figures": {"seconds": 9.5, "peak_memory_mib": 300}}}
        yield record(model, timings=timings, judged=judged) | {"data": f"rows-{size}"}


def test_scaling_has_a_line_for_every_size_and_a_figure():
    blocks = page.blocks(list(points()))
    assert list(blocks) == ["scaling"]
    assert "| `TabularGAN` | 30 000 | 3 | 2 | 10 000 | 900 | 9.5 | 300 |" in blocks["scaling"]["text"]
    names = words(blocks["scaling"]["scaling-TabularGAN.svg"])
    assert {*curves.CURVES, "Seconds by rows"} <= set(names)


def words(picture):
    return [element.text for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_a_figure_is_well_formed_and_names_every_model():
    picture = charts.fidelity_against_time(
        [FLOOR_RECORD, record(), record("a<b", maker="sdv", seconds=20.0)], name="adult"
    )
    assert words(picture).count("TabularGAN") == words(picture).count("a<b") == 2
    assert "prefers-color-scheme: dark" in picture


def test_there_is_no_figure_of_nothing():
    assert charts.fidelity_against_time([FLOOR_RECORD, FAILED], name="adult") == ""
    assert curves.scaling([], "TabularGAN") == ""


def test_dots_lie_where_their_numbers_say():
    axis = charts.Axis(1.0, 100.0, 0.0, 200.0)
    assert [axis.place(value) for value in (1.0, 10.0, 100.0)] == [0.0, 100.0, 200.0]
    assert axis.ticks() == [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
    assert charts.Axis(0.48, 1.02, 0, 1, logarithmic=False).ticks() == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    slow, quick = charts.dots([Group("m", "synthgen", (record(),), ()), Group("p", "sdv", (record(seconds=5.0),), ())],
                              "detector", judge="own")  # fmt: skip
    assert (slow.x, slow.y, slow.class_) == (100.0, 0.6, "ours")
    assert (quick.x, quick.class_) == (5.0, "peer")


def test_labels_never_lie_on_each_other():
    moved = sorted(charts.apart([5.0, 5.0, 6.0, 90.0]))
    assert all(after - before >= charts.LABEL_HEIGHT for before, after in pairwise(moved))


def test_the_command_renders_what_is_there_and_says_what_is_wrong(tmp_path, capsys):
    file = tmp_path / "page.md"
    file.write_text(PAGE)
    write(tmp_path / "results" / "a.json", record())
    assert main(["report", "--results", str(tmp_path), "--page", str(file)]) == 0
    assert "`TabularGAN`" in file.read_text()
    assert main(["run", "--results", str(tmp_path), "--models", "CTGAM"]) == 2
    assert "Did you mean 'CTGAN'" in capsys.readouterr().err
    assert main(["run", "--results", str(tmp_path), "--judge", str(tmp_path / "no.py")]) == 2
    assert main(["scaling", "--results", str(tmp_path), "--axes", "depth"]) == 2
