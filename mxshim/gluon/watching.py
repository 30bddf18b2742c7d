"""Block.register_op_hook: what the operators of a hybridized block take and give, one by one."""
from __future__ import annotations

from .. import autograd
from ..symbol.infer import Inference
from ..symbol.running import Program, names_of_inputs
from ..util import is_np_array
from .dialect import _flatten, _regroup, as_class
from .exporting import input_names, recorded
from .hybrid import _complete, _signature, _tree

# Operators whose outputs have names in MXNet; those of all others are numbered.
_NAMED = frozenset(
    "Activation BatchNorm BilinearSampler Concat Convolution Correlation Crop Deconvolution Dropout FullyConnected GridGenerator GroupNorm "
    "InstanceNorm L2Normalization LRN LayerNorm LeakyReLU MakeLoss Pad Pooling RNN ROIPooling SVMOutput SequenceLast SequenceMask "
    "SequenceReverse SliceChannel SoftmaxActivation SoftmaxOutput SpatialTransformer SwapAxis UpSampling _contrib_MultiBoxDetection "
    "_contrib_MultiBoxPrior _contrib_MultiBoxTarget _contrib_ROIAlign _contrib_interleaved_matmul_encdec_qk "
    "_contrib_interleaved_matmul_encdec_valatt _contrib_interleaved_matmul_selfatt_qk _contrib_interleaved_matmul_selfatt_valatt "
    "_rnn_param_concat elemwise_add softmax softmin".split())


class Watch:
    """What register_op_hook asked for, and the graphs of a block by the signature of its call."""

    def __init__(self, callback, monitor_all):
        self.callback, self.monitor_all, self.graphs = callback, monitor_all, {}

    def __deepcopy__(self, memo):
        return Watch(self.callback, self.monitor_all)

    def run(self, block, args):
        """The outputs of block(*args), operator by operator; calls callback(name, operator, array) for all that they give and take."""
        handles: list = []
        key = _signature(args, handles)
        if key is None or not handles:
            return block.forward(*args)
        key = key, is_np_array()
        if key not in self.graphs:
            if any(p._data is None for p in block.collect_params().values()):
                _complete(block, _tree(block), args, handles[0].ctx)
            found, constants, parameters, out = recorded(block, key[0])
            self.graphs[key] = _program(found, handles), constants, parameters, _flatten(out, "outputs")[1]
        program, constants, parameters, nesting = self.graphs[key]
        given, ctx = dict(zip(input_names(len(handles)), handles, strict=True)), handles[0].ctx
        arrays = [given[n] if n in given else constants[n] if n in constants else parameters[n]._there(ctx)
                  for n in (v.name for v in program.inputs)]
        cls = type(handles[0])
        outputs = iter([as_class(a, cls) for a in program(arrays, self._seen(cls))])
        return _regroup([None if n == -1 else next(outputs) for n in _ends(nesting)], nesting)

    def _seen(self, cls):
        """What a Program tells of its vertices, told on to the callback."""
        word = str if is_np_array() else str.encode  # MXNet 1 gives bytes

        def tell(vertex, kind, array):
            with autograd.pause():
                self.callback(word(f"{vertex.name}_{kind}"), word(vertex.op), as_class(array, cls))

        def seen(vertex, k, array):
            names = names_of_inputs(vertex) if k < 0 else _output_names(vertex)
            if k < 0 and self.monitor_all:
                tell(vertex, names[~k], array)
            elif 0 <= k < len(names):
                tell(vertex, names[k], array)

        return seen


def _program(symbol, handles):
    """The graph's, with the sizes of its zeros that depend on the batch's."""
    shapes = {name: h.shape for name, h in zip(input_names(len(handles)), handles, strict=True)}
    return Program(symbol, Inference(symbol, {n: shapes[n] for n in symbol.list_arguments() if n in shapes}, {}).open_shapes())


def _ends(nesting):
    return [e for n in nesting for e in _ends(n)] if isinstance(nesting, list) else [nesting]


def _output_names(vertex):
    shown = [name.removeprefix(f"{vertex.name}_") for name in vertex.output_names()]
    if vertex.op == "RNN":
        return shown[:1]
    return shown if vertex.op in _NAMED or not all(n.startswith("output") for n in shown) else [str(k) for k in range(len(shown))]
