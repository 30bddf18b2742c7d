"""Benchmarks of mxshim: `python -m benchmarks`; see __main__.py."""
