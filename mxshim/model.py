"""Models in files: a graph and its parameters (MXNet: mxnet.model)."""
from __future__ import annotations

import logging
import time

import numpy as onp

from . import io, metric
from . import kvstore as kvs
from . import ndarray as nd
from . import symbol as sym
from .absent import missing as _missing
from .base import MXNetError, _as_list
from .callback import BatchEndParam as BatchEndParam
from .callback import LogValidationMetricsCallback
from .device import cpu
from .initializer import Uniform
from .optimizer import get_updater as get_updater
from .serialization import numbered

__all__ = ["BatchEndParam", "FeedForward", "get_updater", "load_checkpoint", "load_params", "save_checkpoint"]


def save_checkpoint(prefix, epoch, symbol, arg_params, aux_params, remove_amp_cast=True):
    """Write prefix-symbol.json, unless symbol is None, and prefix-0001.params (the epoch's number), each whole or not at all.

    arg_params, aux_params: arrays by name.
    """
    if symbol is not None:
        symbol.save(f"{prefix}-symbol.json", remove_amp_cast=remove_amp_cast)
    found = {f"arg:{k}": v.as_in_context(v.ctx) for k, v in arg_params.items()}
    found.update({f"aux:{k}": v for k, v in aux_params.items()})
    name = numbered(prefix, epoch)
    nd.save(name, found)
    logging.info('Saved checkpoint to "%s"', name)


def load_params(prefix, epoch):
    """(arguments, auxiliary states) of prefix-0001.params, dicts of arrays by name. Raises: MXNetError if the file is damaged."""
    name = numbered(prefix, epoch)
    found = nd.load(name)
    if not found:
        logging.warning("Params file '%s' is empty", name)
        return {}, {}
    if not isinstance(found, dict):
        raise MXNetError(f"{name!r} holds arrays without names; a model's are named arg:... and aux:...")
    parts: dict[str, dict] = {"arg": {}, "aux": {}}
    for key, value in found.items():
        kind, _, short = key.partition(":")
        if kind in parts and short:
            parts[kind][short] = value
    return parts["arg"], parts["aux"]


def load_checkpoint(prefix, epoch):
    """(Symbol, arguments, auxiliary states) of prefix-symbol.json and prefix-0001.params. Raises: MXNetError if a file is damaged."""
    symbol = sym.load(f"{prefix}-symbol.json")
    return (symbol, *load_params(prefix, epoch))


def _multiple_callbacks(callbacks, *args, **kwargs):
    """Call each of the callbacks, which may be one, a list, or None."""
    for callback in [] if callbacks is None else _as_list(callbacks):
        callback(*args, **kwargs)


# What modules share, and programs that bring a Module of their own import.

def _create_kvstore(kvstore, num_device, arg_params):
    """(store or None, whether it updates the weights) for a store, its name or None; one device in one process needs none.

    Raises: TypeError for anything else.
    """
    if kvstore is None:
        return None, False
    if isinstance(kvstore, str):
        if num_device == 1 and "dist" not in kvstore:
            return None, False
        largest = max((onp.prod(a.shape) for a in arg_params.values()), default=0)
        on_store = kvstore != "local" or largest <= 1 << 24  # larger weights are updated on their devices
        return kvs.create(kvstore), on_store and kvs.updates_on_store()
    if not isinstance(kvstore, kvs.KVStoreBase):
        raise TypeError(f"kvstore must be a KVStore, its name or None, got {type(kvstore).__name__}")
    return kvstore, kvs.updates_on_store()


def _create_sparse_kvstore(kvstore):
    """(store, True) for a store or its name: it updates row_sparse weights. Raises: TypeError for anything else."""
    if isinstance(kvstore, str):
        kvstore = kvs.create(kvstore)
    if not isinstance(kvstore, kvs.KVStoreBase):
        raise TypeError(f"row_sparse parameters need a KVStore or its name, got {type(kvstore).__name__}")
    return kvstore, True


def _initialize_kvstore(kvstore, param_arrays, arg_params, param_names, update_on_kvstore):
    """Give a store the parameters' values by name; where it updates them, each device's arrays get them back."""
    for name, arrays in zip(param_names, param_arrays, strict=False):
        kvstore.init(name, arg_params[name])
        if update_on_kvstore:
            kvstore.pull(name, arrays)


def _update_params_on_kvstore(param_arrays, grad_arrays, kvstore, param_names):
    """Push the gradients of all devices and pull the weights that the store has updated; those without gradients stay."""
    for name, weights, grads in zip(param_names, param_arrays, grad_arrays, strict=False):
        if grads[0] is not None:
            kvstore.push(name, grads)
            kvstore.pull(name, weights)


def _update_params(param_arrays, grad_arrays, updater, num_device, kvstore=None, param_names=None):
    """Let an updater change each device's weights, number i of device k under the index i num_device + k.

    With a store, gradients are summed over the devices before, under their names.
    """
    trained = [i for i, grads in enumerate(grad_arrays) if grads[0] is not None]
    for i in trained if kvstore is not None else ():
        kvstore.pushpull(param_names[i], grad_arrays[i])
    for k in range(num_device):
        rows = [(i * num_device + k, grad_arrays[i][k], param_arrays[i][k]) for i in trained]
        if rows:
            updater(*zip(*rows, strict=True))


class FeedForward:
    """A graph to train and run on NumPy arrays or iterators, as programs before Module did; it runs a Module.

    Args:
        symbol: the graph, or a function from an iterator's default_bucket_key to one.  ctx: a device, or several.
        num_epoch, begin_epoch: where training ends and starts.  epoch_size: batches of an epoch, default all.
        optimizer, kwargs: its name and arguments, or an Optimizer.  initializer: what fills parameters that arg_params lacks.
        numpy_batch_size: of batches of arrays.  allow_extra_params: arg_params may hold what the graph does not need.
    """

    def __init__(self, symbol, ctx=None, num_epoch=None, epoch_size=None, optimizer="sgd", initializer=Uniform(0.01),  # noqa: B008
                 numpy_batch_size=128, arg_params=None, aux_params=None, allow_extra_params=False, begin_epoch=0, **kwargs):
        self.sym_gen = None if isinstance(symbol, sym.Symbol) else symbol
        self.symbol = symbol if self.sym_gen is None else None
        self.ctx = [cpu()] if ctx is None else list(ctx) if isinstance(ctx, list | tuple) else [ctx]
        self.num_epoch, self.epoch_size, self.begin_epoch = num_epoch, epoch_size, begin_epoch
        self.optimizer, self.kwargs, self.initializer = optimizer, dict(kwargs), initializer
        self.numpy_batch_size, self.allow_extra_params = numpy_batch_size, allow_extra_params
        self.arg_params, self.aux_params = arg_params, aux_params

    def _iterator(self, X, y, is_train):
        if isinstance(X, io.DataIter) or hasattr(X, "provide_data"):
            return X
        if y is None:
            if is_train:
                raise ValueError("FeedForward: y, the labels, must be specified when X is an array")
            y = onp.zeros(len(X))
        if len(X) != len(y):
            raise ValueError(f"FeedForward: there are {len(X)} examples but {len(y)} labels; every example needs one")
        y = y.asnumpy().ravel() if isinstance(y, nd.NDArray) else onp.asarray(y).ravel()
        return io.NDArrayIter(X, y, min(len(X), self.numpy_batch_size), shuffle=is_train,
                              last_batch_handle="roll_over" if is_train else "pad")

    def _module(self, data, logger=logging):
        from .module import Module
        if self.sym_gen is not None:
            self.symbol = self.sym_gen(data.default_bucket_key)
        names = set(self.symbol.list_arguments())
        return Module(self.symbol, [d[0] for d in data.provide_data], [d[0] for d in data.provide_label or () if d[0] in names], logger,
                      self.ctx)

    def fit(self, X, y=None, eval_data=None, eval_metric="acc", epoch_end_callback=None, batch_end_callback=None, kvstore="local",
            logger=None, work_load_list=None, monitor=None, eval_end_callback=LogValidationMetricsCallback(),  # noqa: B008
            eval_batch_end_callback=None):
        """Train, and keep the parameters. Batches are numbered from 1 here.

        X, y: arrays, or an iterator, begun anew.  eval_data: a pair of arrays, or an iterator.  The others: see Module.fit.
        """
        data = self._iterator(X, y, True)
        if isinstance(eval_data, list | tuple):  # shuffled, too, as in MXNet
            eval_data = self._iterator(*[onp.array(a) if isinstance(a, list) else a for a in eval_data], is_train=True)
        data.reset()
        logger = logger or logging
        module = self._module(data, logger)
        module.bind(data.provide_data, data.provide_label)
        if monitor is not None:
            module.install_monitor(monitor)
        module.init_params(self.initializer, *self._parameters(), allow_missing=True)
        module.init_optimizer(kvstore, self.optimizer, self.kwargs or (("learning_rate", 0.01),))
        if not isinstance(eval_metric, metric.EvalMetric):
            eval_metric = metric.create(eval_metric)
        logger.info("Start training with %s", self.ctx)
        for epoch in range(self.begin_epoch, self.num_epoch):
            tic = time.time()
            eval_metric.reset()
            for nbatch, data_batch in self._epoch(data, epoch, logger):
                if monitor is not None:
                    monitor.tic()
                module.forward_backward(data_batch)
                module.update()
                module.update_metric(eval_metric, data_batch.label)
                if monitor is not None:
                    monitor.toc_print()
                _multiple_callbacks(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
            logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - tic)
            self.arg_params, self.aux_params = module.get_params()
            _multiple_callbacks(epoch_end_callback, epoch, self.symbol, self.arg_params, self.aux_params)
            if eval_data is not None:
                module.score(eval_data, eval_metric, None, eval_batch_end_callback, eval_end_callback, epoch=epoch)
                eval_data.reset()

    def _epoch(self, data, epoch, logger):
        """(number, batch) of the epoch's batches: all, or epoch_size of them, which may begin and end anywhere in the data."""
        count = 0
        while True:
            for batch in data:
                count += 1
                yield count, batch
                if count == self.epoch_size:
                    return
            logger.info("Epoch[%d] Resetting Data Iterator", epoch)
            data.reset()
            if self.epoch_size is None:
                return

    def _parameters(self):
        if not self.allow_extra_params or self.arg_params is None:
            return self.arg_params, self.aux_params
        arguments, states = set(self.symbol.list_arguments()), set(self.symbol.list_auxiliary_states())
        return ({k: v for k, v in self.arg_params.items() if k in arguments},
                {k: v for k, v in (self.aux_params or {}).items() if k in states})

    def _bound(self, data):
        module = self._module(data)
        labels = [d for d in data.provide_label or () if d[0] in module.label_names]
        module.bind(data.provide_data, labels or None, for_training=False)
        module.init_params(None, *self._parameters())
        return module

    def predict(self, X, num_batch=None, return_data=False, reset=True):
        """The outputs as NumPy arrays, one or a list; with return_data (outputs, data, labels), each so."""
        data = self._iterator(X, None, False)
        if reset:
            data.reset()
        module = self._bound(data)
        columns: list[list] = [[], [], []]
        for k, batch in enumerate(data):
            if k == num_batch:
                break
            module.forward(batch, is_train=False)
            for column, arrays in zip(columns, (module.get_outputs(), batch.data, batch.label or []), strict=True):
                column.append([a[:a.shape[0] - (batch.pad or 0)].asnumpy() for a in arrays])
        found = [[onp.concatenate(parts) for parts in zip(*column, strict=True)] for column in columns]
        found = [arrays[0] if len(arrays) == 1 else arrays for arrays in found]
        return tuple(found) if return_data else found[0]

    def score(self, X, eval_metric="acc", num_batch=None, batch_end_callback=None, reset=True):
        """The value of a metric over an iterator with labels."""
        data = self._iterator(X, None, False)
        return self._bound(data).score(data, eval_metric, num_batch, batch_end_callback, reset=reset)[0][1]

    def save(self, prefix, epoch=None, remove_amp_cast=True):
        """Write prefix-symbol.json and prefix-0001.params; epoch: default num_epoch."""
        epoch = self.num_epoch if epoch is None else epoch
        if epoch is None:
            raise AssertionError("FeedForward.save: give epoch, or num_epoch to FeedForward")
        save_checkpoint(prefix, epoch, self.symbol, self.arg_params, self.aux_params, remove_amp_cast)

    @staticmethod
    def load(prefix, epoch, ctx=None, **kwargs):
        """The FeedForward of save's files, whose training goes on at `epoch`."""
        symbol, arguments, states = load_checkpoint(prefix, epoch)
        return FeedForward(symbol, ctx=ctx, arg_params=arguments, aux_params=states, begin_epoch=epoch, **kwargs)

    @staticmethod
    def create(symbol, X, y=None, ctx=None, num_epoch=None, epoch_size=None, optimizer="sgd", initializer=Uniform(0.01),  # noqa: B008
               eval_data=None, eval_metric="acc", epoch_end_callback=None, batch_end_callback=None, kvstore="local", logger=None,
               work_load_list=None, eval_end_callback=LogValidationMetricsCallback(), eval_batch_end_callback=None, **kwargs):  # noqa: B008
        """A FeedForward that was trained; arguments are those of FeedForward and fit."""
        model = FeedForward(symbol, ctx, num_epoch, epoch_size, optimizer, initializer, **kwargs)
        model.fit(X, y, eval_data, eval_metric, epoch_end_callback, batch_end_callback, kvstore, logger, work_load_list,
                  eval_end_callback=eval_end_callback, eval_batch_end_callback=eval_batch_end_callback)
        return model


__getattr__ = _missing("mx.model", __name__, __all__)
