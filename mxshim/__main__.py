"""`python -m mxshim FILE` runs an unmodified MXNet script, notebook or tutorial; see docs/running.md."""
import sys

from mxshim.runner.cli import main

if __name__ == "__main__":
    sys.exit(main())
