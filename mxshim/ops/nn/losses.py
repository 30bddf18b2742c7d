"""Loss layers: outputs whose gradient is the loss's whatever comes from above, cross entropy, CTC, a sparseness penalty."""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ...base import MXNetError
from ...engine.op import op
from ..axes import number, same_dtype, wide
from ..primitives import log_softmax, softmax, to
from .spatial import floats_only, has_shape, one_of

_X = onp.array([[1., -2., 0.5], [3., 0.25, -1.]], "float32")
_L = onp.array([2.5, 0.5], "float32")  # classes 2 and 0: floats are cut off, and halves keep differences away from the jumps


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def with_gradient(forward, gradient, x, *rest):
    """y = forward(x), with the gradient gradient(y, what comes from above, *rest) for x and none for the rest.

    What `gradient` computes may be differentiated again. It starts from the value that was seen: one computed anew in another program
    may differ in its last bit.
    """
    return forward(x)


def _remember(forward, gradient, x, *rest):
    y = forward(x)
    return y, (y, rest)


def _give(forward, gradient, kept, above):
    y, rest = kept
    return gradient(y, above, *rest), *[None] * len(rest)


with_gradient.defvjp(_remember, _give)


def _own(calls):
    """Samples of an operator whose gradient is not the derivative of its value."""
    return {"args": calls, "own_gradient": True}


# SoftmaxOutput, seen as examples by classes by places: (n, k, m).

def _canonical(x, multi, preserve):
    if multi:
        return x.reshape(x.shape[0], x.shape[1], -1)
    return x.reshape(-1, x.shape[-1], 1) if preserve else x.reshape(x.shape[0], -1, 1)


def _probabilities(x, multi, preserve):
    y = to(x, wide(x.dtype))
    if not multi and not preserve:
        y = y.reshape(x.shape[0], -1)
    return to(softmax(y, 1 if multi else y.ndim - 1).reshape(x.shape), x.dtype)


def _softmax_gradient(y, above, label, scale, ignored, alpha, multi, preserve, use_ignore, normalization, out_grad):
    dtype = wide(y.dtype)
    p = _canonical(y.astype(dtype), multi, preserve)
    scale = scale.astype(dtype)
    if label.shape == y.shape:  # probabilities instead of classes
        g = (p - _canonical(label.astype(dtype), multi, preserve)) * scale
    else:
        n, k, m = p.shape
        label = label.astype("int32").reshape(n, 1, m)
        ignored = ignored.astype("int32")
        hit = lax.broadcasted_iota("int32", p.shape, 1) == label
        alpha = jnp.zeros_like(scale) if multi else alpha.astype(dtype)
        g = (p - jnp.where(hit, 1 - alpha, alpha / max(k - 1, 1))) * scale
        if use_ignore:
            g = jnp.where(label == ignored, jnp.zeros_like(g), g)
        if normalization == "valid":
            g = g / jnp.maximum(jnp.sum(label != ignored), 1).astype(dtype)
        else:
            g = g / (m * (n if normalization == "batch" else 1))
    g = g.reshape(y.shape)
    return (g * p.reshape(y.shape) if out_grad else g).astype(y.dtype)


@op("nd.SoftmaxOutput", "nd.Softmax", loss=True, scalars=("grad_scale", "ignore_label", "smooth_alpha"), samples=_own([
    ((_X, _L), {}), ((_X, _X), {"grad_scale": 2.0}), ((_X, _L), {"smooth_alpha": 0.1, "normalization": "batch"}),
    ((_X.reshape(1, 3, 2), _L.reshape(1, 2)), {"multi_output": True, "use_ignore": True, "ignore_label": 2})]))
def softmax_output(data, label, grad_scale=1.0, ignore_label=-1.0, multi_output=False, use_ignore=False, preserve_shape=False,
                   normalization="null", out_grad=False, smooth_alpha=0.0):
    """The softmax of data; its gradient is that of the cross entropy with label, (softmax - target) grad_scale.

    Args:
        data: (N, ...), each example flattened into classes; multi_output: (N, classes, ...); preserve_shape: (..., classes).
        label: (N,), with multi_output (N, ...), (N, 1, ...) or (N, places), with preserve_shape (...): classes, floats are cut off.
            Of data's shape: probabilities; normalization and the next three parameters then do not matter.
        use_ignore, ignore_label: rows with this label get gradient 0.
        smooth_alpha: how much of the target the other classes share; no effect with multi_output, as in MXNet.
        normalization: "null" (multi_output: divide by the places), "batch" (also by N), "valid" (by the labels that are not
            ignore_label).
        out_grad: multiply the gradient with the softmax, which is what MXNet does, not with what comes from above.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    one_of("normalization", normalization, ("null", "batch", "valid"))
    floats_only(data)
    same_dtype(data, label)
    if data.ndim < 2:
        raise MXNetError(f"data of at least 2 dimensions, examples and classes, is needed, got {data.shape}")
    if multi_output and label.shape != data.shape:
        n, _, *rest = data.shape
        wanted = (n, *rest)
        if label.shape not in ((n, int(onp.prod(rest))), (n, 1, *rest)):
            has_shape("label", label, wanted, f"the data {data.shape} without its classes")
    elif label.shape != data.shape:
        has_shape("label", label, data.shape[:-1] if preserve_shape else data.shape[:1],
                  "one class for each row" + ("" if preserve_shape or data.ndim == 2 else "; preserve_shape=True takes more"))
    forward = partial(_probabilities, multi=multi_output, preserve=preserve_shape)
    gradient = partial(_softmax_gradient, multi=multi_output, preserve=preserve_shape, use_ignore=use_ignore,
                       normalization=normalization, out_grad=out_grad)
    return with_gradient(forward, gradient, data, label, number(grad_scale, "float64"), number(ignore_label, "float64"),
                         number(smooth_alpha, "float64"))


# The outputs of regression.

def _identity(x):
    return x


def _regression(forward, slope, name, what):
    def gradient(y, above, label, scale):
        label = label.reshape(y.shape)
        return slope(y, label) * (scale.astype(y.dtype) / max(int(onp.prod(y.shape[1:])), 1))

    def regression_output(data, label, grad_scale=1.0):
        floats_only(data)
        same_dtype(data, label)
        if label.shape != data.shape and (not data.ndim or label.shape[:1] != data.shape[:1] or label.size != data.size):
            has_shape("label", label, data.shape, "that of the data")
        return with_gradient(forward, gradient, data, label, number(grad_scale, "float64"))

    calls = [((_X, _X[::-1] / 2), {}), ((_X[:, :1], _L), {}), ((_X, _X[::-1] / 2), {"grad_scale": 2.0})]
    doc = (f"{what} grad_scale / (numbers per example), whatever comes from above.\n\nlabel: data's shape, or as many numbers "
           "for as many examples.  Raises: MXNetError if shapes or dtypes do not fit.")
    return op(f"nd.{name}", loss=True, scalars=("grad_scale",), samples=_own(calls), doc=doc)(regression_output)


linear_regression_output = _regression(_identity, lambda y, label: y - label, "LinearRegressionOutput",
                                       "data itself, with gradient (data - label) times")
logistic_regression_output = _regression(jax.nn.sigmoid, lambda y, label: y - label, "LogisticRegressionOutput",
                                         "The sigmoid of data, with gradient (sigmoid(data) - label) times")
mae_regression_output = _regression(_identity, lambda y, label: jnp.where(y > label, jnp.ones_like(y), -jnp.ones_like(y)),
                                    "MAERegressionOutput", "data itself, with gradient 1 where data > label, else -1, times")


def _svm_gradient(x, above, label, margin, strength, linear):
    margin, strength = margin.astype(x.dtype), strength.astype(x.dtype)
    hit = lax.broadcasted_iota("int32", x.shape, x.ndim - 1) == label.astype("int32")[..., None]
    sign = jnp.where(hit, -jnp.ones_like(x), jnp.ones_like(x))
    short = margin + sign * x  # how far a score is on the wrong side of its margin
    slope = (short > 0).astype(x.dtype) if linear else 2 * jnp.maximum(short, 0)
    return strength * sign * slope


@op("nd.SVMOutput", loss=True, scalars=("margin", "regularization_coefficient"),
    samples=_own([((_X, _L), {}), ((_X, _L), {"use_linear": True}), ((_X[None], _L[None]), {})]))
def svm_output(data, label, margin=1.0, regularization_coefficient=1.0, use_linear=False):
    """data itself; its gradient is that of a support vector machine's loss, whatever comes from above (Tang, 2013).

    With s = 1 for the label's class, -1 for others: regularization_coefficient times the gradient of the sum of
    max(0, margin - s data) squared, or of that sum itself (use_linear).
    Args: data: (..., classes), a floating dtype.  label: data's shape without the last axis, classes.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    floats_only(data)
    same_dtype(data, label)
    if data.ndim == 0:
        raise MXNetError("data of shape (..., classes) is needed, got ()")
    has_shape("label", label, data.shape[:-1], "one class for each row")
    return with_gradient(_identity, partial(_svm_gradient, linear=bool(use_linear)), data, label, number(margin, "float64"),
                         number(regularization_coefficient, "float64"))


@op("nd.softmax_cross_entropy", samples={"args": [((_X, _L), {})]})
def softmax_cross_entropy(data, label):
    """The sum over rows of -log softmax(data)[label], as a vector of one element.

    Args: data: (N, classes), a floating dtype.  label: (N,), classes, floats are cut off; no gradient.
    Raises: MXNetError if shapes do not fit.  Differs: exact where MXNet ends at -log(1e-8) for each row.
    """
    floats_only(data)
    if data.ndim != 2:
        raise MXNetError(f"data of shape (N, classes) is needed, got {data.shape}")
    has_shape("label", label, data.shape[:1], "one class for each row")
    logs = log_softmax(to(data, wide(data.dtype)), 1)
    rows = lax.stop_gradient(label).astype("int32")[:, None]
    return -jnp.sum(jnp.take_along_axis(logs, rows, 1, mode="clip")).reshape(1).astype(data.dtype)


def _sparseness_gradient(x, above, mean, target, penalty):
    mean, target, penalty = mean.astype(x.dtype), target.astype(x.dtype), penalty.astype(x.dtype)
    return above + penalty * ((1 - target) / (1 - mean) - target / mean)


_HALF = onp.array([[0.2, 0.5], [0.4, 0.75]], "float32")


@op("nd.IdentityAttachKLSparseReg", arrays=("moving_avg",), scalars=("sparseness_target", "penalty", "momentum"), visible=1, loss=True,
    updates=(("moving_avg", 1, "backward"),), samples=_own([((_HALF,), {}), ((_HALF, 0.2, 0.5, 0.5, _HALF[0]), {})]))
def identity_attach_kl_sparse_reg(data, sparseness_target=0.1, penalty=0.001, momentum=0.9, moving_avg=None):
    """data itself; to the gradient comes that of a penalty for activations that are more often on than `sparseness_target`.

    The penalty is the divergence of the target t from the mean activation a of each unit (Kullback and Leibler); its gradient
    penalty (-t / a + (1 - t) / (1 - a)) goes to every example.
    Args:
        data: (N, units) in (0, 1).
        moving_avg: (units,), a running mean that backward moves: momentum moving_avg + (1 - momentum) mean, used as a.
            Without it a is the mean of this batch. MXNet keeps it as hidden state of symbols and cannot call this on arrays.
    Raises: MXNetError if data has not 2 dimensions or moving_avg does not fit.
    """
    floats_only(data)
    if data.ndim != 2:
        raise MXNetError(f"data of shape (N, units) is needed, got {data.shape}")
    mean = lax.stop_gradient(jnp.mean(data, 0))
    if moving_avg is not None:
        has_shape("moving_avg", moving_avg, mean.shape, "one number for each unit")
        momentum = number(momentum, data.dtype)
        mean = momentum * lax.stop_gradient(moving_avg).astype(data.dtype) + (1 - momentum) * mean
    target, penalty = number(sparseness_target, "float64"), number(penalty, "float64")
    return with_gradient(_identity, _sparseness_gradient, data, mean, target, penalty), mean


# CTC: connectionist temporal classification (Graves et al., 2006).

_NEVER = -1e30  # the logarithm of a probability of zero, small enough to vanish and finite for the gradients' sake


def _paths(logs, labels, steps, lengths, blank):
    """(batch,): minus the logarithm of the probability of `labels`, over all ways to put blanks between and stretch them.

    logs: (steps, batch, classes); labels: (batch, many) int32; steps, lengths: (batch,) int32.
    """
    batch, many = labels.shape
    states = jnp.full((batch, 2 * many + 1), blank, "int32").at[:, 1::2].set(labels)  # a blank before, between and after
    before = jnp.pad(states, ((0, 0), (2, 0)), constant_values=-1)[:, :-2]
    skips = (states != blank) & (states != before)  # from the label before, past the blank
    seen = jnp.take_along_axis(logs, jnp.broadcast_to(states, (logs.shape[0], *states.shape)), 2, mode="clip")
    never = jnp.asarray(_NEVER, logs.dtype)
    first = lax.broadcasted_iota("int32", states.shape, 1) < 2
    start = jnp.where(first, seen[0], never)

    def back(alpha, n):
        return jnp.pad(alpha, ((0, 0), (n, 0)), constant_values=_NEVER)[:, :alpha.shape[1]]

    def step(alpha, now):
        t, emitted = now
        ways = jnp.logaddexp(jnp.logaddexp(alpha, back(alpha, 1)), jnp.where(skips, back(alpha, 2), never))
        alpha = jnp.where((t < steps)[:, None], ways + emitted, alpha)
        return alpha, None

    alpha, _ = lax.scan(step, start, (jnp.arange(1, logs.shape[0], dtype="int32"), seen[1:]))
    end = 2 * lengths[:, None]
    done = jnp.take_along_axis(alpha, end, 1, mode="clip")[:, 0]
    label = jnp.take_along_axis(alpha, jnp.maximum(end - 1, 0), 1, mode="clip")[:, 0]
    return -jnp.logaddexp(done, jnp.where(lengths > 0, label, never))


_CTC = [((onp.concatenate([_X, _X[::-1], _X + 1]).reshape(3, 2, 3), onp.array([[1.5, 2.5], [2.5, 0.5]], "float32")), {})]


@op("nd.CTCLoss", "nd.ctc_loss", "nd.contrib.CTCLoss", "nd.contrib.ctc_loss", "npx.ctc_loss",
    arrays=("data_lengths", "label_lengths"), samples={"args": [
        *_CTC, ((*_CTC[0][0], onp.array([3.5, 2.5], "float32")), {"use_data_lengths": True}),
        ((_CTC[0][0][0], onp.array([[1.5, 0.5], [1.5, -1.5]], "float32")), {"blank_label": "last"})]})
def ctc_loss(data, label, data_lengths=None, label_lengths=None, use_data_lengths=False, use_label_lengths=False,
             blank_label="first"):
    """The CTC loss of each sequence: minus the logarithm of the probability of its labels, over all alignments.

    Args:
        data: (steps, batch, classes), scores before the softmax.  label: (batch, many), classes in order.
        data_lengths, label_lengths: (batch,), with use_data_lengths and use_label_lengths. Without label_lengths a label ends
            at the first padding: 0 where blank_label is "first", -1 where it is "last".
        blank_label: which class is the blank, "first" 0 or "last".
    Returns: (batch,). 0, with gradient 0, where a sequence is too short for its label.
    Raises: MXNetError if shapes do not fit or lengths are missing or not wanted.
    """
    one_of("blank_label", blank_label, ("first", "last"))
    floats_only(data)
    if label_lengths is None and use_label_lengths and not use_data_lengths:
        data_lengths, label_lengths = None, data_lengths  # the only lengths there are may stand in either place
    if data.ndim != 3 or label.ndim != 2:
        raise MXNetError(f"data (steps, batch, classes) and label (batch, many) are needed, got {data.shape} and {label.shape}")
    count, batch, classes = data.shape
    if label.shape[0] != batch or label.shape[1] > count:
        raise MXNetError(f"label {label.shape} must have the batch of data {data.shape} and no more places than it has steps")
    for name, lengths, used in (("data_lengths", data_lengths, use_data_lengths),
                                ("label_lengths", label_lengths, use_label_lengths)):
        if used != (lengths is not None):
            raise MXNetError(f"`{name}` and use_{name}=True belong together: pass both, or none")
        if used:
            has_shape(name, lengths, (batch,), "one length for each sequence")
    blank, padding = (0, 0) if blank_label == "first" else (classes - 1, -1)
    labels = lax.stop_gradient(label).astype("int32")
    if use_label_lengths:
        lengths = lax.stop_gradient(label_lengths).astype("int32")
    else:
        lengths = jnp.sum(jnp.cumsum(labels == padding, 1, dtype="int32") == 0, 1, dtype="int32")
    steps = lax.stop_gradient(data_lengths).astype("int32") if use_data_lengths else jnp.full((batch,), count, "int32")
    logs = log_softmax(to(data, wide(data.dtype)), 2)
    loss = _paths(logs, labels, steps, lengths, blank)
    return jnp.where(loss < -_NEVER / 2, loss, jnp.zeros_like(loss)).astype(data.dtype)
