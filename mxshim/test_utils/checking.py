"""Checks of functions, blocks and optimizers: gradients against differences, hybridized against not."""
from __future__ import annotations

import numpy as onp

from .. import autograd, random
from .. import ndarray as nd
from .. import numpy as np
from ..device import current_context
from ..util import is_np_array
from .comparing import assert_almost_equal, compare_ndarray_tuple, default_numeric_eps, get_tolerance
from .drawing import rand_ndarray
from .symbolic import as_function

_FLOATS = (onp.float16, onp.float32, onp.float64)


def _function(f):
    if not callable(f):
        raise TypeError(f"check_numeric_gradient and numeric_grad take a function, a Block or a Symbol, got {type(f).__name__}")
    return f


def _places(location, dtype, ctx):
    """Name or number -> array, of the class that was given, else of the mode."""
    items = location.items() if isinstance(location, dict) else enumerate(location)
    found = {}
    for key, value in items:
        np_like = type(value) is np.ndarray or (is_np_array() and not isinstance(value, nd.NDArray))
        value = value.asnumpy() if isinstance(value, nd.NDArray) else onp.asarray(value)
        found[key] = (np if np_like else nd).array(value, dtype=dtype if value.dtype.kind == "f" else value.dtype, ctx=ctx)
    return found


def _call(f, places):
    positional = [v for k, v in places.items() if isinstance(k, int)]
    return f(*positional, **{k: v for k, v in places.items() if not isinstance(k, int)})


def numeric_grad(executor, location, aux_states=None, eps=1e-4, use_forward_train=True, dtype=onp.float32):
    """The gradient of the sum of a function's result, by central differences.

    Args:
        executor: a function or a Block; a dict as `location` calls it by the arguments' names, a list in order.
        location: arrays, of mxshim or of NumPy.  eps: the distance of the two points.  use_forward_train: call it in training mode.
    Returns: dict from the names or numbers of the floating arguments to NumPy arrays.
    Differs: takes what can be called, where MXNet takes an executor of a symbol; aux_states must be None.
    """
    if aux_states is not None:
        raise ValueError("numeric_grad: aux_states belong to symbols; blocks keep their own")
    f, places, found = _function(executor), _places(location, dtype, current_context()), {}
    mode = autograd.train_mode if use_forward_train else autograd.predict_mode
    for key, array in places.items():
        if onp.dtype(array.dtype).kind != "f":
            continue
        start = array.asnumpy()
        gradient = onp.zeros(start.shape, dtype)
        for at in onp.ndindex(start.shape):
            ends = []
            for step in (eps / 2, -eps / 2):
                moved = onp.array(start)
                moved[at] += step
                array[:] = moved
                with mode():
                    ends.append(_call(f, places).asnumpy().astype("float64").sum())
            gradient[at] = (ends[0] - ends[1]) / eps
        array[:] = start
        found[key] = gradient
    return found


def check_numeric_gradient(sym, location, aux_states=None, numeric_eps=None, rtol=None, atol=None, grad_nodes=None, use_forward_train=True,
                           ctx=None, grad_stype_dict=None, dtype=onp.float32):
    """Compare the gradients that autograd gives for a function, a Block or a Symbol with differences.

    What is differentiated is a random projection of the result.

    Args:
        sym, location: as numeric_grad has them.  numeric_eps: the distance of points, by default that of default_numeric_eps.
        rtol, atol: as assert_almost_equal has them.
        grad_nodes: the names or numbers of the arguments to check, by default all floating ones; a dict gives each its grad_req.
        aux_states: of a Symbol, a list in order or a dict.  grad_stype_dict: accepted, gradients are dense.
    Raises: AssertionError if they differ.
    """
    if dtype not in _FLOATS:
        raise AssertionError(f"check_numeric_gradient: dtype must be float16, float32 or float64, got {dtype}")
    sym, location = as_function(sym, location, aux_states, dtype, ctx or current_context())
    f, places = _function(sym), _places(location, dtype, ctx or current_context())
    if grad_nodes is None:
        grad_nodes = [k for k, v in places.items() if onp.dtype(v.dtype).kind == "f"]
    wanted = grad_nodes if isinstance(grad_nodes, dict) else dict.fromkeys(grad_nodes, "write")
    before = {}
    for key, grad_req in wanted.items():
        places[key].attach_grad(grad_req)
        if grad_req != "null":
            before[key] = onp.random.normal(0, 0.01, places[key].shape).astype(dtype)
            places[key].grad[:] = before[key]
    with autograd.record():
        result = _call(f, places)
    module = np if type(result) is np.ndarray else nd
    weights = module.array(onp.random.rand(*result.shape) + 0.1, dtype=result.dtype, ctx=result.ctx)
    if before:
        result.backward(weights)
    eps = get_tolerance(result, numeric_eps, default_numeric_eps())
    expected = numeric_grad(lambda *a, **k: _call(f, dict(enumerate(a)) | k) * weights, places if isinstance(location, dict) else
                            list(places.values()), None, eps, use_forward_train, dtype)
    for key, grad_req in wanted.items():
        names = (f"NUMERICAL_{key}", f"BACKWARD_{key}")
        if grad_req == "write":
            assert_almost_equal(expected[key], places[key].grad, rtol, atol, names)
        elif grad_req == "add":
            assert_almost_equal(expected[key], places[key].grad.asnumpy() - before[key], rtol, atol, names)


def check_gluon_hybridize_consistency(net_builder, data_l, numpy_func=None, test_grad=True, rtol=1e-4, atol=1e-4):
    """Compare a HybridBlock with itself hybridized, and with a NumPy function.

    Args:
        net_builder: makes the block, without anything random in it; called for each run, which starts from the same parameters.
        data_l: the input arrays.  test_grad: compare the gradients of inputs and parameters as well.
    Raises: AssertionError if results differ.
    """
    parameters, outputs, gradients = None, None, {}
    for hybridize in (False, True):
        for record in (False, True) if test_grad else (False,):
            net = net_builder()
            net.initialize()
            if hybridize:
                net.hybridize()
            data = [x.copy() for x in data_l]
            if parameters is None:
                net(*data)
                parameters = [p.data().asnumpy() for p in net.collect_params().values()]
            else:
                net(*data)  # gives parameters their shapes
                for p, value in zip(net.collect_params().values(), parameters, strict=True):
                    p.set_data((np if type(p.data()) is np.ndarray else nd).array(value, dtype=value.dtype))
            for x in data if record else ():
                x.attach_grad()
            if record:
                with autograd.record():
                    out = net(*data)
                out.backward(out)
            else:
                out = net(*data)
            outputs = out.asnumpy() if outputs is None else outputs
            assert_almost_equal(out.asnumpy(), outputs, rtol=rtol, atol=atol, names=("this run", "first run"))
            if record:
                marked = [x.grad for x in data] + [p.grad() for p in net.collect_params().values() if p.grad_req != "null"]
                for k, gradient in enumerate(marked):
                    assert_almost_equal(gradient.asnumpy(), gradients.setdefault(k, gradient.asnumpy()), rtol=rtol, atol=atol,
                                        names=(f"gradient {k}, hybridized", f"gradient {k}"))
    if numpy_func is not None:
        assert_almost_equal(outputs, numpy_func(*[x.asnumpy() for x in data_l]), rtol=rtol, atol=atol, names=("block", "numpy_func"))


def compare_optimizer(opt1, opt2, shapes, dtype, w_stype="default", g_stype="default", rtol=1e-4, atol=1e-5, compare_states=True,
                      ntensors=1):
    """Compare weights and states after one update of random weights by two optimizers.

    Args:
        shapes: a shape, or a list of shapes, of which opt2 updates all in one call.
        w_stype, g_stype: storage types of opt2's weight and gradient; opt1's are dense.  ntensors: the length of the list, checked.
    Raises: AssertionError if they differ.
    """
    _compare(opt1, opt2, shapes, dtype, w_stype, g_stype, rtol, atol, compare_states, lambda: None)


def compare_optimizer_noise_seeded(opt1, opt2, shapes, dtype, noise_seed, w_stype="default", g_stype="default", rtol=1e-4, atol=1e-5,
                                   compare_states=True):
    """compare_optimizer for optimizers that draw noise: mx.random.seed(noise_seed) precedes every update."""
    _compare(opt1, opt2, shapes, dtype, w_stype, g_stype, rtol, atol, compare_states, lambda: random.seed(noise_seed))


def _compare(opt1, opt2, shapes, dtype, w_stype, g_stype, rtol, atol, compare_states, seed):
    many = isinstance(shapes, list)
    all_shapes = shapes if many else [shapes]

    def make(stype, density):
        if stype == "default":
            return [nd.random.uniform(shape=s, dtype=dtype) for s in all_shapes]
        return [rand_ndarray(s, stype, density, dtype) for s in all_shapes]

    w2, g2 = make(w_stype, 1), make(g_stype, None)
    w1, g1 = ([a.tostype("default").copy() for a in arrays] for arrays in (w2, g2))
    keys = list(range(len(all_shapes)))
    state1 = [opt1.create_state_multi_precision(k, w) for k, w in zip(keys, w1)]
    state2 = [opt2.create_state_multi_precision(k, w) for k, w in zip(keys, w2)]
    if compare_states:
        compare_ndarray_tuple(tuple(state1), tuple(state2))
    for k in keys:
        seed()
        opt1.update_multi_precision(k, w1[k], g1[k], state1[k])
    seed()
    opt2.update_multi_precision(*((keys, w2, g2, state2) if many else (0, w2[0], g2[0], state2[0])))
    if compare_states:
        compare_ndarray_tuple(tuple(state1), tuple(state2), rtol=rtol, atol=atol)
    for one, other in zip(w1, w2):
        assert_almost_equal(one, other.tostype("default"), rtol=rtol, atol=atol, names=("weight of opt1", "weight of opt2"))
