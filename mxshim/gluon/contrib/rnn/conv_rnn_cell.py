"""The convolutional cells, where MXNet 1 keeps them (mxnet.gluon.contrib.rnn.conv_rnn_cell)."""
from ...rnn import Conv1DGRUCell as Conv1DGRUCell
from ...rnn import Conv1DLSTMCell as Conv1DLSTMCell
from ...rnn import Conv1DRNNCell as Conv1DRNNCell
from ...rnn import Conv2DGRUCell as Conv2DGRUCell
from ...rnn import Conv2DLSTMCell as Conv2DLSTMCell
from ...rnn import Conv2DRNNCell as Conv2DRNNCell
from ...rnn import Conv3DGRUCell as Conv3DGRUCell
from ...rnn import Conv3DLSTMCell as Conv3DLSTMCell
from ...rnn import Conv3DRNNCell as Conv3DRNNCell
