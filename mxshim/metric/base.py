"""What metrics have in common (MXNet: mxnet.metric, mxnet.gluon.metric).

Sums are accumulated where the predictions are: updating a metric waits for nothing, asking for its value does.
"""
from __future__ import annotations

from collections import OrderedDict

import numpy as onp

from .. import ndarray as nd
from .. import registry
from ..arguments import Checked, checked
from ..engine.call import call
from ..engine.op import NAMES
from ..engine.trace import constants_apart

__all__ = ["CompositeEvalMetric", "CustomMetric", "EvalMetric", "check_label_shapes"]


def check_label_shapes(labels, preds, wrap=False, shape=False):
    """Hold the numbers of labels and predictions against each other, or with shape=True their shapes; returns both.

    wrap: make lists of single arrays.  Raises: ValueError if they differ; TypeError for what is neither an array nor a list.
    """
    for what, given in (("labels", labels), ("preds", preds)):
        if not hasattr(given, "__len__") or isinstance(given, str):
            raise TypeError(f"{what} must be a list of arrays, or an array, got {given!r}")
    mine, theirs = (labels.shape, preds.shape) if shape else (len(labels), len(preds))
    if mine != theirs:
        raise ValueError(f"labels and predictions do not match: {mine} and {theirs}")
    if wrap:
        labels, preds = _listed(labels), _listed(preds)
    return labels, preds


def _listed(arrays):
    return [arrays] if isinstance(arrays, nd.NDArray | onp.ndarray) else arrays


def plain(array, ctx=None):
    """An array outside any graph, of nd's class; NumPy's are converted. ctx: the device it must be on."""
    array = array.as_nd_ndarray().detach() if isinstance(array, nd.NDArray) else nd.array(array)
    return array if ctx is None else array.as_in_context(ctx)


def count(name, *arrays, **arguments):
    """The vector that an operator of ops/metrics.py makes of a batch, pending."""
    return call(NAMES["mx.metric_" + name], nd.NDArray, arrays, arguments)


class Tally:
    """A vector of counts that grows without being waited for."""

    def __init__(self):
        self.total = None

    def add(self, batch):
        if self.total is None:
            with constants_apart():  # so that the first batch's program is that of all later ones
                self.total = nd.full(batch.shape, 0, ctx=batch.ctx, dtype=batch.dtype)
        self.total = count("add", self.total, batch.as_in_context(self.total.ctx))

    def read(self):
        """The counts so far, None before the first."""
        return None if self.total is None else self.total.asnumpy()


class EvalMetric(Checked):
    """Base of all metrics: update(labels, preds) counts a batch, get() says (name, mean so far).

    Args:
        name: what get() calls it.
        output_names, label_names: which entries of dicts update_dict takes, in order; by default all.
    Subclasses define update(labels, preds), lists of arrays, and add to self.sum_metric and self.num_inst; with
    has_global_stats=True also to self.global_sum_metric and self.global_num_inst, which reset_local() leaves alone.
    """

    def __init__(self, name, output_names=None, label_names=None, **kwargs):
        self.name, self.output_names, self.label_names = str(name), output_names, label_names
        self._has_global_stats = kwargs.pop("has_global_stats", False)
        self._kwargs = kwargs
        self.reset()

    def __str__(self):
        return f"EvalMetric: {dict(self.get_name_value())}"

    def get_config(self) -> dict:
        """The arguments that make such a metric, and the name of its class as "metric"."""
        return {**self._kwargs, "metric": type(self).__name__, "name": self.name, "output_names": self.output_names,
                "label_names": self.label_names}

    # -- counting --------------------------------------------------------------------------------------------------

    def update(self, labels, preds):
        """Count a batch: an array or a list of arrays each."""
        raise NotImplementedError(f"{type(self).__name__} must define update(self, labels, preds)")

    @checked(label="a dict of arrays", pred="a dict of arrays")
    def update_dict(self, label, pred):
        """As update, from dicts of arrays; output_names and label_names choose."""
        preds = list(pred.values()) if self.output_names is None else [pred[name] for name in self.output_names]
        labels = list(label.values()) if self.label_names is None else [label[name] for name in self.label_names]
        self.update(labels, preds)

    def reset(self):
        """Forget everything."""
        self._whole = Tally()
        self.global_num_inst, self.global_sum_metric = 0, 0.0
        self.reset_local()

    def reset_local(self):
        """Forget what get() shows; get_global() still knows it."""
        self._local = Tally()
        self.num_inst, self.sum_metric = 0, 0.0

    def _count(self, batch):
        """Add a pending vector, [sum, number of instances, ...]."""
        self._local.add(batch)
        if self._has_global_stats:
            self._whole.add(batch)

    # Counts come from two sources: vectors that are pending, and numbers that a user's update adds.
    sum_metric = property(lambda self: self._number("_local", 0), lambda self, value: self._set("_local", 0, value))
    num_inst = property(lambda self: self._number("_local", 1), lambda self, value: self._set("_local", 1, value))
    global_sum_metric = property(lambda self: self._number("_whole", 0), lambda self, value: self._set("_whole", 0, value))
    global_num_inst = property(lambda self: self._number("_whole", 1), lambda self, value: self._set("_whole", 1, value))

    def _settle(self, which):
        """Move what is pending into the numbers."""
        tally = self.__dict__.get(which)
        counts = None if tally is None else tally.read()
        numbers = self.__dict__.setdefault(which + "_numbers", [0.0, 0])
        if counts is not None:
            setattr(self, which, Tally())
            self._check(counts)
            numbers[0] = numbers[0] + float(counts[0])
            numbers[1] = numbers[1] + _whole(counts[1])
        return numbers

    def _number(self, which, k):
        return self._settle(which)[k]

    def _set(self, which, k, value):
        self._settle(which)[k] = _plain_number(value)

    def _check(self, counts):
        """Raise what only the values could tell."""

    # -- results ---------------------------------------------------------------------------------------------------

    def _value(self, total, number):
        return total / number

    def _result(self, total, number):
        value = float("nan") if number == 0 else self._value(total, number)
        if isinstance(value, nd.NDArray) and value.size == 1:
            value = float(value.asnumpy().reshape(-1)[0])
        return self.name, value

    def get(self):
        """(name, value) since the last reset; the value is nan before anything was counted."""
        return self._result(self.sum_metric, self.num_inst)

    def get_global(self):
        """(name, value) since the last reset() that was not local."""
        return self._result(self.global_sum_metric, self.global_num_inst) if self._has_global_stats else self.get()

    def get_name_value(self) -> list:
        """[(name, value)] since the last reset, one for each value."""
        return _zipped(*self.get())

    def get_global_name_value(self) -> list:
        """[(name, value)] since the last reset() that was not local."""
        return _zipped(*self.get_global()) if self._has_global_stats else self.get_name_value()


def _plain_number(value):
    """A NumPy number as Python's, whose sums have all digits: NumPy 2 adds a float to a numpy.float32 in float32."""
    return value.item() if isinstance(value, onp.generic) else value


def _whole(number):
    return int(number) if number == int(number) else float(number)


def _zipped(name, value):
    return list(zip(name if isinstance(name, list) else [name], value if isinstance(value, list) else [value]))


register = registry.get_register_func(EvalMetric, "metric")
alias = registry.get_alias_func(EvalMetric, "metric")


def creator(first=None, custom=None):
    """A function create(metric, *args, **kwargs); `first`: classes that go before those of mx.metric."""
    from_name = registry.get_create_func(EvalMetric, "metric", first)

    def create(metric, *args, **kwargs):
        """A metric from its name ("acc") and arguments, a function feval(label, pred), or a list of such.

        Raises: AssertionError for an unknown name.
        """
        if callable(metric):
            return (custom or CustomMetric)(metric, *args, **kwargs)
        if isinstance(metric, list):
            return from_name("compositeevalmetric", [create(m, *args, **kwargs) for m in metric])
        return from_name(metric, *args, **kwargs)

    return create


create = creator()


@register
class CompositeEvalMetric(EvalMetric):
    """Several metrics that count the same batches; get() gives lists of names and values."""

    _create = staticmethod(create)
    _wants = {"metrics": "a list"}

    def __init__(self, metrics=None, name="composite", output_names=None, label_names=None):
        self.metrics = [self._create(m) for m in metrics or []]
        super().__init__(name, output_names, label_names, has_global_stats=True)

    def add(self, metric):
        """Add a metric, or what `create` makes one from."""
        self.metrics.append(self._create(metric))

    def get_metric(self, index):
        """The index-th metric. Differs: MXNet returns a ValueError where there is none; here IndexError is raised."""
        return self.metrics[index]

    @checked(labels="a dict of arrays", preds="a dict of arrays")
    def update_dict(self, labels, preds):
        if self.label_names is not None:
            labels = OrderedDict(item for item in labels.items() if item[0] in self.label_names)
        if self.output_names is not None:
            preds = OrderedDict(item for item in preds.items() if item[0] in self.output_names)
        for metric in self.metrics:
            metric.update_dict(labels, preds)

    def update(self, labels, preds):
        for metric in self.metrics:
            metric.update(labels, preds)

    def reset(self):
        for metric in self.metrics:
            metric.reset()

    def reset_local(self):
        for metric in self.metrics:
            metric.reset_local()

    def get(self):
        return _joined([metric.get() for metric in self.metrics])

    def get_global(self):
        return _joined([metric.get_global() for metric in self.metrics])

    def get_config(self):
        return {**super().get_config(), "metrics": [metric.get_config() for metric in self.metrics]}


register(CompositeEvalMetric, "composite")


def _joined(results):
    names, values = [], []
    for name, value in results:
        names += name if isinstance(name, list) else [name]
        values += value if isinstance(value, list) else [value]
    return names, values


@register
class CustomMetric(EvalMetric):
    """A function of a batch as a metric: feval(label, pred) gives a number, or (sum, number of instances), from NumPy arrays.

    allow_extra_outputs: there may be more predictions than labels.
    """

    _wants = {"feval": "a function"}

    _convert = staticmethod(lambda array: plain(array).asnumpy())

    def __init__(self, feval, name=None, allow_extra_outputs=False, output_names=None, label_names=None):
        if name is None:
            name = feval.__name__
            if "<" in name:
                name = f"custom({name})"
        super().__init__(name, output_names, label_names, feval=feval, allow_extra_outputs=allow_extra_outputs, has_global_stats=True)
        self._feval, self._allow_extra_outputs = feval, allow_extra_outputs

    def update(self, labels, preds):
        if not self._allow_extra_outputs:
            labels, preds = check_label_shapes(labels, preds, True)
        for pred, label in zip(preds, labels):
            found = self._feval(self._convert(label), self._convert(pred))
            total, number = found if isinstance(found, tuple) else (found, 1)
            total = _plain_number(total)
            self.sum_metric, self.num_inst = self.sum_metric + total, self.num_inst + number
            self.global_sum_metric, self.global_num_inst = self.global_sum_metric + total, self.global_num_inst + number

    def get_config(self):
        raise NotImplementedError("a CustomMetric cannot be written down: its function is Python code")


def from_numpy(numpy_feval, name=None, allow_extra_outputs=False):
    """A metric from a function of NumPy arrays: CustomMetric under the function's name."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


class Counted(EvalMetric):
    """A metric whose batches are counted by one operator."""

    def __init__(self, name, output_names=None, label_names=None, **kwargs):
        super().__init__(name, output_names, label_names, has_global_stats=True, **kwargs)

    def _batch(self, label, pred):
        """The pending vector of a pair of arrays."""
        raise NotImplementedError

    def update(self, labels, preds):
        labels, preds = check_label_shapes(labels, preds, True)
        for label, pred in zip(labels, preds):
            pred = plain(pred)
            self._count(self._batch(plain(label, pred.ctx), pred))


@register
class Loss(Counted):
    """The mean of the predictions, which are losses; labels are ignored."""

    def __init__(self, name="loss", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)

    @checked(preds="a list")
    def update(self, _, preds):
        for pred in _listed(preds):
            self._count(count("sum", plain(pred)))


@register
class Torch(Loss):
    """Loss under another name."""

    def __init__(self, name="torch", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)


@register
class Caffe(Loss):
    """Loss under another name."""

    def __init__(self, name="caffe", output_names=None, label_names=None):
        super().__init__(name, output_names, label_names)
