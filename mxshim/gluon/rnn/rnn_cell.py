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
from .sequences import _cells_begin_state as _cells_begin_state
from .sequences import _cells_state_info as _cells_state_info
from .sequences import _format_sequence as _format_sequence
from .sequences import _get_begin_state as _get_begin_state
from .sequences import _mask_sequence_variable_length as _mask_sequence_variable_length
from .sequences import _reverse_sequences as _reverse_sequences

__all__ = ["BidirectionalCell", "DropoutCell", "GRUCell", "HybridRecurrentCell", "HybridSequentialRNNCell", "LSTMCell",
           "LSTMPCell", "ModifierCell", "RNNCell", "RecurrentCell", "ResidualCell", "SequentialRNNCell", "VariationalDropoutCell",
           "ZoneoutCell"]
