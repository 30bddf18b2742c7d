"""Checkpoints of recurrent graphs, with the weights of each gate on their own (MXNet: mxnet.rnn.rnn)."""
from __future__ import annotations

from ..base import _as_list
from ..model import load_checkpoint, save_checkpoint


def save_rnn_checkpoint(cells, prefix, epoch, symbol, arg_params, aux_params):
    """mx.model.save_checkpoint with the cells' weights unpacked, so that fused and ordinary cells read each other's files."""
    for cell in _as_list(cells):
        arg_params = cell.unpack_weights(arg_params)
    save_checkpoint(prefix, epoch, symbol, arg_params, aux_params)


def load_rnn_checkpoint(cells, prefix, epoch):
    """(Symbol, arguments, auxiliary states) of save_rnn_checkpoint, weights packed for these cells."""
    symbol, arguments, states = load_checkpoint(prefix, epoch)
    for cell in _as_list(cells):
        arguments = cell.pack_weights(arguments)
    return symbol, arguments, states


def do_rnn_checkpoint(cells, prefix, period=1):
    """An epoch callback that calls save_rnn_checkpoint every `period` epochs."""
    period = int(max(1, period))

    def callback(epoch, symbol=None, arg_params=None, aux_params=None):
        if (epoch + 1) % period == 0:
            save_rnn_checkpoint(cells, prefix, epoch + 1, symbol, arg_params, aux_params)

    return callback
