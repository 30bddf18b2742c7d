"""mx.gluon.rnn: recurrent layers and cells (MXNet: mxnet.gluon.rnn)."""
from ...absent import missing as _missing
from ...absent import parts as _parts
from . import rnn_cell as rnn_cell
from .basic_cell import GRUCell as GRUCell
from .basic_cell import HybridRecurrentCell as HybridRecurrentCell
from .basic_cell import LSTMCell as LSTMCell
from .basic_cell import LSTMPCell as LSTMPCell
from .basic_cell import RecurrentCell as RecurrentCell
from .basic_cell import RNNCell as RNNCell
from .composed_cell import BidirectionalCell as BidirectionalCell
from .composed_cell import HybridSequentialRNNCell as HybridSequentialRNNCell
from .composed_cell import SequentialRNNCell as SequentialRNNCell
from .conv_rnn_cell import Conv1DGRUCell as Conv1DGRUCell
from .conv_rnn_cell import Conv1DLSTMCell as Conv1DLSTMCell
from .conv_rnn_cell import Conv1DRNNCell as Conv1DRNNCell
from .conv_rnn_cell import Conv2DGRUCell as Conv2DGRUCell
from .conv_rnn_cell import Conv2DLSTMCell as Conv2DLSTMCell
from .conv_rnn_cell import Conv2DRNNCell as Conv2DRNNCell
from .conv_rnn_cell import Conv3DGRUCell as Conv3DGRUCell
from .conv_rnn_cell import Conv3DLSTMCell as Conv3DLSTMCell
from .conv_rnn_cell import Conv3DRNNCell as Conv3DRNNCell
from .modifier_cell import DropoutCell as DropoutCell
from .modifier_cell import ModifierCell as ModifierCell
from .modifier_cell import ResidualCell as ResidualCell
from .modifier_cell import VariationalDropoutCell as VariationalDropoutCell
from .modifier_cell import ZoneoutCell as ZoneoutCell
from .rnn_layer import GRU as GRU
from .rnn_layer import LSTM as LSTM
from .rnn_layer import RNN as RNN

__all__ = ["BidirectionalCell", "Conv1DGRUCell", "Conv1DLSTMCell", "Conv1DRNNCell", "Conv2DGRUCell", "Conv2DLSTMCell",
           "Conv2DRNNCell", "Conv3DGRUCell", "Conv3DLSTMCell", "Conv3DRNNCell", "DropoutCell", "GRU", "GRUCell",
           "HybridRecurrentCell", "HybridSequentialRNNCell", "LSTM", "LSTMCell", "LSTMPCell", "ModifierCell", "RNN", "RNNCell",
           "RecurrentCell", "ResidualCell", "SequentialRNNCell", "VariationalDropoutCell", "ZoneoutCell"]
_parts(__name__, "rnn_cell rnn_layer conv_rnn_cell")
__getattr__ = _missing("mx.gluon.rnn", __name__, __all__)
