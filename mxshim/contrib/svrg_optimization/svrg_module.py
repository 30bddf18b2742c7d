"""Stochastic variance reduced gradient descent (Johnson and Zhang, 2013) as a Module."""
from __future__ import annotations

import logging

from ...module import Module

__all__ = ["SVRGModule"]


class SVRGModule(Module):
    """A Module that trains with g(w) - g(v) + G(v) in place of g(w): g is the gradient of a batch, v are the weights of some epochs ago,
    and G(v) is the mean of the gradients of all batches there.

    update_freq: after how many epochs v and G(v) are taken anew. The other arguments are Module's.
    Whoever does not call fit() calls update_full_grads(train_data) every update_freq epochs, the first time before any batch.
    Raises: TypeError if update_freq is no int; ValueError if it is not positive.
    MXNet: mxnet.contrib.svrg_optimization.svrg_module.SVRGModule.
    """

    def __init__(self, symbol, data_names=("data",), label_names=("softmax_label",), logger=logging, context=None, work_load_list=None,
                 fixed_param_names=None, state_names=None, group2ctxs=None, compression_params=None, update_freq=None):
        if not isinstance(update_freq, int):
            raise TypeError(f"SVRGModule: update_freq, a number of epochs, must be an int, got {update_freq!r}")
        if update_freq <= 0:
            raise ValueError(f"SVRGModule: update_freq must be at least 1, got {update_freq}")
        arguments = {"data_names": data_names, "label_names": label_names, "logger": logger, "context": context,
                     "work_load_list": work_load_list, "fixed_param_names": fixed_param_names, "state_names": state_names,
                     "group2ctxs": group2ctxs, "compression_params": compression_params}
        super().__init__(symbol, **arguments)
        self._mod_aux = Module(symbol, **arguments)  # with the weights v
        self.update_freq, self._ctx_len = update_freq, len(self._context)
        self._param_dict = None  # G(v): for each device, arrays by name

    def bind(self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False, force_rebind=False, shared_module=None,
             grad_req="write"):
        """As Module.bind."""
        super().bind(data_shapes, label_shapes, for_training, inputs_need_grad, force_rebind, shared_module, grad_req)
        if for_training:
            self._mod_aux.bind(data_shapes, label_shapes, for_training, inputs_need_grad, force_rebind, grad_req=grad_req)

    def reshape(self, data_shapes, label_shapes=None):
        """As Module.reshape."""
        super().reshape(data_shapes, label_shapes)
        if self._mod_aux.binded:
            self._mod_aux.reshape(data_shapes, label_shapes)

    def init_optimizer(self, kvstore="local", optimizer="sgd", optimizer_params=(("learning_rate", 0.01),), force_init=False):
        """As Module.init_optimizer."""
        super().init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        self._param_dict = self._zeros()

    def _zeros(self):
        group = self._exec_group
        return [{name: grads[k].zeros_like() for name, grads in zip(group.names, group.grad_arrays, strict=True) if grads[k] is not None}
                for k in range(self._ctx_len)]

    def forward(self, data_batch, is_train=None):
        """Compute the outputs of a batch, in training also with the older weights."""
        super().forward(data_batch, is_train)
        if is_train if is_train is not None else self.for_training:
            self._mod_aux.forward(data_batch, is_train)

    def backward(self, out_grads=None):
        """Compute the gradients, also with the older weights."""
        super().backward(out_grads)
        self._mod_aux.backward(out_grads)

    def update(self):
        """Let the optimizer change the parameters, given g(w) - g(v) + G(v)."""
        self._need()
        if self._param_dict is None:
            raise AssertionError("SVRGModule.update: call init_optimizer() first")
        group, older = self._exec_group, self._mod_aux._exec_group
        for name, grads, at_older in zip(group.names, group.grad_arrays, older.grad_arrays, strict=True):
            for k, grad in enumerate(grads):
                if grad is not None:
                    grad[:] = self._svrg_grads_update_rule(grad, at_older[k], self._param_dict[k][name])
        super().update()

    @staticmethod
    def _svrg_grads_update_rule(g_curr_batch_curr_weight, g_curr_batch_special_weight, g_special_weight_all_batch):
        return g_curr_batch_curr_weight - g_curr_batch_special_weight + g_special_weight_all_batch

    def update_full_grads(self, train_data):
        """Take the weights as they are for v, and compute G(v) over all batches of train_data, which is reset first and last.

        What fills a last batch up counts as a part of that batch that is missing. Differs: in MXNet what was computed before counts as
        one more batch.
        """
        self._need()
        self._mod_aux.set_params(*self.get_params())
        sums, batches, pad = self._zeros(), 0, 0
        train_data.reset()
        for batch in train_data:
            self._mod_aux.forward(batch, is_train=True)
            self._mod_aux.backward()
            batches, pad = batches + 1, batch.pad or 0
            group = self._mod_aux._exec_group
            for name, grads in zip(group.names, group.grad_arrays, strict=True):
                for k, grad in enumerate(grads):
                    if grad is not None:
                        sums[k][name] += grad
        train_data.reset()
        count = batches - pad / train_data.batch_size
        self._param_dict = [{name: total / count for name, total in part.items()} for part in sums]

    def _epoch(self, epoch, train_data, *args, **kwargs):
        if epoch % self.update_freq == 0:
            self.update_full_grads(train_data)
        return super()._epoch(epoch, train_data, *args, **kwargs)
