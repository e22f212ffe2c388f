# Everything runs in .venv, which the first target that needs it makes; `make help` lists the targets.
# Another Python: make PYTHON=python3.12 test
# More for the benchmark: make bench-full BENCH="--only adult --minutes 600 --judge J.py"

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help demo test check lint docs lowest findings bench bench-full clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo: $(INSTALLED)  ## train a GAN on real health records; synthetic rows, model and report in demo/
	@$(BIN)/synthgen demo --output demo/

test: $(INSTALLED)  ## run the tests, docstring examples and every code block of the documentation
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations 20

check: lint docs test  ## what CI runs: lint, types, documentation, tests

lint: $(INSTALLED)  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

docs: $(INSTALLED)  ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -f .mkdocs.yml

lowest:  ## README and tutorial on the lowest versions that pyproject.toml allows, in .venv-lowest
	@test -x .venv-lowest/bin/uv || { $(PYTHON) -m venv .venv-lowest && .venv-lowest/bin/pip install --quiet uv; }
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct -e '.[images,datasets]'
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python pytest hypothesis
	@.venv-lowest/bin/python -m pytest -q -W default tests/documents/test_code_blocks.py -k 'README or tutorial'

findings:  ## what surprised us elsewhere, tried again at its pinned versions; installs them in folders of its own
	@for script in findings/*.sh; do echo "$$script"; bash "$$script" || exit 1; done

bench: $(INSTALLED)  ## every model on a small table, with short training: some minutes, no downloads
	@$(BIN)/python -m benchmarks run --quick

bench-full: $(INSTALLED)  ## data sets x models and peers x seeds, scaling, docs/benchmarks.md: many hours; resumes
	@$(BIN)/python -m benchmarks run --seeds 0,1,2 $(BENCH)
	@$(BIN)/python -m benchmarks scaling
	@$(BIN)/python -m benchmarks report

clean:  ## remove what the targets made, but not the benchmark's results (.bench) and peers (.peers)
	rm -rf $(VENV) .venv-lowest demo site dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find synthgen tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is newer than pyproject.toml once everything is installed, so that a second run starts at once.
$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v[:2] < (3, 14) else \
	  f"synthgen needs Python 3.11 to 3.13; this is {v.major}.{v.minor}. Name another: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || { echo "Making $(VENV) and installing synthgen (once, some minutes)"; \
	  $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
