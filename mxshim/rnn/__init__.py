"""mx.rnn: recurrent cells of graphs, and sentences in buckets (MXNet: mxnet.rnn). mx.gluon.rnn has the cells of arrays."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from ..model import load_checkpoint as load_checkpoint
from ..model import save_checkpoint as save_checkpoint
from .cells import BaseRNNCell as BaseRNNCell
from .cells import GRUCell as GRUCell
from .cells import LSTMCell as LSTMCell
from .cells import RNNCell as RNNCell
from .cells import RNNParams as RNNParams
from .composed import BidirectionalCell as BidirectionalCell
from .composed import DropoutCell as DropoutCell
from .composed import ModifierCell as ModifierCell
from .composed import ResidualCell as ResidualCell
from .composed import SequentialRNNCell as SequentialRNNCell
from .composed import ZoneoutCell as ZoneoutCell
from .conv import BaseConvRNNCell as BaseConvRNNCell
from .conv import ConvGRUCell as ConvGRUCell
from .conv import ConvLSTMCell as ConvLSTMCell
from .conv import ConvRNNCell as ConvRNNCell
from .fused import FusedRNNCell as FusedRNNCell
from .io import BucketSentenceIter as BucketSentenceIter
from .io import encode_sentences as encode_sentences
from .rnn import do_rnn_checkpoint as do_rnn_checkpoint
from .rnn import load_rnn_checkpoint as load_rnn_checkpoint
from .rnn import save_rnn_checkpoint as save_rnn_checkpoint

__all__ = ["BaseConvRNNCell", "BaseRNNCell", "BidirectionalCell", "BucketSentenceIter", "ConvGRUCell", "ConvLSTMCell", "ConvRNNCell",
           "DropoutCell", "FusedRNNCell", "GRUCell", "LSTMCell", "ModifierCell", "RNNCell", "RNNParams", "ResidualCell",
           "SequentialRNNCell", "ZoneoutCell", "do_rnn_checkpoint", "encode_sentences", "load_rnn_checkpoint", "save_rnn_checkpoint"]

_parts(__name__, "rnn_cell rnn io")
__getattr__ = _missing("mx.rnn", __name__, __all__)
