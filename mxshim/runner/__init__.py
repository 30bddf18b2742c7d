"""`python -m mxshim FILE`: run MXNet scripts, notebooks and tutorials as they are.

cli.py reads the command line; documents.py reads .md and .ipynb files into cells; magics.py takes out what only IPython
understands; running.py executes; failures.py words what went wrong without the frames inside mxshim and JAX.
"""
