"""mx.gluon.contrib.nn: where MXNet 1 keeps these layers (mxnet.gluon.contrib.nn)."""
from ...absent import missing as _missing
from ...absent import parts as _parts
from ..dialect import as_class
from ..nn import Concatenate, Embedding, HybridConcatenate
from ..nn import Identity as Identity
from ..nn import PixelShuffle1D as PixelShuffle1D
from ..nn import PixelShuffle2D as PixelShuffle2D
from ..nn import PixelShuffle3D as PixelShuffle3D
from ..nn import SyncBatchNorm as SyncBatchNorm


class Concurrent(Concatenate):
    """nn.Concatenate under its name of MXNet 1."""


class HybridConcurrent(HybridConcatenate):
    """nn.HybridConcatenate under its name of MXNet 1."""


class SparseEmbedding(Embedding):
    """nn.Embedding whose weight and gradient are row_sparse, see Parameter. Differs: can be called before a Trainer has the weight."""

    def __init__(self, input_dim, output_dim, dtype="float32", weight_initializer=None, **kwargs):
        super().__init__(input_dim, output_dim, dtype, weight_initializer, True, **kwargs)
        self.weight._stype = "row_sparse"

    def forward(self, x):
        """See nn.Embedding."""
        return self.hybrid_forward(None, x, as_class(self.weight._there(x.ctx), type(x)))


__all__ = ["Concurrent", "HybridConcurrent", "Identity", "PixelShuffle1D", "PixelShuffle2D", "PixelShuffle3D", "SparseEmbedding",
           "SyncBatchNorm"]

_parts(__name__, "basic_layers")
__getattr__ = _missing("mx.gluon.contrib.nn", __name__, __all__)
