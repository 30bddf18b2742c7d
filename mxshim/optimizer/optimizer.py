"""The base of all optimizers, and their names (MXNet: mxnet.optimizer.Optimizer, register, create)."""
from __future__ import annotations

import difflib
import inspect
import warnings

from .. import ndarray as nd
from ..arguments import Checked
from ..base import HALVES
from ..engine.trace import constants_apart
from ..ops import rules
from ..util import is_np_array
from .fused import update_all

__all__ = ["Optimizer", "Test", "create", "register"]


class Optimizer(Checked):
    """Base of all optimizers: what weights become, given their gradients.

    Args:
        rescale_grad: factor of all gradients; a Trainer sets it to 1 / batch_size.  wd: weight decay.
        clip_gradient: bound of a gradient's elements, after rescale_grad; None for none.
        learning_rate: the rate, 0.01 by default.  lr_scheduler: an LRScheduler that gives the rate instead.
        param_idx2name: {index: name}, for factors by name (set_lr_mult).  param_dict: {index: Parameter}, whose lr_mult and
            wd_mult count.  begin_num_update: the count of updates to start from.
        multi_precision: keep a float32 copy of every 16-bit weight and update that.
        sym: a graph, whose variables' lr_mult and wd_mult count by name.
        aggregate_num, use_fused_step: accepted. All weights given at once are updated in one compiled instruction.
    Which generation's formulas apply, where those of MXNet 1 and 2 differ, is decided here: MXNet 2's in np programs.

    An optimizer of your own defines either `update(self, index, weight, grad, state)` (MXNet 1) or
    `step(self, indices, weights, grads, states)` (MXNet 2), and `create_state(self, index, weight)`; it calls
    self._update_count(index), self._get_lr(index) and self._get_wd(index), and writes into weights and states.
    """

    opt_registry: dict[str, type] = {}
    _wants = {"lr_scheduler": "a function", "param_dict": "a dict", **dict.fromkeys(
        ("learning_rate", "clip_gradient", "momentum", "epsilon", "eps", "rho", "gamma1", "gamma2", "clip_weights", "lower_bound",
         "upper_bound", "aggregate_num"), "a number")}
    _or_none = "learning_rate", "aggregate_num"
    _in_states = True  # states that name the class can be loaded
    _alone = False  # every weight has numbers of its own, even where the factors are the same
    _copy_last = False  # MXNet 1's states of 16-bit weights are (state, float32 copy) instead of (float32 copy, state)
    _built_in = True  # neither update nor step is a subclass's own
    _names: tuple[str, ...] = ("lr", "wd")
    _rules: tuple = ()  # the update rule in nd programs, and the one in np programs if that is another one

    def __init__(self, rescale_grad=1.0, param_idx2name=None, wd=0.0, clip_gradient=None, learning_rate=None, lr_scheduler=None,
                 sym=None, begin_num_update=0, multi_precision=False, param_dict=None, aggregate_num=None, use_fused_step=None,
                 **unknown):
        if unknown:
            raise self._unknown(next(iter(unknown)))
        if param_idx2name is not None and not isinstance(param_idx2name, dict):
            raise AssertionError(f"param_idx2name must be a dict from indices to names, got {type(param_idx2name).__name__}")
        self.rescale_grad, self.wd, self.clip_gradient = rescale_grad, wd, clip_gradient
        self.lr_scheduler = lr_scheduler
        self.lr = 0.01 if lr_scheduler is None and learning_rate is None else learning_rate
        if lr_scheduler is not None and learning_rate is not None and lr_scheduler.base_lr != learning_rate:
            print(UserWarning(f"the scheduler's base_lr {lr_scheduler.base_lr} is replaced by learning_rate={learning_rate}"))
            lr_scheduler.base_lr = learning_rate
        self.begin_num_update = self.num_update = begin_num_update
        self._all_index_update_counts = {0: {}}
        self._index_update_count = self._all_index_update_counts[0]
        self.multi_precision = multi_precision
        self.aggregate_num = 1 if aggregate_num is None else aggregate_num
        self.use_fused_step = bool(use_fused_step)
        self.idx2name = dict(param_idx2name or {})
        self.param_dict = param_dict or {}
        self.allow_np_array = is_np_array()
        self._of_symbol = _factors(sym)
        self.set_lr_mult({})
        self.set_wd_mult({})

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = ("_get_lr", "_get_lrs", "_get_wd", "_get_wds")
        cls._alone = cls._alone or any(name in cls.__dict__ for name in own)
        cls._built_in = all(getattr(cls, name) is getattr(Optimizer, name) for name in ("update", "step", "fused_step"))

    def __getstate__(self):
        state = self.__dict__.copy()
        del state["param_dict"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.param_dict = {}

    def _unknown(self, name):
        known = {p for c in type(self).__mro__ for p in inspect.signature(c.__init__).parameters} - {"self", "args", "kwargs", "unknown"}
        near = ["learning_rate"] if name == "lr" else difflib.get_close_matches(name, known, 2)
        return TypeError(f"{type(self).__name__} has no argument {name!r}{f', did you mean {near[0]}?' if near else ''}; its arguments are "
                         f"{', '.join(sorted(known))}")

    # -- the registry ----------------------------------------------------------------------------------------------

    @staticmethod
    def register(klass):
        """A class decorator: makes an Optimizer known to `create` by its name in lower case."""
        if not isinstance(klass, type):
            raise AssertionError(f"register: wanted a class, got {klass!r}")
        name = klass.__name__.lower()
        old = Optimizer.opt_registry.get(name)
        if old is not None and old is not klass:
            warnings.warn(f"optimizer {name!r} is now {klass.__module__}.{klass.__name__}, no longer {old.__module__}.{old.__name__}",
                          stacklevel=2)
        Optimizer.opt_registry[name] = klass
        return klass

    @staticmethod
    def create_optimizer(name, **kwargs):
        """An optimizer from its name ("sgd", "Adam") and arguments. Raises: ValueError for an unknown name."""
        klass = Optimizer.opt_registry.get(name.lower()) if isinstance(name, str) else None
        if klass is None:
            raise ValueError(f"Cannot find optimizer {name}; there are {', '.join(sorted(Optimizer.opt_registry))}. Make your own "
                             "known with @mx.optimizer.register")
        return klass(**kwargs)

    # -- what subclasses define ------------------------------------------------------------------------------------

    def create_state(self, index, weight):
        """What the optimizer keeps for a weight: None, an array, or a tuple of them."""

    def _rule(self):
        """The update rule, of ops/rules.py."""
        if not self._rules:
            raise NotImplementedError(f"{type(self).__name__} must define step(self, indices, weights, grads, states), or "
                                      "update(self, index, weight, grad, state)")
        return self._rules[-1 if self.allow_np_array else 0]

    def _each(self, index, lr, wd, t) -> tuple:
        """The rule's numbers `_names` for one weight: lr and wd with all factors; t counts its updates, this one included."""
        return lr, wd

    def _shared(self) -> dict:
        """The rule's other numbers, equal for all weights."""
        return {}

    # -- updates ---------------------------------------------------------------------------------------------------

    def create_state_multi_precision(self, index, weight):
        """create_state; for a 16-bit weight, with multi_precision, (float32 copy, the state of that copy).

        SGD, NAG and LARS of MXNet 1, in nd programs, have the copy last.
        """
        if weight.dtype in HALVES:
            if self.multi_precision:
                master = weight.astype("float32")
                return (master, self.create_state(index, master))[::self._order]
            warnings.warn("16-bit weights are updated in 16 bits, which loses small updates; pass multi_precision=True to the "
                          f"optimizer {type(self).__name__} to keep float32 copies of them", stacklevel=2)
        return self.create_state(index, weight)

    @property
    def _order(self) -> int:
        """1 where a pair is (float32 copy, state), -1 where it is the other way round."""
        return -1 if self._copy_last and not self.allow_np_array else 1

    def update(self, index, weight, grad, state):
        """Update one weight, or lists of them, in place. Subclasses of MXNet 1 define it, for one."""
        if isinstance(index, list | tuple):
            self._own_step(index, weight, grad, state)
        else:
            self._own_step([index], [weight], [grad], [state])

    def step(self, indices, weights, grads, states):
        """Update lists of weights in place. Subclasses of MXNet 2 define it, or fused_step."""
        self._step(indices, weights, [None] * len(weights), grads, states)

    fused_step = step

    def _own_step(self, *lists):
        """The step that a subclass has defined; of two, the one that use_fused_step chooses."""
        fused = type(self).fused_step is not Optimizer.fused_step and (self.use_fused_step or type(self).step is Optimizer.step)
        (self.fused_step if fused else self.step)(*lists)

    def update_multi_precision(self, index, weight, grad, state):
        """As update; with multi_precision 16-bit weights are updated through their float32 copies."""
        if not isinstance(index, list | tuple):
            index, weight, grad, state = [index], [weight], [grad], [state]
        mixed = [w.dtype in HALVES for w in weight] if self.multi_precision else ()
        if any(mixed):
            state = [s[::self._order] if m else s for m, s in zip(mixed, state, strict=True)]
        if self._built_in:
            masters = [None] * len(weight)
            if any(mixed):
                masters = [s[0] if m else None for m, s in zip(mixed, state, strict=True)]
                state = [s[1] if m else s for m, s in zip(mixed, state, strict=True)]
            self._step(index, weight, masters, grad, state)
            return
        weight, grad = [w.as_nd_ndarray() for w in weight], [g.as_nd_ndarray() for g in grad]
        used, grad, state = list(weight), list(grad), list(state)
        for k in [k for k, m in enumerate(mixed) if m]:
            used[k], state[k] = state[k]
            grad[k] = grad[k].astype("float32")
        if type(self).update is not Optimizer.update:
            for one in zip(index, used, grad, state, strict=True):
                self.update(*one)
        else:
            self._own_step(index, used, grad, state)
        for w, u in zip(weight, used, strict=True):
            if u is not w:
                w[()] = u.astype(w.dtype)

    def _step(self, indices, weights, masters, grads, states):
        rule = self._rule()  # before anything is counted: the base has none
        self._update_count(indices)
        groups, each = self._numbers(indices)
        shared = self._shared()
        shared["rescale_grad"] = self.rescale_grad
        shared["clip_gradient"] = self.clip_gradient or None
        touched = [self._touched(i, g) if self._lazy(w) else None for i, w, g in zip(indices, weights, grads, strict=True)]
        update_all(rule, weights, masters, grads, states, groups, each, shared, touched if any(t is not None for t in touched) else ())

    lazy_update = False

    def _lazy(self, weight) -> bool:
        """Whether rows that a row_sparse gradient does not have stay as they are."""
        return self.lazy_update

    def _like(self, weight, dtype=None):
        """A state of zeros; in the storage of the weight if its updates are lazy."""
        return zeros(weight, dtype, weight.stype if self._lazy(weight) else "default")

    def _touched(self, index, grad):
        """Which rows of a weight are updated; see update_all. All, unless the gradient is row_sparse."""
        return grad._touched_rows() if grad.stype == "row_sparse" else None

    def _numbers(self, indices):
        """(per weight the number of its group, per group its numbers); weights with equal factors and counts are a group."""
        counts = self._index_update_count
        if self._alone:
            cls = type(self)
            lrs = self._get_lrs(indices) if cls._get_lr is Optimizer._get_lr else [self._get_lr(i) for i in indices]
            wds = self._get_wds(indices) if cls._get_wd is Optimizer._get_wd else [self._get_wd(i) for i in indices]
            each = [self._each(i, lr, wd, counts[i]) for i, lr, wd in zip(indices, lrs, wds, strict=True)]
            return tuple(range(len(each))), [dict(zip(self._names, numbers, strict=True)) for numbers in each]
        known: dict[tuple, int] = {}
        groups, each = [], []
        rate, decay, names, parameters = self.learning_rate, self.wd, self._names, self.param_dict
        for i in indices:
            p = parameters.get(i)
            lr, wd = (p.lr_mult, p.wd_mult) if p is not None else (self._factor("lr_mult", i), self._factor("wd_mult", i))
            key = lr, wd, counts[i] - self.num_update
            found = known.get(key)
            if found is None:
                found = known[key] = len(each)
                each.append(dict(zip(names, self._each(i, rate * lr, decay * wd, counts[i]), strict=True)))
            groups.append(found)
        return tuple(groups), each

    # -- rates and counts ------------------------------------------------------------------------------------------

    @property
    def learning_rate(self):
        """The present rate: the scheduler's for the present count of updates, or the one that was set."""
        return self.lr if self.lr_scheduler is None else self.lr_scheduler(self.num_update)

    def set_learning_rate(self, lr):
        """Set the rate. Raises: UserWarning if there is a scheduler, which would override it."""
        if self.lr_scheduler is not None:
            raise UserWarning("the learning rate comes from the LRScheduler, so it cannot be set; change the scheduler's base_lr, or "
                              "make the optimizer without lr_scheduler")
        self.lr = lr

    def set_lr_mult(self, args_lr_mult):
        """Set factors of the rate, by index or by name: {"dense0_bias": 2.0}. They come before those of the graph `sym`."""
        self.lr_mult = {**self._of_symbol["lr"], **args_lr_mult}

    def set_wd_mult(self, args_wd_mult):
        """Set factors of the weight decay, by index or by name.

        In nd programs (MXNet 1) those of param_idx2name that do not end in _weight or _gamma start with 0.
        """
        ends = () if self.allow_np_array else self._with_decay
        self.wd_mult = {n: 0.0 for n in self.idx2name.values() if ends and not n.endswith(ends)}
        self.wd_mult.update({**self._of_symbol["wd"], **args_wd_mult})

    _with_decay: tuple[str, ...] = ("_weight", "_gamma")

    def _factor(self, kind, index):
        """lr_mult or wd_mult of a weight: its Parameter's, else that set for its index, else for its name."""
        p = self.param_dict.get(index)
        if p is not None:
            return getattr(p, kind)
        table = getattr(self, kind)
        if not table:
            return 1.0
        return table[index] if index in table else table.get(self.idx2name.get(index), 1.0)

    def _get_lrs(self, indices):
        lr = self.learning_rate
        return [lr * self._factor("lr_mult", i) for i in indices]

    def _get_lr(self, index):
        return self._get_lrs([index])[0]

    def _get_wds(self, indices):
        return [self.wd * self._factor("wd_mult", i) for i in indices]

    def _get_wd(self, index):
        return self._get_wds([index])[0]

    def _update_count(self, index):
        counts = self._index_update_count
        for i in index if isinstance(index, list | tuple) else [index]:
            counts[i] = t = counts.get(i, self.begin_num_update) + 1
            if t > self.num_update:
                self.num_update = t

    def _set_current_context(self, device_id):
        self._index_update_count = self._all_index_update_counts.setdefault(device_id, {})

    _set_current_device = _set_current_context


def _factors(sym) -> dict[str, dict[str, float]]:
    """{"lr": {name: factor}, "wd": ...} of the arguments of a graph."""
    found: dict[str, dict[str, float]] = {"lr": {}, "wd": {}}
    if sym is not None:
        attributes = sym.attr_dict()
        for name in sym.list_arguments():
            for kind, factors in found.items():
                text = attributes.get(name, {}).get(f"__{kind}_mult__")
                if text is not None:
                    factors[name] = float(text)
    return found


register, create = Optimizer.register, Optimizer.create_optimizer


def zeros(weight, dtype=None, stype="default"):
    """A state of zeros like a weight; float32 where `dtype` says so, sparse where `stype` does."""
    if stype != "default":
        return nd.sparse.zeros(stype, weight.shape, ctx=weight.ctx, dtype=dtype or weight.dtype)
    with constants_apart():
        return nd.full(weight.shape, 0, ctx=weight.ctx, dtype=weight.dtype if dtype is None else dtype)


@register
class Test(Optimizer):
    """For tests. MXNet 1: w += g. MXNet 2: w -= lr * (g + wd * w)."""

    def create_state(self, index, weight):
        return zeros(weight, "float32")

    _rules = rules.test, rules.test2
