"""``python -m synthgen``: the command line, where the `synthgen` script is not on the path."""

from synthgen.cli import main

if __name__ == "__main__":
    main()
