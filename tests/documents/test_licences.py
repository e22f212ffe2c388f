"""What is installed at run time and under which licences: docs/reference/licences.md lists all of it, and rightly."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "licences.md"
ROW = re.compile(r"^\| ([a-z0-9.-]+) \| ([^|]+) \|", re.MULTILINE)
# How a package's own words about its licence begin, for each licence that the page may name.
WORDS = {
    "Apache-2.0": ("apache",),
    "BSD": ("bsd",),
    "MIT": ("mit",),
    "ISC": ("isc",),
    "PSF-2.0": ("psf",),
    "MPL-2.0": ("mpl", "mozilla public"),
}
FREE = {"Apache-2.0", "BSD", "MIT", "ISC", "PSF-2.0"}
OTHERS = {"certifi"}  # the page says why


def listed() -> dict[str, list[str]]:
    """Licences by package, as the page has them: its first table."""
    table = PAGE.read_text(encoding="utf-8").partition("|---|")[2].partition("##")[0]
    return {name: licences.strip().split(" or ") for name, licences in ROW.findall(table)}


def at_run_time() -> dict[str, metadata.Distribution]:
    """What `pip install synthgen[images]` brings, and what that brings, as far as this platform needs it."""
    found, waiting, seen = {}, [("synthgen", ("images",))], set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        distribution = metadata.distribution(name)
        found[canonicalize_name(name)] = distribution
        for line in distribution.requires or []:
            needed = Requirement(line)
            if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((needed.name, tuple(sorted(needed.extras))))
    del found["synthgen"]
    return found


def said(distribution: metadata.Distribution) -> str:
    """All that a package says of its licence: its metadata, and the file if these are silent."""
    about = distribution.metadata
    words = [about.get("License-Expression", ""), (about.get("License") or "")[:200]]
    words += [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    if not any(words):
        files = [file for file in distribution.files or [] if "licen" in file.name.lower()]
        words = [file.read_text()[:300] for file in files]
    return " ".join(words).lower()


def test_every_package_is_listed_with_the_licence_that_it_says():
    known = listed()
    for name, distribution in at_run_time().items():
        assert name in known, f"{name} is installed at run time: add it to {PAGE.name}, with its licence"
        own = said(distribution)
        for licence in known[name]:
            assert any(word in own for word in WORDS[licence]), f"{name} does not say {licence}, but: {own[:100]}"


def test_only_named_packages_have_another_licence_than_free_ones():
    assert {name for name, licences in listed().items() if not set(licences) <= FREE} == OTHERS
