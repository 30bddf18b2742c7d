# Written by `python -m mxshim.stubs`.
"""mx.nd.sparse."""
