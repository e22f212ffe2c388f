"""The benchmark: data sets x models x seeds, one process and one result file for each; tables and figures from those.

    python -m benchmarks run --quick     # what `make bench` runs
    python -m benchmarks run             # what `make bench-full` runs; goes on where it was interrupted
    python -m benchmarks scaling         # rows, columns, categories
    python -m benchmarks report          # renders the results into docs/benchmarks.md
    python -m benchmarks.against_ctgan   # synthgen's CTGAN beside the ctgan package, turn by turn

| file | what it does |
|---|---|
| `tables.py` | the data sets: a training table, a test table, a schema, a target |
| `simulated.py` | tables of any number of rows, columns and categories |
| `models.py` | what is fitted: every family of synthgen, and the peers |
| `environments.py` | an environment of its own for each peer |
| `peers/` | the programs that fit and sample, one process a run; the peers' never import synthgen |
| `judging.py` | the program that judges a synthetic table by `synthgen.evaluate` |
| `runs.py` | one run: its key, its process, its judges, its result file |
| `queue.py` | which runs are missing, in which order, with progress |
| `rendering.py`, `charts.py`, `curves.py`, `page.py` | results to tables, figures and the page |
| `published.json` | figures quoted from papers, with their sources |
"""
