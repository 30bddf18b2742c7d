"""mx.gluon: networks of blocks and their parameters (MXNet: mxnet.gluon)."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from . import contrib as contrib
from . import data as data
from . import loss as loss
from . import metric as metric
from . import model_zoo as model_zoo
from . import nn as nn
from . import parameter as parameter
from . import probability as probability
from . import rnn as rnn
from . import utils as utils
from .block import Block as Block
from .block import HybridBlock as HybridBlock
from .parameter import Constant as Constant
from .parameter import DeferredInitializationError as DeferredInitializationError
from .parameter import Parameter as Parameter
from .parameter import tensor_types as tensor_types
from .parameter_dict import ParameterDict as ParameterDict
from .symbol_block import SymbolBlock as SymbolBlock
from .trainer import Trainer as Trainer

__all__ = ["Block", "Constant", "DeferredInitializationError", "HybridBlock", "Parameter", "ParameterDict", "SymbolBlock", "Trainer",
           "contrib", "data", "loss", "metric", "model_zoo", "nn", "probability", "rnn",
           "tensor_types", "utils"]
_parts(__name__, "block parameter trainer utils", block="SymbolBlock", parameter="ParameterDict")
__getattr__ = _missing("mx.gluon", __name__, __all__)
