"""_deferred_compute: calls compute as always, and what they make knows its graph."""
import gc

import pytest

import mxshim as mx
import mxshim._deferred_compute as dc
from mxshim import autograd, gluon, np, npx

CALLS = {
    "operators": lambda x, y: [x * y + 2 - y / 3, (x > 1) * x, -x, 2 ** x, ~(x > 1), abs(x)],
    "functions": lambda x, y: [np.tanh(x), npx.relu(x - 2), np.concatenate([x, y], axis=1), np.where(x > y, x, y),
                               np.einsum("ij,kj->ik", x, y)],
    "methods": lambda x, y: [x.sum(axis=0), x.reshape(-1).mean(), x.T, x.astype("float64"), x.copy()],
    "indices": lambda x, y: [x[0], x[:, 1], x[1:, :2] * 2],
    "several outputs": lambda x, y: [*np.split(x, 3, axis=1)],
    "creation": lambda x, y: [x + np.ones((2, 3)), np.arange(3) * x, np.full((2, 3), 4.) - y, np.zeros((2, 2)),
                              np.indices((2, 3))[1] * x],
    "reads": lambda x, y: [x * float((x * 2).sum()), y + x.asnumpy().shape[0]],
    "the input": lambda x, y: [x, x + y],
}


def _inputs():
    return np.arange(6.).reshape(2, 3), np.array([[2., 1, 3], [5, 4, 6]])


@pytest.fixture(autouse=True)
def _np():
    npx.set_np()
    yield
    npx.reset_np()


@pytest.mark.parametrize("name", CALLS)
def test_graph_computes_the_same(name):
    call, (x, y) = CALLS[name], _inputs()
    wanted = [a.asnumpy() for a in call(x, y)]
    dc.set_variable([x, y], [mx.sym.var("x").as_np_ndarray(), mx.sym.var("y").as_np_ndarray()])
    with dc.context():
        found = call(x, y)
    assert [type(a) for a in (*found, x, y)] == [np.ndarray] * (len(found) + 2)
    graph = dc.get_symbol(found, sym_cls=type(mx.sym.var("x").as_np_ndarray()))
    inputs = {n: a for n, a in zip("xy", _inputs()) if n in graph.list_arguments()}
    again = graph._bind(mx.cpu(), inputs).forward()
    for a, b, c in zip(wanted, found, again, strict=True):
        assert b.asnumpy().tolist() == a.tolist()
        assert c.asnumpy() == pytest.approx(a)


def test_statistics_and_gamma_stay_variables():
    arrays = [np.ones((2, 3)), *(np.array([1., 2, k]) for k in range(4))]  # fix_gamma writes ones into the second
    dc.set_variable(arrays, [mx.sym.var(f"v{k}") for k in range(5)])
    with dc.context():
        graphs = [dc.get_symbol(npx.batch_norm(*arrays)) for _ in range(2)]
    assert [g.list_inputs() for g in graphs] == [["v0", "v1", "v2", "v3", "v4"]] * 2


def test_nd():
    x, v = mx.nd.array([1., 2]), mx.sym.var("x")
    dc.set_variable(x, v)
    with dc.context():
        y = mx.nd.FullyConnected(x.reshape((1, 2)), mx.nd.ones((3, 2)), num_hidden=3, no_bias=True)
    graph = dc.get_symbol(y)
    assert graph.list_arguments() == ["x"] and type(graph) is mx.sym.Symbol
    assert graph.bind(mx.cpu(), {"x": x}).forward()[0].asnumpy().tolist() == [[3, 3, 3]]


def test_parameters_are_variables_of_their_own():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(2, in_units=3), gluon.nn.Dense(2, in_units=2))
    net.initialize()
    x = _inputs()[0]
    dc.set_variable(x, mx.sym.var("x").as_np_ndarray())
    with dc.context():
        y = net(x)
    names = dc.get_symbol(y).list_arguments()
    assert len(set(names)) == 5 and sorted(n.rpartition("_")[2] for n in names) == ["bias", "bias", "weight", "weight", "x"]
    assert net(x).asnumpy() == pytest.approx(y.asnumpy())


def test_mode():
    seen = [dc.is_deferred_compute(), dc.set_deferred_compute(True)]
    with dc.context(False):
        seen.append(dc.is_deferred_compute())
    seen += [dc.is_deferred_compute(), dc.set_deferred_compute(False), dc.is_deferred_compute()]
    assert seen == [False, False, False, True, True, False]


def _in_place(x):
    x += 1


def _set_item(x):
    x[0] = 7


def _recorded(x):
    with autograd.record():
        return x * 2


@pytest.mark.parametrize("wrong", [_in_place, _set_item, _recorded, lambda x: np.add(x, x, out=x), lambda x: x + np.array([1., 2, 3]),
                                   lambda x: dc.get_symbol(np.array([1.])), lambda x: dc.set_variable(x, mx.sym.var("other")),
                                   lambda x: dc.set_variable(np.ones(2), mx.sym.var("a") * 2), lambda x: (dc.clear(x), dc.get_symbol(x))])
def test_refused(wrong):
    x = np.arange(3.)
    variable = mx.sym.var("x").as_np_ndarray()
    dc.set_variable(x, variable)
    dc.set_variable(x, variable)  # once more is nothing new
    with dc.context(), pytest.raises(mx.MXNetError):
        wrong(x)
    assert not dc.is_deferred_compute() and type(x) is np.ndarray
    assert x.tolist() == [0, 1, 2]


def test_what_is_computed_outside_is_not_in_the_graph():
    x = np.arange(3.)
    dc.set_variable(x, mx.sym.var("x").as_np_ndarray())
    with dc.context():
        y = x * 2
    z = y + 1
    with pytest.raises(mx.MXNetError, match="not computed in deferred"):
        dc.get_symbol(z)
    with dc.context():
        again = y * 3
    assert dc.get_symbol(again).list_arguments() == ["x"]
    dc.clear(x)
    dc.set_variable(x, mx.sym.var("other").as_np_ndarray())
    assert dc.get_symbol(x).list_arguments() == ["other"]


@pytest.mark.parametrize("read", [lambda b, c, d: c.asnumpy(), lambda b, c, d: b.asnumpy(), lambda b, c, d: mx.nd.waitall()])
def test_views_know_their_graph_whatever_is_read(read):
    a = mx.nd.arange(6)
    dc.set_variable(a, mx.sym.var("a"))
    with dc.context():
        b = a + 1
        c, d = b.reshape((3, 2)), b.reshape((2, 3))
        e = d * 2
    read(b, c, d)
    symbol = dc.get_symbol([c, d, e])
    assert symbol.list_arguments() == ["a"] and len(symbol.list_outputs()) == 3
    b[:] = 0  # now d shows something else
    with pytest.raises(mx.MXNetError, match="not computed in deferred"):
        dc.get_symbol(d)


def test_nothing_stays_behind():
    from mxshim.symbol import deferred
    mx.nd.waitall()  # what is pending is kept by the program that is to compute it
    gc.collect()
    before = len(deferred._handles), len(deferred._graphs)
    with dc.context():
        x = np.ones(3) * 2
        assert len(deferred._handles) > before[0]
    mx.nd.waitall()
    del x
    gc.collect()
    assert (len(deferred._handles), len(deferred._graphs)) == before
