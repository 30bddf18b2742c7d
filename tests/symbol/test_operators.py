"""Every operator of nd, np and npx that symbols have: the graph, written and read back, gives what the function gives."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import sym
from mxshim.base import MXNetError
from mxshim.engine.trace import state
from mxshim.symbol import calls
from mxshim.symbol.np_symbol import _Symbol
from mxshim.symbol.symbol import Symbol
from tests.support import registry

CHUNKS, SAMPLES = 6, 4  # the values of first samples are compared; of the others shapes and dtypes, which needs no program
# Samples whose arguments MXNet's graphs do not have, or have in another form: the reason -> samples. Calling raises, but for the last.
REFUSED = {
    "the operator takes fewer inputs": "nd.IdentityAttachKLSparseReg np.diff",
    "it has no such attribute": "np.linalg.norm nd.broadcast_hypot npx.broadcast_greater np.ediff1d np.average",
    "its q is one number": "np.quantile",
    "a graph does not know the shape, or the elements": "np.array_split np.histogram nd.histogram",
    "of Symbols, mx.sym's does not broadcast": "nd.maximum nd.minimum nd.power",
}
# What a graph gives otherwise.
OTHERWISE = {
    "amp_cast is left out of files by default": "nd.amp_cast nd.amp_multicast",
    "one array instead of a tuple": "np.unravel_index np.diag_indices_from",
    "the operator of nd runs, which gives (1,)": "np.nansum np.nanprod",
}


def names():
    """One public name for each dialect of every operator that has samples and is in graphs."""
    found = {}
    for op in registry.operators():
        if registry.facts(op) is None:
            continue
        for name in op.names:
            space = name.rpartition(".")[0]
            if space.startswith(("nd.NDArray", "np.ndarray")) or space.split(".")[0] not in ("nd", "np", "npx"):
                continue
            if name in calls._RULES or calls.operator_of(name) is not None:
                found.setdefault((op.name, space.split(".")[0] == "nd"), (name, op))
    return sorted(found.values(), key=lambda pair: pair[0])


def graph(name, args, kwargs):
    """(outputs of the graph, what the function gives) as lists of pending arrays."""
    dialect = "nd" if name.startswith("nd.") else "np"
    cls = Symbol if dialect == "nd" else _Symbol
    variables = {}

    def lift(x):
        found = variables.setdefault(id(x), (f"x{len(variables)}", x))
        return cls(mx.sym.var(found[0])._entries)

    s = calls.symbolic(name, registry.each(tuple(args), lift), registry.each(dict(kwargs), lift), cls)
    s = mx.sym.load_json(s.tojson())
    inputs = registry.Inputs()
    arrays = {n: inputs.of(dialect)(x) for n, x in variables.values()}
    states = {n: arrays[n] for n in s.list_auxiliary_states()}
    got = s.bind(mx.cpu(), {n: arrays[n] for n in s.list_arguments()}, aux_states=states).forward()
    return got, registry.run(name, args, kwargs, registry.Inputs())


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_operators(chunk, monkeypatch):
    monkeypatch.setattr(state, "np_shape", True)
    compared, failures = [], {}
    otherwise = " ".join(OTHERWISE.values()).split()
    refused = " ".join(REFUSED.values()).split()
    for name, op in names()[chunk::CHUNKS]:
        for k, (args, kwargs) in enumerate(registry.samples(op)[:SAMPLES]):
            label = f"{name} sample {k}"
            try:
                got, want = graph(name, args, kwargs)
            except Exception as error:
                if name not in refused:
                    failures[label] = f"{type(error).__name__}: {str(error)[:200]}"
                continue
            for g, w in zip(got, want, strict=False) if name not in otherwise else ():
                if g.shape != w.shape or g.dtype != w.dtype:
                    failures[label] = f"{g.dtype}{g.shape}, wanted {w.dtype}{w.shape}"
                elif k == 0:
                    compared.append((label, g, w))
            del got, want  # what only its shape matters of is not computed
    for label, g, w in compared:
        a, b = (onp.asarray(x.asnumpy(), "float64") for x in (g, w))
        if not onp.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True):
            failures[label] = f"{a.ravel()[:4]}, wanted {b.ravel()[:4]}"
    assert not failures, "\n".join(f"{k}: {v}" for k, v in failures.items())
    assert len(compared) > 50


def test_linalg_lower():
    """MXNet's potrf and potri read `lower`, which their descriptions do not name."""
    x = mx.nd.array([[4, 1], [1, 3]])
    for name in ("potrf", "potri"):
        for lower in (True, False):
            graph = mx.sym.load_json(getattr(mx.sym.linalg, name)(mx.sym.var("x"), lower=lower).tojson())
            want = getattr(mx.nd.linalg, name)(x, lower=lower)
            assert graph.eval(x=x)[0].asnumpy().tolist() == want.asnumpy().tolist()


def test_rand_zipfian():
    mx.random.seed(3)
    want = mx.nd.contrib.rand_zipfian(mx.nd.array([3, 1]), 4, 10)
    mx.random.seed(3)
    outputs = mx.sym.contrib.rand_zipfian(mx.sym.var("c"), 4, 10)
    got = mx.sym.Group(outputs).bind(mx.cpu(), {"c": mx.nd.array([3, 1])}).forward()
    for g, w in zip(got, want, strict=True):
        assert g.dtype == w.dtype and g.asnumpy().tolist() == w.asnumpy().tolist()


@pytest.mark.parametrize("make, text", [
    (lambda a: sym.Activation(a, act_type="foo"), "'act_type' must be one of relu, sigmoid, softrelu, softsign, tanh"),
    (lambda a: sym.Pooling(a, kernel=(2, 2), pool_type="foo"), "'pool_type' must be one of avg, lp, max, sum, got 'foo'"),
    (lambda a: sym.topk(a, ret_typ="foo"), "'ret_typ' must be one of both, indices, mask, value"),
    (lambda a: sym.Convolution(a, kernel=(2,), num_filter=1, layout="foo"), "'layout' must be one of NCDHW"),
    (lambda a: sym.cast(a, dtype="foo"), "dtype 'foo' is not one"),
])
def test_choices_are_checked_when_a_symbol_is_made(make, text):
    with pytest.raises(TypeError if "dtype" in text else MXNetError, match=text):
        make(sym.var("a"))


def test_choices_of_both_generations_and_none():
    assert sym.Activation(sym.var("a"), act_type="mish").attr("act_type") == "mish"
    assert sym.Convolution(sym.var("a"), kernel=(2,), num_filter=1, layout=None).attr("layout") == "None"
    assert sym.cast(sym.var("a"), dtype="bfloat16").attr("dtype") == "bfloat16"
    assert sym.cast(sym.var("a"), dtype=float).attr("dtype") == "float64"


def test_what_an_operator_takes():
    told = mx.operator.get_operator_arguments("Activation")
    assert isinstance(told, mx.operator.OperatorArguments) and told.narg == 2 and told.names == ["data", "act_type"]
    assert told.types == ["NDArray-or-Symbol", "{'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}, required"]
    told = mx.operator.get_operator_arguments("Concat")
    assert told.names == ["data", "num_args", "dim"] and told.types == ["NDArray-or-Symbol[]", "int, required", "int, optional"]
    assert mx.operator.get_operator_arguments("Dropout").types[1:3] == ["float, optional", "{'always', 'training'}, optional"]
    with pytest.raises(MXNetError, match="no operator 'nope'"):
        mx.operator.get_operator_arguments("nope")


def test_upsampling_whose_weight_is_a_variable():
    net = sym.UpSampling(sym.var("x"), scale=2, sample_type="bilinear", num_filter=3, name="up")
    assert net.list_arguments() == ["x", "up_weight"]
    assert net.infer_shape(x=(1, 3, 4, 4)) == ([(1, 3, 4, 4), (3, 1, 4, 4)], [(1, 3, 8, 8)], [])
    e = net.simple_bind(mx.cpu(), x=(1, 3, 2, 2))
    e.arg_dict["x"][:] = 1
    mx.init.Bilinear()(mx.init.InitDesc("up_weight"), e.arg_dict["up_weight"])
    assert e.forward()[0].asnumpy()[0, 1, 1:3, 1:3].tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("given, index, out", [({}, (3,), (3,)), ({"axis": 0, "keepdims": True}, (4,), (1, 4))])
def test_pick_tells_its_indices_shape(given, index, out):
    assert sym.pick(sym.var("x"), sym.var("i"), **given).infer_shape(x=(3, 4)) == ([(3, 4), index], [out], [])


def test_dtype_of_random_integers():
    assert sym.random.randint(0, 5, shape=(2,)).infer_type()[1] == [onp.int32]
    assert sym.random.randint(0, 5, shape=(2,), dtype="int64").infer_type()[1] == [onp.int64]
