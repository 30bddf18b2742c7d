"""mx.gluon.contrib.rnn: where MXNet 1 keeps these cells (mxnet.gluon.contrib.rnn)."""
import sys as _sys

from ...absent import missing as _missing
from ..rnn import Conv1DGRUCell as Conv1DGRUCell
from ..rnn import Conv1DLSTMCell as Conv1DLSTMCell
from ..rnn import Conv1DRNNCell as Conv1DRNNCell
from ..rnn import Conv2DGRUCell as Conv2DGRUCell
from ..rnn import Conv2DLSTMCell as Conv2DLSTMCell
from ..rnn import Conv2DRNNCell as Conv2DRNNCell
from ..rnn import Conv3DGRUCell as Conv3DGRUCell
from ..rnn import Conv3DLSTMCell as Conv3DLSTMCell
from ..rnn import Conv3DRNNCell as Conv3DRNNCell
from ..rnn import LSTMPCell as LSTMPCell
from ..rnn import VariationalDropoutCell as VariationalDropoutCell

__all__ = ["Conv1DGRUCell", "Conv1DLSTMCell", "Conv1DRNNCell", "Conv2DGRUCell", "Conv2DLSTMCell", "Conv2DRNNCell",
           "Conv3DGRUCell", "Conv3DLSTMCell", "Conv3DRNNCell", "LSTMPCell", "VariationalDropoutCell"]

# MXNet's modules in here; each of them has all the names.
__path__: list[str] = []
conv_rnn_cell = _sys.modules[f"{__name__}.conv_rnn_cell"] = _sys.modules[__name__]
rnn_cell = _sys.modules[f"{__name__}.rnn_cell"] = _sys.modules[__name__]
__getattr__ = _missing("mx.gluon.contrib.rnn", __name__, __all__)
