"""hybridize(): the same results, gradients, running statistics and random numbers as without, and less Python."""
from __future__ import annotations

import copy
import pickle
import random
import warnings

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, gluon, nd, np, npx
from mxshim.engine.capture import Capture
from mxshim.gluon import loss, nn, rnn


def some(*shape):
    return ((onp.arange(onp.prod(shape)) * 37 % 101 - 50.3) / 40).astype("float32").reshape(shape)

# Many small networks are compiled from one line here.
pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")


class Net(gluon.HybridBlock):
    """A block made of a function f(self, F, x...), with a weight of 3 columns and children."""

    def __init__(self, f, **children):
        super().__init__()
        self.f, self.count = f, 0
        self.w = gluon.Parameter("w", shape=(2, 3), init="ones")
        for name, child in children.items():
            setattr(self, name, child)

    def forward(self, *args):
        return self.f(self, np if isinstance(args[0], np.ndarray) else nd, *args)


def scaled(self, F, x):
    return F.dot(x, self.w.data().T) * 0.5


def seen_twice(self, F, x):
    return self.norm(self.norm(scaled(self, F, x)))


def constant_part(self, F, x):
    with autograd.pause():
        gate = F.exp(scaled(self, F, x))
    return scaled(self, F, x) * gate + scaled(self, F, x).detach()


def masked(self, F, x, mask=None):
    y = scaled(self, F, x)
    return y if mask is None else y * mask


def several(self, F, x):
    y = scaled(self, F, x)
    return y, [y * 2, None], (F.exp(y),)


def by_mode(self, F, x):
    return scaled(self, F, x) * (3 if autograd.is_training() else 1)


def by_name(self, F, x):
    """As in MXNet 1, with every child's call on the way."""
    return self.out(npx.relu(self.inner(x)) if F is np else nd.relu(self.inner(x)))


class Old(gluon.HybridBlock):
    """MXNet 1's style."""

    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(2, 3))
            self.scale = self.params.get_constant("scale", some(2))

    def hybrid_forward(self, F, x, weight, scale):
        y = F.FullyConnected(x.as_nd_ndarray(), weight.as_nd_ndarray(), num_hidden=2, no_bias=True)
        return F.broadcast_mul(y, scale.as_nd_ndarray().reshape((1, 2)))


def chain(*layers):
    net = nn.HybridSequential()
    net.add(*layers)
    return net


SAME = {
    "dense": lambda: chain(nn.Dense(4, activation="relu"), nn.Dense(2)),
    "batch norm": lambda: chain(nn.Dense(4), nn.BatchNorm(), nn.BatchNorm(scale=False)),
    "batch norm twice": lambda: Net(seen_twice, norm=nn.BatchNorm(momentum=0.5)),
    "dropout": lambda: chain(nn.Dense(8, in_units=3), nn.Dropout(0.5), nn.Dropout(0.3, axes=(1,))),
    "constants": lambda: Net(constant_part),
    "several results": lambda: Net(several),
    "training flag": lambda: Net(by_mode),
    "children": lambda: Net(by_name, inner=nn.Dense(4), out=chain(nn.Dense(3), nn.LayerNorm())),
    "hybrid_forward": Old,
    "identity": nn.Identity,
    "cell": lambda: Net(lambda self, F, x: self.cell(x, [F.ones((4, 2))]), cell=rnn.GRUCell(2)),
    "dropout between layers": lambda: Net(lambda self, F, x: self.gru(x.reshape((2, 2, 3))), gru=rnn.GRU(2, 2, dropout=0.5, input_size=3)),
    "layer": lambda: Net(lambda self, F, x: self.lstm(x.reshape((2, 2, 3))), lstm=rnn.LSTM(2)),
}


def flat(out):
    return [a for o in out for a in flat(o)] if isinstance(out, list | tuple) else [] if out is None else [out]


def call_by_call(net):
    """Have all layers run their Python each time, as users' blocks do that are not hybridized."""
    return net.apply(lambda block: block.__dict__.update(_quiet=None))


def history(make, F, how, turns=4, calls=()):
    """Everything that can be seen of a few training turns and a prediction."""
    mx.random.seed(0)
    net, seen = make(), []
    net.initialize()
    how(net)
    for turn in range(turns):
        x = F.array(some(4, 3) + turn)
        x.attach_grad()
        with autograd.record():
            y = flat(net(x, *calls))
        autograd.backward(y)
        params = net.collect_params().values()
        seen += [*y, x.grad, *[p.grad().copy() for p in params if p.grad_req != "null"], *[p.data().copy() for p in params]]
        for p in params:
            if p.grad_req != "null":
                p.data()[:] -= 0.1 * p.grad()
    seen += flat(net(x, *calls))
    return [a.asnumpy() for a in seen], net


@pytest.mark.parametrize("make", SAME.values(), ids=SAME)
def test_same_as_without(F, make):
    plain, _ = history(make, F, call_by_call)
    hybrid, net = history(make, F, lambda net: net.hybridize(static_alloc=True, static_shape=True))
    unasked, _ = history(make, F, lambda net: None)
    for k, (a, b, c) in enumerate(zip(plain, hybrid, unasked, strict=True)):
        onp.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6, err_msg=str(k))
        onp.testing.assert_allclose(a, c, rtol=1e-6, atol=1e-6, err_msg=str(k))
    assert make is nn.Identity or all(plan is not None for plan in net._hybrid.plans.values())


def trusted(net):
    return [plan.trusted for plan in net._hybrid.plans.values() if plan is not None]


def made(f=scaled, **children):
    net = Net(f, **children)
    net.initialize()
    net.hybridize()
    return net


def test_the_third_call_runs_no_python(F):
    calls = []
    net = made(lambda self, F, x: calls.append(1) or scaled(self, F, x))
    x = F.array(some(4, 3))
    results = [net(x).asnumpy() for _ in range(5)]
    assert len(calls) == 2 and trusted(net) == [True] and all((r == results[0]).all() for r in results)
    net(F.array(some(5, 3)))
    assert len(calls) == 3 and len(net._hybrid.plans) == 2
    with autograd.record():
        net(x)
    with autograd.train_mode():
        net(x)
    assert len(calls) == 5
    net.hybridize(False)
    net(x)
    assert len(calls) == 6


def test_a_step_stays_one_program_and_compiles_nothing(F):
    net, l2 = chain(nn.Dense(4, activation="relu"), nn.BatchNorm(), nn.Dropout(0.2), nn.Dense(1)), loss.L2Loss()
    net.initialize()
    net.hybridize()
    l2.hybridize()
    x, y = F.array(some(8, 3)), F.array(some(8, 1))

    def turn():
        with autograd.record():
            out = l2(net(x), y)
        out.backward()
        for p in net.collect_params().values():
            if p.grad_req != "null":
                p.data()[:] -= 0.05 * p.grad()
        return out.asnumpy()

    for _ in range(3):
        turn()
    stats = mx.engine.stats()
    programs, flushes = stats.programs, sum(stats.flushes.values())
    for _ in range(5):
        turn()
    assert stats.programs == programs and sum(stats.flushes.values()) == flushes + 5
    assert "HybridSequential" in mx.engine.explain() and "fully_connected" not in mx.engine.explain()


@pytest.mark.parametrize("req, wanted", [("add", 2), ("null", None)])
def test_grad_req(F, req, wanted):
    net, x = made(), F.array(some(4, 3))
    with autograd.record():
        net(x).sum().backward()
    first = net.w.grad().asnumpy()
    net.w.grad_req = req
    x.attach_grad()
    for _ in range(2):
        with autograd.record():
            net(x).sum().backward()
    if wanted:
        onp.testing.assert_allclose(net.w.grad().asnumpy(), wanted * first, rtol=1e-6)
    else:
        assert net.w.data().grad is None and x.grad.asnumpy().any()


def test_second_order(F):
    def cubes(self, F, x):
        return (F.dot(x, self.w.data().T) ** 3).sum()

    found = []
    for hybridize in (False, True):
        net, x = Net(cubes), F.array(some(4, 3))
        net.initialize()
        if hybridize:
            net.hybridize()
        for _ in range(3):
            x.attach_grad()
            with autograd.record():
                g = autograd.grad(net(x), [x], create_graph=True)[0]
                z = (g * g).sum()
            z.backward()
        found.append((g.asnumpy(), x.grad.asnumpy(), net.w.grad().asnumpy()))
    for a, b in zip(*found, strict=True):
        onp.testing.assert_allclose(a, b, rtol=1e-5)


def test_matrices_without_inverse():
    """Blocks with inv are looked at where they are read, and say nothing of being hybridized."""
    net = Net(lambda self, F, x: F.linalg.inv(x) * 2)
    net.hybridize()
    for _ in range(3):
        assert net(np.array([[2., 0.], [0., 4.]])).tolist() == [[1, 0], [0, 0.5]]
    other = Net(lambda self, F, x: F.linalg.inv(x) * 2)
    other.hybridize()
    with pytest.raises(mx.MXNetError, match=r"np.linalg.inv: the matrix of shape \(2, 2\) is singular"):
        other(np.zeros((2, 2))).asnumpy()


def test_gradients_that_hold_on_to_what_was_traced():
    """JAX's rule for the pseudoinverse keeps the bound below which singular values count as zero."""
    found = []
    for hybridize in (False, True):
        net, x = Net(lambda self, F, x: F.linalg.pinv(x, rcond=1e-6)), np.array(some(3, 2))
        if hybridize:
            net.hybridize()
        x.attach_grad()
        for _ in range(2):
            with autograd.record():
                y = (net(x) ** 2).sum()
            y.backward()
            found.append(x.grad.asnumpy())
    for g in found[1:]:
        onp.testing.assert_allclose(g, found[0], rtol=1e-4)


def test_arguments_of_other_kinds(F):
    x = F.array(some(4, 3))
    for mask in (None, F.array(some(4, 2)), 2, 2.5):
        net = Net(masked)
        outer = made(lambda self, F, x, *m, inner=net, mask=mask: inner(x, *m or (mask,)), inner=net)
        for _ in range(3):
            found = outer(x, *[mask] * isinstance(mask, nd.NDArray))
            onp.testing.assert_allclose(found.asnumpy(), masked(net, F, x, mask).asnumpy(), rtol=1e-6)
        assert len(outer._hybrid.plans) == 1


def test_the_same_array_twice(F):
    net, x, y = made(lambda self, F, a, b: a * 2 + b), F.array(some(2)), F.array(some(2) * 3)
    for a, b in ((x, y), (x, y), (x, y), (x, x), (y, y), (y, x)):
        onp.testing.assert_allclose(net(a, b).asnumpy(), a.asnumpy() * 2 + b.asnumpy(), rtol=1e-6)


def test_written_inputs_and_replaced_parameters(F):
    net, x = made(), F.array(some(4, 3))

    def check():
        onp.testing.assert_allclose(net(x).asnumpy(), x.asnumpy() @ net.w.data().asnumpy().T * 0.5, rtol=1e-5, atol=1e-6)

    for _ in range(3):
        check()
    x[1:3] = 7
    check()
    net.w.set_data(F.array(some(2, 3)))
    check()
    net.w = gluon.Parameter("w", shape=(2, 3), init="ones")
    net.w.initialize()
    check()
    net.w.cast("float64")
    x = x.astype("float64")
    check()
    assert net(x).dtype == onp.float64


def test_attributes_are_watched(F):
    net, x = made(lambda self, F, x: scaled(self, F, x) * self.factor + self.shift), F.array(some(4, 3))
    net.factor, net.shift = 1, F.array([1., 2.])
    base = x.asnumpy() @ onp.ones((3, 2)) * 0.5
    for factor, shift in ((1, [1, 2]), (1, [1, 2]), (1, [1, 2]), (3, [1, 2]), (3, [1, 2]), (3, [5, 6])):
        net.factor = factor
        net.shift[:] = F.array(shift)
        onp.testing.assert_allclose(net(x).asnumpy(), base * factor + onp.array(shift), rtol=1e-5)
    assert trusted(net) == [True]
    drop = nn.Dropout(0.5)
    drop.hybridize()
    for _ in range(3):
        with autograd.train_mode():
            drop(F.ones((100,)))
    drop._rate = 0.0
    with autograd.train_mode():
        assert drop(F.ones((100,))).asnumpy().tolist() == [1] * 100


def test_children_may_change(F):
    net, x = chain(nn.Dense(2, in_units=3, weight_initializer="ones")), F.array(some(4, 3))
    net.initialize()
    net.hybridize()
    for _ in range(3):
        net(x)
    net.add(nn.HybridLambda(lambda F, x: x * 10))
    onp.testing.assert_allclose(net(x).asnumpy(), net[0](x).asnumpy() * 10)
    seen = []
    net[0].register_forward_hook(lambda *a: seen.append(1))
    for _ in range(4):
        net(x)
    assert len(seen) == 4


def test_python_that_changes_from_call_to_call(F):
    """Numbers that Python makes up, and counters, must not freeze."""
    net, x = made(lambda self, F, x: x * random.random()), F.array([1.])
    assert len({float(net(x).asnumpy().item()) for _ in range(6)}) == 6 and not any(trusted(net))

    def counts(self, F, x):
        self.count += 1
        return x * self.count

    net = made(counts)
    assert [float(net(x).asnumpy().item()) for _ in range(5)] == [1, 2, 3, 4, 5]


def test_what_forward_keeps_stays_right(F):
    kept = []

    def keeps(self, F, x):
        y = scaled(self, F, x)
        kept.append(y)
        self.last = y * 2
        return y + 1

    net = made(keeps)
    for turn in range(4):
        x = F.array(some(4, 3) + turn)
        y = net(x).asnumpy()
        onp.testing.assert_allclose(kept[-1].asnumpy(), y - 1, rtol=1e-5, atol=1e-5)
        onp.testing.assert_allclose(net.last.asnumpy(), 2 * y - 2, rtol=1e-5, atol=1e-5)
    assert len(kept) == 4

    only_listed, held = made(lambda self, F, x: held.append(F.exp(scaled(self, F, x))) or held[-1] * 2), []
    for turn in range(4):
        onp.testing.assert_allclose(only_listed(F.array(some(4, 3) + turn)).asnumpy(), 2 * held[-1].asnumpy(), rtol=1e-5)
    assert len(held) == 4


def test_reading_values_says_so_once_and_works(F):
    net = made(lambda self, F, x: scaled(self, F, x) * (2 if float(x.asnumpy().sum()) > 0 else 3))
    with pytest.warns(UserWarning, match="Net is hybridized, but its forward cannot be one operator: it reads values"):
        y = net(F.ones((1, 3)))
    assert y.asnumpy().tolist() == [[3, 3]] and net(-F.ones((1, 3))).asnumpy().tolist() == [[-4.5, -4.5]]
    net.w.data().attach_grad()
    with autograd.record():
        y = net(F.ones((2, 3)))
    y.backward()
    assert net.w.data().grad.asnumpy().tolist() == [[2] * 3] * 2


def test_own_functions_and_backward_inside(F):
    class Twice(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy * 10

    net, x = made(lambda self, F, x: Twice()(scaled(self, F, x))), F.ones((1, 3))

    def penalty(self, F, x):
        x = x.detach()
        x.attach_grad()
        with autograd.record():
            y = (x * x * x).sum()
        return autograd.grad(y, [x])[0] * 1

    grads = made(penalty)
    with pytest.warns(UserWarning, match="marks arrays or runs backward"):
        grads(F.array([1., 2.]))
    for _ in range(3):
        with autograd.record():
            y = net(x)
        y.backward()
        assert net.w.grad().asnumpy().tolist() == [[5] * 3] * 2
        onp.testing.assert_allclose(grads(F.array([1., 2.])).asnumpy(), [3, 12])


def test_marks_and_sparse_arrays_and_the_policy_of_writes(F):
    def marks(self, F, x):
        h = scaled(self, F, x)
        h.attach_grad()
        held.append(h)
        return (h * h).sum()

    net, held = made(marks), []
    with pytest.warns(UserWarning, match="marks arrays"):
        for _ in range(3):
            with autograd.record():
                y = net(F.ones((1, 3)))
            y.backward()
            assert held[-1].grad.asnumpy().tolist() == [[3, 3]]
    assert len(held) == 3
    if F is nd:
        twice = made(lambda self, F, x: x * 2)
        for _ in range(3):
            assert twice(nd.ones((2, 2)).tostype("csr")).stype == "csr"
    x, net = F.ones((1, 3)), made()
    for _ in range(3):
        with autograd.record():
            net(x)
    previous = autograd.set_inplace_policy("error")
    try:
        with autograd.record():
            y = net(x)
            with pytest.raises(mx.MXNetError, match="Inplace"):
                y += 1
    finally:
        autograd.set_inplace_policy(previous)


def test_what_never_settles_runs_plainly(F):
    net, x = made(lambda self, F, x: x * random.random()), F.ones((3,))
    for _ in range(10):
        net(x).wait_to_read()
    assert list(net._hybrid.plans.values()) == [None]


def test_errors_are_those_of_the_call(F):
    net = chain(nn.Dense(2, in_units=3))
    net.initialize()
    net.hybridize()
    for _ in range(3):
        with pytest.raises(mx.MXNetError, match=r"fully_connected|FullyConnected"):
            net(F.ones((1, 4)))
        assert net(F.ones((1, 3))).shape == (1, 2) and mx.engine.trace.state.capture is None


def test_results_that_are_inputs(F):
    net, x = made(lambda self, F, x: x), F.array([1., 2.])
    for _ in range(3):
        assert net(x) is x
    part = made(lambda self, F, x: x[:1])
    for _ in range(3):
        part(x)[:] = 9
        assert x.asnumpy().tolist() == [9, 2]
        x[:1] = 1


@pytest.mark.usefixtures("on_cpu")
def test_devices(F):
    net = made()
    net.collect_params().reset_ctx([mx.cpu(0), mx.cpu(1)])
    for _ in range(3):
        for d in (mx.cpu(0), mx.cpu(1)):
            y = net(F.ones((1, 3), ctx=d))
            assert y.ctx == d and y.asnumpy().tolist() == [[1.5, 1.5]]


def test_copies_and_files(F, tmp_path):
    net, x = chain(nn.Dense(2), nn.BatchNorm()), F.array(some(4, 3))
    net.initialize()
    net.hybridize()
    for _ in range(3):
        y = net(x).asnumpy()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert (twin(x).asnumpy() == y).all() and not twin._hybrid.plans.keys() & net._hybrid.plans.keys() - {*twin._hybrid.plans}
        twin[0].weight.set_data(twin[0].weight.data() * 0)
        assert (net(x).asnumpy() == y).all()
    net.save_parameters(str(tmp_path / "a"))
    net[0].weight.set_data(net[0].weight.data() * 0)
    assert not (net(x).asnumpy() == y).all()
    net.load_parameters(str(tmp_path / "a"))
    assert (net(x).asnumpy() == y).all()


def test_naive_engine_and_many_signatures(F):
    net = made()
    previous = mx.engine.set_engine_type("NaiveEngine")
    try:
        assert net(F.ones((1, 3))).asnumpy().tolist() == [[1.5, 1.5]] and not net._hybrid.plans
    finally:
        mx.engine.set_engine_type(previous)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in range(1, 40):
            assert net(F.ones((n, 3))).shape == (n, 2)
    assert len(net._hybrid.plans) == 8  # shapes that never come back: the others ran as if it were not hybridized
    for _ in range(4):  # these do
        for n in range(1, 21):
            net(F.ones((n, 3)))
    assert len(net._hybrid.plans) == 20 and all(plan.trusted for plan in net._hybrid.plans.values())


def test_a_capture_that_moves_changes_nothing():
    """Instructions that were captured run as if they had not been."""
    x = nd.array([1., 2.])
    x.attach_grad()
    outer = mx.engine.trace.state.traces[x.ctx.jax]
    with autograd.record():
        a = x * 3
        with Capture(outer) as taken:
            b = a * x
            c = b.sum()
        taken.move()
        d = c * 2
    d.backward()
    assert (b.asnumpy().tolist(), d.asnumpy().tolist(), x.grad.asnumpy().tolist()) == ([3, 12], [30], [12, 24])


@pytest.mark.parametrize("F", [nd, np])
def test_parameters_are_drawn_before_what_forward_draws(F):
    """The digits are those of MXNet: 1.9.1 for nd, 2.0.0b1 for np."""
    wanted = {nd: [[-0.13671337, 0.11959103], [0.04756547, -0.0888944]],
              np: [[-0.06329504, 0.04702898], [-0.21326147, 0.12392142]]}[F]

    class Noisy(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.e, self.d = nn.Dense(2), nn.Dense(2)

        def forward(self, x):
            return self.d(self.e(x) + F.random.normal(0, 1, (1, 2)))

    npx.set_np() if F is np else None
    try:
        mx.random.seed(1)
        net = Noisy()
        net.initialize()
        net.hybridize()
        found = [net(F.ones((1, 3))).asnumpy()[0] for _ in range(2)]
    finally:
        npx.reset_np()
    assert onp.allclose(found, wanted, atol=1e-6)


def test_parameters_are_drawn_in_the_order_of_the_graph():
    """Hybridized before the first batch; the digits are those of MXNet 1.9.1."""
    class Branches(gluon.HybridBlock):
        def __init__(self):
            super().__init__(prefix="r_")
            with self.name_scope():
                self.a, self.b, self.c = nn.Dense(3, flatten=False), nn.Dense(3, flatten=False), nn.Dense(3)

        def hybrid_forward(self, F, x):
            a, b, c = self.a(x), self.b(x), self.c(x)
            return F.broadcast_add(c, b) * a

    for hybrid, wanted in (False, [2.232, -0.053, 0.551]), (True, [0.551, -0.053, 2.232]):
        mx.random.seed(1)
        net = nn.HybridSequential(prefix="m_")
        with net.name_scope():
            net.add(nn.Dense(4), Branches())
        net.initialize(mx.init.Normal(1))
        net.hybridize(hybrid)
        net(nd.ones((1, 2)))
        assert [round(float(p.data().asnumpy()[0, 0]), 3) for n, p in net.collect_params(".*r_.*weight").items()] == wanted
