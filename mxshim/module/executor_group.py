"""The executors of a module, one for each device, each with its part of the batch (MXNet: mxnet.module.executor_group)."""
from __future__ import annotations

import logging
from collections import OrderedDict

from .. import ndarray as nd
from ..array.core import Array
from ..base import MXNetError
from ..executor import allocated
from ..executor_manager import _load_data as _load_data  # MXNet's place of them, too
from ..executor_manager import _load_general as _load_general
from ..executor_manager import _load_label as _load_label
from ..executor_manager import _split_input_slice
from ..io import DataDesc
from .batches import batch_axis, described

__all__ = ["DataParallelExecutorGroup"]


class DataParallelExecutorGroup:
    """Executors of one graph, whose parameters are equal and whose batches are parts of one.

    shared_group: another group, whose parameters, gradients and states are used where names and shapes agree.
    workload, group2ctxs: accepted; batches are split evenly, XLA places the work.
    """

    def __init__(self, symbol, contexts, workload, data_shapes, label_shapes, param_names, for_training, inputs_need_grad,
                 shared_group=None, logger=logging, fixed_param_names=None, grad_req="write", state_names=None, group2ctxs=None):
        self.symbol, self.contexts, self.param_names, self.logger = symbol, contexts, param_names, logger
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self.fixed_param_names, self.state_names = list(fixed_param_names or ()), list(state_names or ())
        self.arg_names, self.aux_names = symbol.list_arguments(), symbol.list_auxiliary_states()
        self.output_names = symbol.list_outputs()
        self._output_axes = [_layout_axis(e) for e in symbol]
        self._grad_req = grad_req
        self.bind(data_shapes, label_shapes, shared_group)

    def bind(self, data_shapes, label_shapes, shared=None):
        """Make the executors for batches of these shapes."""
        self.data_shapes, self.label_shapes = described(data_shapes), described(label_shapes) or None
        self.data_names = [d.name for d in self.data_shapes]
        self.label_names = [d.name for d in self.label_shapes or ()]
        self.batch_size = self._size([*self.data_shapes, *(self.label_shapes or ())])
        n = len(self.contexts)
        self.slices = _split_input_slice(self.batch_size, [1] * n)
        self._axes = {d.name: batch_axis(d) for d in [*self.data_shapes, *(self.label_shapes or ())]}
        self.execs = [self._executor(k, shared.execs[k] if shared is not None else None) for k in range(n)]
        self._refer()

    @staticmethod
    def _size(descs) -> int:
        size = None
        for d in descs:
            axis = batch_axis(d)
            if axis < 0 or axis >= len(d.shape):
                continue
            if size is not None and size != d.shape[axis]:
                raise AssertionError(f"the batch has {size} examples, but {d.name}, {d.shape}, has {d.shape[axis]}")
            size = d.shape[axis]
        return size or 0

    def _executor(self, k, shared):
        shapes, types = {}, {}
        part = self.slices[k].stop - self.slices[k].start
        for d in [*self.data_shapes, *(self.label_shapes or ())]:
            axis = self._axes[d.name]
            shape = list(d.shape)
            if 0 <= axis < len(shape):
                shape[axis] = part
            shapes[d.name], types[d.name] = tuple(shape), d.dtype
        known = set(self.arg_names) | set(self.aux_names)
        shapes = {n: s for n, s in shapes.items() if n in known}
        reqs = {n: self._request(n) for n in self.arg_names}
        return allocated(self.symbol, self.contexts[k], reqs, {n: t for n, t in types.items() if n in known}, shapes, shared,
                         [*self.param_names])

    def _request(self, name) -> str:
        if not self.for_training:
            return "null"
        if name in self.param_names:
            req = self._grad_req
            req = req if isinstance(req, str) else req.get(name, "write") if isinstance(req, dict) else dict(
                zip(self.arg_names, req, strict=True))[name]
            return "null" if name in self.fixed_param_names else req
        if name in self.data_names and self.inputs_need_grad:
            return self._grad_req if isinstance(self._grad_req, str) else "write"
        return "null"

    def _refer(self):
        trained = [n for n in self.arg_names if n in self.param_names]
        self.param_arrays = [[e.arg_dict[n] for e in self.execs] for n in trained]
        self.grad_arrays = [[e.grad_dict[n] for e in self.execs] for n in trained] if self.for_training else []
        self.aux_arrays = [[e.aux_dict[n] for e in self.execs] for n in self.aux_names]
        self.names = trained

    def reshape(self, data_shapes, label_shapes):
        """Executors for batches of other shapes, with the same parameters. Raises: MXNetError for batches that need other ones."""
        data, labels = described(data_shapes), described(label_shapes)
        if data == self.data_shapes and (labels or None) == self.label_shapes:
            return
        before = self.execs
        given = {d.name: d.shape for d in (*data, *labels) if d.name in self.arg_names}
        for name, shape in zip(self.arg_names, self.symbol.infer_shape_partial(**given)[0], strict=True):
            held = before[0].arg_dict[name].shape
            if name in self.param_names and shape and 0 not in shape and shape != held:
                raise MXNetError(f"Module: {name} is {held}, but a batch with {given} needs {shape}. Bind again with force_rebind=True "
                                 "for another network")
        self.bind(data_shapes, label_shapes, self)
        for old, new in zip(before, self.execs, strict=True):  # who watched the old ones watches these
            new.set_monitor_callback(old._monitor, old._monitor_all)

    def set_params(self, arg_params, aux_params, allow_extra=False):
        """Copy parameters by name to all executors."""
        for e in self.execs:
            e.copy_params_from(arg_params, aux_params, allow_extra_params=allow_extra)

    def get_params(self, arg_params, aux_params):
        """Copy the parameters, their mean over the devices, into arrays by name."""
        for names, blocks, target in ((self.names, self.param_arrays, arg_params), (self.aux_names, self.aux_arrays, aux_params)):
            for name, arrays in zip(names, blocks, strict=True):
                total = arrays[0]
                for a in arrays[1:]:
                    total = total + a.as_in_context(arrays[0].ctx)
                target[name][:] = total / len(arrays) if len(arrays) > 1 else total

    def forward(self, batch, is_train=None):
        """Run all executors on their parts of a batch."""
        is_train = self.for_training if is_train is None else is_train
        for names, arrays in ((self.data_names, batch.data), (self.label_names, getattr(batch, "label", None) or ())):
            for name, a in zip(names, arrays, strict=False):
                self._load(name, a)
        for e in self.execs:
            e.forward(is_train=is_train)

    def _load(self, name, array):
        parts = array if isinstance(array, list | tuple) else None
        for k, e in enumerate(self.execs):
            target = e.arg_dict.get(name)
            if target is None:  # a label that the graph does not use
                return
            if parts is not None:
                value = parts[k]
            elif len(self.execs) == 1:
                value = array
            else:
                value = self._part(array, self._axes[name], k)
            if not isinstance(value, Array):
                value = nd.array(value)
            if value.shape != target.shape:
                raise MXNetError(f"Module.forward: {name!r} has shape {value.shape} in this batch, bound were {target.shape}")
            target[:] = value

    def backward(self, out_grads=None):
        """Fill the gradients. Raises: AssertionError if the module was not bound for training."""
        if not self.for_training:
            raise AssertionError("backward: bind the module with for_training=True")
        grads = [] if out_grads is None else out_grads if isinstance(out_grads, list | tuple) else [out_grads]
        for k, e in enumerate(self.execs):
            if out_grads is None:
                e.backward()
            elif len(self.execs) == 1:
                e.backward(list(grads))
            else:
                e.backward([self._part(g, axis, k).as_in_context(e._ctx) for g, axis in zip(grads, self._output_axes, strict=False)])

    def get_outputs(self, merge_multi_context=True):
        """The outputs: of each a whole, or a list with one array for each device."""
        found = [[e.outputs[i] for e in self.execs] for i in range(len(self.output_names))]
        return _merge_multi_context(found, self._output_axes) if merge_multi_context else found

    def _part(self, array, axis, k):
        """What the k-th device gets of an array; all of it, if no axis is that of the examples."""
        return array if axis < 0 else nd.slice_axis(array, axis=axis, begin=self.slices[k].start, end=self.slices[k].stop)

    def get_input_grads(self, merge_multi_context=True):
        """The gradients of the data, as get_outputs."""
        found = [[e.grad_dict[n] for e in self.execs] for n in self.data_names]
        if merge_multi_context:
            return _merge_multi_context(found, [self._axes[n] for n in self.data_names])
        return found

    def get_states(self, merge_multi_context=True):
        """The states, as get_outputs."""
        found = [[e.arg_dict[n] for e in self.execs] for n in self.state_names]
        return _merge_multi_context(found, [0] * len(found)) if merge_multi_context else found

    def set_states(self, states=None, value=None):
        """Set the states to arrays, or to one number."""
        if (states is None) == (value is None):
            raise AssertionError("set_states: give either states or value")
        if states is None:
            for n in self.state_names:
                for e in self.execs:
                    e.arg_dict[n][:] = value
        else:
            for n, given in zip(self.state_names, states, strict=True):
                self._axes.setdefault(n, 0)
                self._load(n, given[0] if isinstance(given, list | tuple) and len(given) == 1 else given)

    def update_metric(self, metric, labels, pre_sliced=False):
        """Let a metric see labels and outputs of all devices. pre_sliced: labels are lists, one for each device."""
        for k, e in enumerate(self.execs):
            part = labels[k] if pre_sliced else labels if len(self.execs) == 1 else [
                self._part(y, self._axes.get(n, 0), k) for n, y in zip(self.label_names, labels, strict=False)]
            metric.update_dict(OrderedDict(zip(self.label_names, part, strict=False)),
                               OrderedDict(zip(self.output_names, e.outputs, strict=True)))

    def install_monitor(self, mon):
        """Have a Monitor watch all executors."""
        for e in self.execs:
            mon.install(e)


def _layout_axis(output):
    """The axis of the examples in an output, as its __layout__ says; the first by default."""
    return DataDesc.get_batch_axis(output.attr("__layout__"))


def _merge_multi_context(outputs, major_axis) -> list:
    """Of each output, which is a list with an array for each device, one array, joined along its axis; the first where that is -1."""
    return [parts[0] if len(parts) == 1 or axis < 0 else nd.concat(*[a.as_in_context(parts[0].ctx) for a in parts], dim=axis)
            for parts, axis in zip(outputs, major_axis, strict=True)]
