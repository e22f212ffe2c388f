"""The HTML report in a real browser: quiet, self-contained, sortable by pointer and keyboard, in dark and on paper."""

import base64
import itertools
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.report.evaluate import evaluate

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install -e '.[dev]'")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="no Chromium with its driver was found; on Debian: apt-get install chromium chromium-driver",
)
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")  # fmt: skip


def _patients(rows, seed):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": random.integers(18, 95, rows),
            "cost": random.lognormal(5, 1, rows).round(2),
            "site": random.choice(["north", "south", "<script>alert(1)</script>"], rows, p=[0.6, 0.3, 0.1]),
            "ill & tired": random.random(rows) < 0.3,
        }
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Path of a report."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    frames = {role: _patients(400, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    history = [{"loss": 3.0 - epoch, "recoveries": epoch} for epoch in range(3)]
    evaluate(**frames, target="ill & tired", made_by={"history": history, "best_epoch": 1}).to_html(path)
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A headless Chromium with a profile of its own that logs what pages ask for."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    yield driver
    driver.quit()


def emulate(browser, *, width=1280, dark=False, medium=""):
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": [scheme]})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.fixture
def opened(browser, page):
    """The report, freshly opened in light colours."""
    emulate(browser)
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(page.as_uri())
    return browser


def test_no_console_message_and_no_request_leaves_the_page(opened, page):
    assert opened.get_log("browser") == []
    asked = [entry["message"] for entry in opened.get_log("performance") if "requestWillBeSent" in entry["message"]]
    assert len(asked) >= 1
    for message in asked:
        assert page.name in message or '"url":"data:' in message


def test_the_file_names_no_address_to_load_from(page):
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    for sign in ("http://", "https://", "src=", "@import", "url("):
        assert sign not in text
    assert page.stat().st_size < 5_000_000


def test_names_and_labels_are_escaped(opened):
    assert opened.execute_script("return document.querySelectorAll('main script').length") == 0
    assert "<script>alert(1)</script>" in opened.execute_script(
        "return document.querySelector('#distributions').textContent"
    )
    assert "ill & tired" in opened.execute_script("return document.querySelector('#columns').textContent")


def first_column(browser, section):
    script = "return [...document.querySelectorAll(arguments[0])].map(cell => cell.textContent.trim())"
    return browser.execute_script(script, f"#{section} tbody tr > :first-child")


def heading(browser, section, label):
    script = "return [...document.querySelectorAll(arguments[0])].find(b => b.textContent.trim() === arguments[1])"
    return browser.execute_script(script, f"#{section} thead button", label)


def sorting(browser, section, label):
    script = "return arguments[0].closest('th').getAttribute('aria-sort')"
    return browser.execute_script(script, heading(browser, section, label))


def test_tables_sort_by_click(opened):
    button = heading(opened, "columns", "Column")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
    button.click()
    assert first_column(opened, "columns") == ["age", "cost", "ill & tired", "site"]
    assert sorting(opened, "columns", "Column") == "ascending"
    button.click()
    assert first_column(opened, "columns") == ["site", "ill & tired", "cost", "age"]
    assert sorting(opened, "columns", "Column") == "descending"


def test_tables_sort_by_keyboard_and_by_number(opened):
    from selenium.webdriver.common.keys import Keys

    button = heading(opened, "pairs", "Association, training")
    opened.execute_script("arguments[0].focus()", button)
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert sorting(opened, "pairs", "Association, training") == "ascending"
    script = "return [...document.querySelectorAll('#pairs tbody tr')].map(row => Number(row.cells[4].dataset.sort))"
    values = opened.execute_script(script)
    assert values == sorted(values) and len(values) == 6
    opened.switch_to.active_element.send_keys(Keys.SPACE)
    values = opened.execute_script(script)
    assert values == sorted(values, reverse=True)


def test_values_not_computed_sort_last_either_way(opened):
    for _ in range(2):
        heading(opened, "measures", "Value").send_keys("\ue007")
        shown = opened.execute_script(
            "return [...document.querySelectorAll('#measures tbody tr')].map(row => row.cells[2].dataset.sort)"
        )
        assert "" in shown
        assert shown[-shown.count("") :] == [""] * shown.count("")


def test_everything_can_be_reached_and_heard(opened):
    unnamed = opened.execute_script("return document.querySelectorAll('svg:not([role=img][aria-label])').length")
    assert unnamed == 0
    levels = opened.execute_script("return [...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    assert opened.execute_script("return document.documentElement.lang") == "en"
    broken = opened.execute_script(
        "return [...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.hash)).length"
    )
    assert broken == 0
    ids = opened.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


CONTRAST = """
const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
  .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const paper = light(getComputedStyle(document.body).backgroundColor);
return [...document.querySelectorAll('p, td, th, dt, dd b, dd span, figcaption, .status, .outcome')].map(e => {
  const ink = light(getComputedStyle(e).color);
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05); });
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_can_be_read(opened, dark):
    """WCAG 2.2 level AA: a contrast of at least 4.5 to 1."""
    emulate(opened, dark=dark)
    paper = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    red = int(paper.split("(")[1].split(",")[0])
    assert red < 60 if dark else red > 200
    assert min(opened.execute_script(CONTRAST)) >= 4.5


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(opened, width):
    emulate(opened, width=width)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width


def test_it_prints(opened):
    emulate(opened, dark=True, medium="print")
    paper = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert opened.execute_script("return getComputedStyle(document.querySelector('nav')).display") == "none"
    printed = opened.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    document = base64.b64decode(printed["data"])
    assert document.startswith(b"%PDF") and len(document) > 20_000


def test_screenshots_are_not_blank(opened, tmp_path):
    sizes = []
    for name, settings in {"light": {}, "dark": {"dark": True}, "narrow": {"width": 390}}.items():
        emulate(opened, **settings)
        target = Path(tmp_path / f"{name}.png")
        opened.save_screenshot(str(target))
        sizes.append(target.stat().st_size)
    assert min(sizes) > 20_000
