"""All cells under one name, where MXNet 2 keeps them (mxnet.gluon.rnn.rnn_cell)."""
from .basic_cell import GRUCell as GRUCell
from .basic_cell import HybridRecurrentCell as HybridRecurrentCell
from .basic_cell import LSTMCell as LSTMCell
from .basic_cell import LSTMPCell as LSTMPCell
from .basic_cell import RecurrentCell as RecurrentCell
from .basic_cell import RNNCell as RNNCell
from .composed_cell import BidirectionalCell as BidirectionalCell
from .composed_cell import HybridSequentialRNNCell as HybridSequentialRNNCell
from .composed_cell import SequentialRNNCell as SequentialRNNCell
from .modifier_cell import DropoutCell as DropoutCell
from .modifier_cell import ModifierCell as ModifierCell
from .modifier_cell import ResidualCell as ResidualCell
from .modifier_cell import VariationalDropoutCell as VariationalDropoutCell
from .modifier_cell import ZoneoutCell as ZoneoutCell

__all__ = ["BidirectionalCell", "DropoutCell", "GRUCell", "HybridRecurrentCell", "HybridSequentialRNNCell", "LSTMCell",
           "LSTMPCell", "ModifierCell", "RNNCell", "RecurrentCell", "ResidualCell", "SequentialRNNCell", "VariationalDropoutCell",
           "ZoneoutCell"]
