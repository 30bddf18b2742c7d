"""mx.nd.sparse. Written by `python -m mxshim.stubs`."""
from . import NDArray
