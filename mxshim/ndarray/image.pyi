"""mx.nd.image. Written by `python -m mxshim.stubs`."""
from . import NDArray
