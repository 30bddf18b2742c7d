"""autograd.Function: a user's own forward and backward.

`forward` runs once, at the call, with recording off, and `backward` once per backward pass, on pending arrays: both become
instructions of the trace like everything else, and code that reads values simply cuts the trace there. Together the pair
acts as a `jax.custom_vjp`: what was recorded inside `forward` is invisible, its gradient is what `backward` returns.
"""
from __future__ import annotations

import weakref

from ..base import MXNetError
from .cell import Handle
from .emit import make_node, place
from .trace import state


class Pair:
    """What a node keeps of a user's Function: the instance, the inputs' and outputs' avals, the arrays' class."""

    __slots__ = ("avals", "cls", "inputs", "outs", "owner")

    def __init__(self, owner, cls, inputs, avals, outs):
        self.owner, self.cls, self.inputs, self.avals = owner, cls, inputs, avals
        # Weak: forward's own arrays are usually saved on the owner, and the graph must die with its heads.
        self.outs = [weakref.ref(o) for o in outs]

    def pull(self, cts, training, node=None, entries=None):
        """Run backward on values; returns one array per input, of the input's shape and dtype.

        entries: the places of `cts` in the graph when backward itself is to be recorded, as an operation on `node`'s outputs.
        """
        own = [o() for o in self.outs] if entries is not None else []
        for k, o in enumerate(own):
            if o is not None:
                o._node, o._index = node, k
        try:
            return self._pull(cts, training, entries)
        finally:
            for o in own:
                if o is not None:
                    o._node = None

    def _pull(self, cts, training, entries):
        handles = [self.cls(v) for v in cts]
        for h, entry in zip(handles, entries or (), strict=False):
            if entry is not None:
                h._node, h._index = entry
        recording, trained = state.recording, state.training
        state.recording, state.training = entries is not None, training
        name = type(self.owner).__name__
        try:
            gradients = self.owner.backward(*handles)
        except MXNetError:
            raise
        except Exception as error:
            raise MXNetError(f"{name}.backward raised {type(error).__name__}: {error}") from error
        finally:
            state.recording, state.training = recording, trained
        if not isinstance(gradients, list | tuple):
            gradients = (gradients,)
        if len(gradients) != len(self.inputs):
            raise MXNetError(f"{name}.backward must return one gradient per input of forward: wanted {len(self.inputs)}, "
                             f"got {len(gradients)}")
        state.recording = entries is not None
        try:
            return [self._fit(i, g, aval) for i, (g, aval) in enumerate(zip(gradients, self.inputs, strict=True))]
        finally:
            state.recording = recording

    def _fit(self, i, gradient, aval):
        """The i-th gradient broadcast and cast to its input, as `grad[:] = value` would."""
        name = type(self.owner).__name__
        if gradient is None:
            raise MXNetError(f"{name}.backward returned None as gradient {i + 1}; return zeros for inputs that need none")
        if not isinstance(gradient, Handle):
            raise MXNetError(f"{name}.backward must return arrays, gradient {i + 1} is a {type(gradient).__name__}")
        if gradient._value_now().aval is not aval:
            try:
                gradient = gradient._fitted(aval)
            except (ValueError, MXNetError):
                raise MXNetError(f"{name}.backward: gradient {i + 1} has shape {gradient.shape}, its input {aval.shape}; "
                                 "they must be equal") from None
        return gradient


def _apart(outputs, inputs):
    """The outputs, those with an input's value as copies: what is computed from such a value would be taken as computed from the input."""
    if isinstance(outputs, list | tuple):
        return (list if isinstance(outputs, list) else tuple)([_apart(o, inputs) for o in outputs])
    if not isinstance(outputs, Handle) or any(outputs is x for x in inputs):
        return outputs  # an error, which the caller tells
    value = outputs._value_now()
    return outputs.copy() if any(isinstance(x, Handle) and x._value_now() is value for x in inputs) else outputs


class Function:
    """Base class for operations with a gradient of their own (MXNet: mxnet.autograd.Function).

    Subclass it with `forward(self, *arrays)` and `backward(self, *output_gradients)`, which returns one gradient per input,
    and call an instance on arrays. Keep what backward needs with `save_for_backward`; read it from `saved_tensors`.

    Differs: `grad_req="add"` works on direct inputs, and second derivatives work when backward is made of differentiable
    operators.
    """

    def __init__(self):
        self._used = False
        self.saved_tensors = ()

    def save_for_backward(self, *args):
        """Keep anything for backward; the last call counts."""
        self.saved_tensors = args

    def __call__(self, *inputs):
        if self._used:
            raise AssertionError(f"each {type(self).__name__} instance can only be called once; make a new one for another call")
        self._used = True
        recording = state.recording
        if recording:
            for x in inputs:
                if not isinstance(x, Handle):
                    raise AttributeError(f"{type(self).__name__}: inputs must be arrays while recording, got {type(x).__name__}, "
                                         "which has no attribute 'handle'; pass other things to the constructor")
        state.recording = False
        outputs = self.forward(*inputs)  # as measured, an exception here leaves recording off for the rest of the block
        if recording:
            outputs = _apart(outputs, inputs)
        state.recording = recording
        if not recording:
            return outputs
        several = isinstance(outputs, list | tuple)
        outs = list(outputs) if several else [outputs]
        if outputs is None:
            raise TypeError(f"{type(self).__name__}.forward returned None; it must return an array or several")
        if not outs:
            raise MXNetError(f"{type(self).__name__}.forward returned no arrays, but {outputs!r}")
        for o in outs:
            if not isinstance(o, Handle):
                raise AttributeError(f"{type(self).__name__}.forward must return arrays, got {type(o).__name__}, which has no "
                                     "attribute 'handle'")
            if any(o is x for x in inputs):
                raise MXNetError(f"{type(self).__name__}.forward returned an input itself; return a copy of it: x.copy()")
        parents = tuple([place(x) for x in inputs])
        if not any(parents):
            return outputs
        values = [o._value_now() for o in outs]
        instruction = [None, (), tuple([weakref.ref(v) for v in values]), (), None]
        node = make_node(self, parents, values, [x._value_now() for x in inputs], instruction)
        node.function = Pair(self, type(outs[0]), [x._value_now().aval for x in inputs], [v.aval for v in values], outs)
        results = [o._alias() for o in outs]
        for k, o in enumerate(results):
            o._node, o._index = node, k
        return type(outputs)(results) if several else results[0]

    def forward(self, *inputs):
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, *output_grads):
        raise NotImplementedError(f"{type(self).__name__} has no backward")
