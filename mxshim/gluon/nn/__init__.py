"""mx.gluon.nn: layers (MXNet: mxnet.gluon.nn)."""
from ...absent import missing as _missing
from ..block import Block as Block
from ..block import HybridBlock as HybridBlock
from .basic_layers import Activation as Activation
from .basic_layers import BatchNorm as BatchNorm
from .basic_layers import Dense as Dense
from .basic_layers import Dropout as Dropout
from .basic_layers import Embedding as Embedding
from .basic_layers import Flatten as Flatten
from .basic_layers import HybridLambda as HybridLambda
from .basic_layers import Lambda as Lambda
from .basic_layers import LayerNorm as LayerNorm
from .containers import HybridSequential as HybridSequential
from .containers import Sequential as Sequential

__all__ = ["Activation", "BatchNorm", "Block", "Dense", "Dropout", "Embedding", "Flatten", "HybridBlock", "HybridLambda",
           "HybridSequential", "Lambda", "LayerNorm", "Sequential"]
__getattr__ = _missing("mx.gluon.nn", __name__, __all__)
