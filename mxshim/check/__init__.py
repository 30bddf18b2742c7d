"""`python -m mxshim check PATH...`: which names of MXNet a program uses, and which of them are not here. Nothing is run.

known.py answers for one name. values.py is what an expression can be, as far as that matters; expressions.py, calls.py and
follow.py (statements) walk a program with such values in its variables. files.py reads the files; report.py is the command.
"""
