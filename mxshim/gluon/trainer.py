"""Trainers: an optimizer applied to the parameters of a network (MXNet: mxnet.gluon.Trainer)."""
from __future__ import annotations

from .. import kvstore as kv
from .. import optimizer as opt
from ..arguments import KINDS, check, checked
from ..serialization.writing import atomic_write
from ..util import is_np_array
from .parameter import Parameter

__all__ = ["Trainer"]


class Trainer:
    """Applies an optimizer to parameters: after `loss.backward()`, `trainer.step(batch_size)` updates all of them.

    Args:
        params: what collect_params() gives, a dict of Parameters, or a list; each is updated once, in the order of the names.
        optimizer: a name ("sgd", "adam", ...) with optimizer_params as its arguments, or an mx.optimizer.Optimizer.
        kvstore: how gradients of several devices meet: "device", "local", "dist_sync", ..., a store, or None for not at all.
        compression_params: see KVStore.set_gradient_compression.
        update_on_kvstore: with several devices, whether the store has the only copy that is updated; by default it does. With
            False every device gets the summed gradients and updates its own copy.
    Raises: ValueError for params that are no parameters, or an unknown optimizer; RuntimeError if one is not initialized;
        AssertionError if parameters are on different devices.
    A step and the backward before it are compiled together; rates, counts and batch sizes are run-time numbers.
    """

    def __init__(self, params, optimizer, optimizer_params=None, kvstore="device", compression_params=None, update_on_kvstore=None):
        if isinstance(params, dict):
            params = [params[name] for name in sorted(params)]
        if not isinstance(params, list | tuple):
            raise ValueError("Trainer: params must be a list or dict of Parameters, such as net.collect_params(); got "
                             f"{type(params).__name__}")
        for p in params:
            if not isinstance(p, Parameter):
                raise ValueError(f"Trainer: params must hold Parameters alone, such as net.collect_params(); one of them is {p!r}")
        self._params = list({id(p): p for p in params}.values())
        for p in self._params:
            p._set_trainer(self)
        self._param2idx = {p._uuid if is_np_array() else p.name: i for i, p in enumerate(self._params)}
        self._contains_sparse_weight = any(p._stype != "default" for p in self._params)
        self._contains_sparse_grad = any(p._grad_stype != "default" for p in self._params)
        self._compression_params = compression_params
        self._devices = self._check_devices()
        if optimizer_params:
            check("Trainer", "optimizer_params", optimizer_params, "a dict")
        self._init_optimizer(optimizer, optimizer_params or {})
        self._scale = self._optimizer.rescale_grad
        if update_on_kvstore and self._optimizer.aggregate_num > 1:
            raise ValueError("update_on_kvstore=True does not go with an optimizer that has aggregate_num > 1")
        self._kvstore_params = {"kvstore": kvstore, "update_on_kvstore": update_on_kvstore}
        self._reset_kvstore()

    _contexts = property(lambda self: self._devices)
    _amp_loss_scaler = None  # see mx.amp.init_trainer
    _distributed = None

    @property
    def amp_loss_scale(self):
        """The present loss scale of mx.amp, 1 without it."""
        return 1.0 if self._amp_loss_scaler is None else self._amp_loss_scaler.loss_scale

    def _check_devices(self):
        devices = None
        for p in self._params:
            mine = p.list_ctx()
            if devices is not None and mine != devices:
                raise AssertionError(f"all parameters must be on the same devices, but '{p.name}' is on {mine}, the ones before it on "
                                     f"{devices}")
            devices = mine
        return devices or []

    _check_contexts = _check_devices

    def _init_optimizer(self, optimizer, arguments):
        by_index = dict(enumerate(self._params))
        if isinstance(optimizer, opt.Optimizer):
            if arguments:
                raise AssertionError("Trainer: optimizer_params go with an optimizer's name; this Optimizer has its own already")
            self._optimizer = optimizer
            optimizer.param_dict = by_index
        else:
            self._optimizer = opt.create(optimizer, param_dict=by_index, **arguments)
        self._updaters = [opt.get_updater(self._optimizer) for _ in self._devices]

    def _init_kvstore(self):
        store, on_store = self._kvstore_params["kvstore"], self._kvstore_params["update_on_kvstore"]
        for p in self._params:
            p._need()
        sparse = self._contains_sparse_weight
        if sparse and not (isinstance(store, str) or hasattr(store, "is_capable")):
            raise TypeError(f"row_sparse parameters lie in a store: `kvstore` must be a KVStore or its name, got {store!r}")
        if sparse and on_store is False:
            raise ValueError("update_on_kvstore=False does not go with row_sparse parameters: the store has all their rows")
        if isinstance(store, str):
            several = len(self._devices) > 1 or store.startswith("dist") or store.lower() in kv.KVStoreBase.kv_registry
            store = kv.create(store) if several or sparse else None
        if not (store is None or hasattr(store, "is_capable")):
            raise TypeError(f"Trainer: `kvstore` must be a KVStore, its name or None, got {store!r}")
        if store is not None:
            if on_store is None and not sparse and self._contains_sparse_grad:
                on_store = False
            elif on_store is None:
                on_store = (store.is_capable("optimizer") and self._optimizer.aggregate_num <= 1 and "dist" not in store.type
                            and kv.updates_on_store())
            elif on_store and not store.is_capable("optimizer"):
                raise ValueError(f"a store of the class {type(store).__name__} cannot update; pass update_on_kvstore=False")
            if self._compression_params:
                store.set_gradient_compression(self._compression_params)
            if on_store:
                store.set_optimizer(self._optimizer)
        self._kvstore, self._update_on_kvstore, self._kv_initialized = store, None if store is None else bool(on_store), True
        self._distributed = store is not None and "dist" in store.type

    # Trainers over other transports (Horovod, BytePS) are subclasses that define _init_params and _allreduce_grads, and have no store.

    def _init_params(self):
        """Give the weights to the store."""
        if self._kvstore is not None:
            for i, p in enumerate(self._params):
                self._kvstore.broadcast(i, p._data[0], list(p._data))
        self._params_to_init = []

    def _get_ready(self):
        if not self._kv_initialized:
            self._init_kvstore()
        if self._params_to_init:
            self._init_params()

    def _forget_store(self):
        """Make the store anew at the next step if it has the weights that are updated: they were written from outside."""
        if self._update_on_kvstore:
            self._reset_kvstore()

    def _reset_kvstore(self):
        """Make the store anew at the next step. Raises: RuntimeError if it is one of several processes."""
        if self._distributed:
            raise RuntimeError("parameters cannot be set once a store of several processes has them")
        self._kvstore = self._distributed = self._update_on_kvstore = None  # not known before the first step
        self._kv_initialized, self._params_to_init = False, list(self._params)

    # -- facts -----------------------------------------------------------------------------------------------------

    @property
    def optimizer(self):
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self):
        """The present learning rate, without the parameters' lr_mult."""
        return self._optimizer.learning_rate

    @checked(lr="a number")
    def set_learning_rate(self, lr):
        """Set the learning rate. Raises: UserWarning if the optimizer has a scheduler."""
        self._optimizer.set_learning_rate(lr)

    # -- steps -----------------------------------------------------------------------------------------------------

    def step(self, batch_size, ignore_stale_grad=False):
        """Update all parameters by their gradients divided by batch_size.

        ignore_stale_grad: skip parameters whose gradient is older than the last step.
        Raises: UserWarning for those without it; DeferredInitializationError before the first batch.
        """
        self._check_and_rescale_grad(self._divided("step", batch_size))
        self._get_ready()
        self._allreduce_grads()
        self._update(ignore_stale_grad)

    def _divided(self, what, batch_size):
        """The factor of the gradients."""
        try:
            if not KINDS["a number"](batch_size):
                raise TypeError
            return self._scale / batch_size
        except (TypeError, ZeroDivisionError) as error:
            raise type(error)(f"Trainer.{what}: batch_size must be a number that gradients are divided by, such as x.shape[0], or 1 for a "
                              f"loss that is a mean already; got {batch_size!r}") from None

    def _check_and_rescale_grad(self, scale):
        """Have gradients multiplied by `scale`; steps of others' Trainers call it."""
        self._optimizer.rescale_grad = scale

    def allreduce_grads(self):
        """Give all devices the sum of their gradients: the first half of `step`, for clipping between the halves.

        Raises: AssertionError if parameters are updated on the store.
        """
        self._check_halves("allreduce_grads()")
        self._allreduce_grads()

    def update(self, batch_size, ignore_stale_grad=False):
        """Update by the gradients as they are: the second half of `step`, after allreduce_grads.

        Raises: as step; AssertionError if parameters are updated on the store.
        """
        self._check_halves("update()")
        self._check_and_rescale_grad(self._divided("update", batch_size))
        self._update(ignore_stale_grad)

    def _check_halves(self, what):
        self._get_ready()
        if self._update_on_kvstore:
            raise AssertionError(f"Trainer.{what}: here the store updates the parameters, which only step() can ask for; make the "
                                 "Trainer with update_on_kvstore=False")

    def _allreduce_grads(self):
        if self._kvstore is None:
            return
        trained = [(i, p) for i, p in enumerate(self._params) if p._grad_req != "null"]
        keys, grads = [i for i, _ in trained], [p.list_grad() for _, p in trained]
        outs = [list(p._data) for _, p in trained] if self._update_on_kvstore else grads
        if keys and isinstance(self._kvstore, kv.KVStore):
            self._kvstore.pushpull(keys, grads, out=outs)
        else:  # a store of somebody's own knows MXNet's calls, which have one key, and `out` for weights alone
            for key, grad, out in zip(keys, grads, outs, strict=True):
                self._kvstore.pushpull(key, grad, priority=-key, **({"out": out} if self._update_on_kvstore else {}))

    def _update(self, ignore_stale_grad):
        overflow = self._overflow() if self._amp_loss_scaler is not None else False
        updates = [([], [], []) for _ in self._updaters]
        fresh = []
        for i, p in enumerate(self._params):
            if p._grad_req == "null":
                continue
            if p._data is None:
                p._need()
            for (indices, grads, weights), a in zip(updates, p._data):
                leaf = a._leaf
                if leaf.fresh:
                    fresh.append(leaf)
                elif not ignore_stale_grad:
                    raise UserWarning(f"Trainer.step: no backward has reached `{p.name}` on {a.ctx} since the last step. Either the loss "
                                      "does not depend on it, or backward() was not called; pass ignore_stale_grad=True to skip such "
                                      "parameters")
                else:
                    continue
                indices.append(i)
                grads.append(a.grad)
                weights.append(a)
        if self._update_on_kvstore:
            return
        for leaf in fresh:
            leaf.fresh = False
        if overflow:
            return
        for updater, (indices, grads, weights) in zip(self._updaters, updates):
            updater(indices, grads, weights)

    def _overflow(self) -> bool:
        if self._update_on_kvstore:
            raise NotImplementedError("Trainer.step: with mx.amp every device updates its own copy; make the Trainer with "
                                      "update_on_kvstore=False")
        return self._amp_loss_scaler.has_overflow(self._params)

    # -- states ----------------------------------------------------------------------------------------------------

    @checked(fname="a file's name")
    def save_states(self, fname):
        """Write the optimizer and its states to a file, whole or not at all: with the parameters, all that goes on with training."""
        self._get_ready()
        if self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname, dump_optimizer=True)
            return
        with atomic_write(fname) as f:
            f.write(self._updaters[0].get_states(dump_optimizer=True))

    @checked(fname="a file's name")
    def load_states(self, fname):
        """Read what save_states wrote. Raises: MXNetError, ValueError for other files; nothing has changed then."""
        self._get_ready()
        if self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
            self._optimizer = self._kvstore._updater.optimizer
        else:
            with open(fname, "rb") as f:
                states = f.read()
            for updater in self._updaters:
                updater.set_states(states)
                updater.optimizer = self._updaters[0].optimizer
            self._optimizer = self._updaters[0].optimizer
        self._optimizer.param_dict = dict(enumerate(self._params))
