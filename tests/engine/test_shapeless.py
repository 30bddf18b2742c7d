"""Elementwise operators are traced once, for a line; what is written down for another shape is what tracing it gives."""
import jax
import numpy as onp
import pytest

from mxshim import autograd, gluon, nd, np
from mxshim.base import MXNetError
from mxshim.engine import shapeless
from mxshim.engine import spec as specs
from mxshim.engine.cell import aval_of
from mxshim.engine.host.rules import CALLS
from mxshim.engine.op import NAMES
from tests.support.registry import Inputs, facts, operators, run, samples

ROWS = [pytest.param(op, id=op.name) for op in operators() if op.elementwise and facts(op)]
# Neither moved nor wrong: what of them depends on the shape for JAX, and is traced as ever.
TRACED = {"np.gcd", "np.lcm", "nd.gamma", "np.ldexp"}  # the last with some versions of JAX
SHAPES = [(2, 3), (4,), (2, 1, 3)]


def flat(jaxpr, consts, args):
    env = {**dict(zip(jaxpr.constvars, consts, strict=True)), **dict(zip(jaxpr.invars, args, strict=True))}

    def read(v):
        return v.val if hasattr(v, "val") else env[v]

    for eqn in jaxpr.eqns:
        values = [read(v) for v in eqn.invars]
        if eqn.primitive.name in CALLS:
            inner = eqn.params[CALLS[eqn.primitive.name]]
            outs = flat(inner.jaxpr, inner.consts, values)
        else:
            outs = eqn.primitive.bind(*values, **eqn.primitive.get_bind_params(eqn.params))
            outs = outs if eqn.primitive.multiple_results else [outs]
        env.update(zip(eqn.outvars, outs, strict=True))
    return [read(v) for v in jaxpr.outvars]


def text(closed):
    """A jaxpr with the calls in it written out."""
    with specs.tracing():
        return str(jax.make_jaxpr(lambda *args: flat(closed.jaxpr, closed.consts, args))(*closed.in_avals))


def made(op):
    """The specs that the samples of an operator ask for."""
    for args, kwargs in samples(op):
        run(op.name, args, kwargs, Inputs())
    return [s for s in specs._SPECS.values() if s.op is op and s.avals and s.avals[0].shape != (shapeless.LINE,)
            and len({a.shape for a in s.avals}) == 1]


@pytest.mark.parametrize("op", ROWS)
def test_moved_is_traced(op):
    found = [s for s in made(op) if s.avals[0].ndim]
    assert found or op.name.startswith("nd.broadcast")
    assert all(s.line is not None or op.name in TRACED for s in found)
    for like in found[:2] if op.name not in TRACED else ():
        for shape in SHAPES:
            avals = tuple([aval_of(shape, a.dtype) for a in like.avals])
            with specs.tracing():
                ours = specs.spec_of(op, like.pattern, avals)
                traced = specs.Spec(ours.name, ours.run, ours.avals, ours.kinds, op, ours.diff if op.diff else None, ours.grad,
                                    ours.pattern)
            assert ours.out == traced.out and ours.line is not None
            assert text(ours.jaxpr) == text(traced.jaxpr)
            if op.grad and all(a.float for a in avals):
                mask = (True,) * len(avals)
                with specs.tracing():
                    a, b = ours.record(mask), traced.record(mask)
                assert type(a) is type(b)
                assert ours.record(mask) is a
                if type(a) is specs.Recorded:
                    assert (a.sources, a.targets, a.keep, a.out, a.visible) == (b.sources, b.targets, b.keep, b.out, b.visible)
                    assert text(a.jaxpr) == text(b.jaxpr) and text(a.back) == text(b.back)


PAIRS = [((2, 1, 3), (4, 1)), ((), (2, 2)), ((2, 3), (1, 1, 1)), ((0, 3), (3,))]


@pytest.mark.parametrize("op", [p for p in ROWS if p.values[0].broadcasts])
def test_shapes_that_broadcast(op):
    """Values and gradients of arrays of two shapes are what tracing the call gives."""
    rng = onp.random.RandomState(0)
    like = next(s for s in made(op) if len(s.avals) == 2 and not s.kinds)
    for shapes in PAIRS:
        avals = tuple([aval_of(shape, a.dtype) for shape, a in zip(shapes, like.avals, strict=True)])
        with specs.tracing():
            ours = specs.spec_of(op, like.pattern, avals)
            traced = specs.Spec(ours.name, ours.run, ours.avals, ours.kinds, op, ours.diff if op.diff else None, ours.grad, ours.pattern)
            assert ours.out == traced.out and (ours.line is not None or op.name in TRACED)
            inputs = [rng.uniform(0.5, 3, a.shape).astype(a.dtype) for a in avals]
            onp.testing.assert_allclose(ours.emit(inputs)[0], traced.emit(inputs)[0], rtol=1e-6)
            for mask in ((True, True), (True, False), (False, True)) if op.grad and all(a.float for a in avals) else ():
                found = []
                for spec in (ours, traced):
                    code = spec.record(mask)
                    if type(code) is specs.Recorded:
                        *outs, = code.emit(inputs)
                        kept = code.residuals(inputs, outs, ()) if code.residuals else ()
                        found.append(code.pull(kept, [onp.ones_like(outs[0])]))
                for a, b in zip(*found, strict=True) if found else ():
                    assert (a.shape, a.dtype) == (b.shape, b.dtype)
                    onp.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_new_shape_traces_nothing(monkeypatch):
    def use(shape):
        x = np.ones(shape)
        x.attach_grad()
        with autograd.record():
            y = np.tanh(x) * 2 - np.abs(x * x)
        y.backward()
        return x.grad.asnumpy()

    use((3, 7))
    real = specs.traced

    def traced(fn, structs):
        assert not any(s.shape for s in structs), f"traced for {[s.shape for s in structs]}"
        return real(fn, structs)  # ones, zeros: what has no array to take its shape from

    monkeypatch.setattr(specs, "traced", traced)
    assert (use((4, 8)) == use((4, 8))).all()


def test_second_derivatives_of_a_moved_operator():
    for shape in ((3,), (2, 2)):
        x = np.full(shape, 0.5)
        x.attach_grad()
        with autograd.record():
            y = np.tanh(x)
            first = autograd.grad(y, x, create_graph=True)[0]
            second = autograd.grad(first, x, create_graph=True)[0]
        second.backward()
        t = onp.tanh(0.5)
        onp.testing.assert_allclose(second.asnumpy(), onp.full(shape, -2 * t * (1 - t * t)), rtol=1e-5)
        onp.testing.assert_allclose(x.grad.asnumpy(), onp.full(shape, (1 - t * t) * (6 * t * t - 2)), rtol=1e-4)


@pytest.mark.parametrize("dialect", [nd, np], ids=["nd", "np"])
def test_hybridized_blocks_have_the_operators_own_gradients(dialect):
    """At ties and kinks: relu, |x|, maximum, in a block that is one operator."""
    class Block(gluon.HybridBlock):
        def hybrid_forward(self, F, x, y):
            a = F.npx.relu(x) if dialect is np else F.relu(x)
            b = F.npx.activation(x, "relu") if dialect is np else F.Activation(x, "relu")
            return a + 2 * b + 4 * (F.np if dialect is np else F).abs(x) + 8 * (F.np if dialect is np else F).maximum(x, y)

    grads = []
    for hybrid in (False, True):
        block = Block()
        if hybrid:
            block.hybridize()
        for _ in range(3):
            x, y = dialect.array([[-1.0, 0.0, 2.0]]), dialect.array([[-1.0, 0.0, 1.0]])
            x.attach_grad()
            with autograd.record():
                out = block(x, y)
            out.backward()
        grads.append(x.grad.asnumpy())
    onp.testing.assert_array_equal(grads[0], grads[1])
    assert grads[0][0, 1] == 8  # nothing from relu and abs, all from the first of two that are equal


def test_a_wrong_call_still_names_its_shapes():
    with pytest.raises(MXNetError, match=r"must have one shape, got \(2, 3\) and \(3, 2\)"):
        nd.elemwise_add(nd.ones((2, 3)), nd.ones((3, 2)))
    with pytest.raises(MXNetError, match=r"nd.add\(float32\[2, 3\], int32\[2, 3\]\): the operands must have one dtype"):
        nd.add(nd.ones((2, 3)), nd.ones((2, 3), dtype="int32"))


def test_the_shape_decides_where_an_operator_says_nothing_of_it():
    assert not NAMES["np.transpose"].elementwise and not NAMES["npx.softmax"].elementwise
    with pytest.raises(shapeless.NotElementwise):
        shapeless.moved(jax.make_jaxpr(lambda x: x.sum())(onp.ones(shapeless.LINE)), (2, 3))
    with pytest.raises(shapeless.NotElementwise):
        shapeless.moved(jax.make_jaxpr(lambda x: x + onp.arange(shapeless.LINE))(onp.ones(shapeless.LINE)), (2, 3))
