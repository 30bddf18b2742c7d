"""gluon.probability beside MXNet 2.0.0b1 (data/probability_mx2.json, by data/measure_probability.py), and where it must be better."""
from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, np
from mxshim.gluon import nn
from mxshim.gluon import probability as mgp
from mxshim.gluon.probability import constraint
from tests.data.measure_probability import DISTRIBUTIONS, PAIRS, run

MEASURED = json.loads((Path(__file__).parent.parent / "data" / "probability_mx2.json").read_text())
# MXNet's own mistakes, which the classes' docstrings name.
DIFFERS = {("HalfCauchy", "mean"), ("HalfCauchy", "variance"),  # of HalfNormal
           ("StudentT", "sample"), ("StudentT", "sample_n"),  # one normal number for the whole batch
           *((name, what) for name in ("MultivariateNormal", "of precision", "of scale_tril") for what in ("sample", "sample_n"))}


pytestmark = pytest.mark.filterwarnings("ignore::mxshim.engine.RecompilationWarning")  # tables of different calls on one line


@pytest.fixture(autouse=True)
def np_mode():
    with mx.util.np_array(True), mx.util.np_shape(True):
        yield


@pytest.fixture(scope="module")
def found():
    with mx.util.np_array(True), mx.util.np_shape(True), warnings.catch_warnings():
        warnings.simplefilter("ignore", mx.engine.RecompilationWarning)
        return run(mx)


@pytest.mark.parametrize("part", ["values", "samples"])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_as_mxnet(found, part, name):
    compared = 0
    for what, wanted in MEASURED[part][name].items():
        if wanted is not None and (name, what) not in DIFFERS:
            onp.testing.assert_allclose(found[part][name][what], wanted, rtol=2e-5, atol=2e-6, err_msg=what)
            compared += 1
    differing = {name for name, what in DIFFERS if what == "sample"} | {"Bernoulli"}  # MXNet's Bernoulli cannot be sampled from prob
    assert compared or name in differing and part == "samples"


def test_divergences_as_mxnet(found):
    for pair, wanted, got in zip(PAIRS, MEASURED["kl"], found["kl"], strict=True):
        onp.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-6, err_msg=str(pair))


# What MXNet gets wrong.

COV = onp.array([[2.0, 0.6], [0.6, 0.5]], "float32")


def test_multivariate_samples_have_the_covariance():
    mx.random.seed(0)
    d = mgp.MultivariateNormal(np.array([1.0, -2.0]), cov=np.array(COV))
    x = d.sample_n(40000).asnumpy()
    onp.testing.assert_allclose(onp.cov(x.T), COV, atol=0.05)
    onp.testing.assert_allclose(x.mean(0), [1, -2], atol=0.03)


def test_multivariate_divergence():
    p = mgp.MultivariateNormal(np.array([1.0, -2.0]), cov=np.array(COV))
    q = mgp.MultivariateNormal(np.array([0.0, 1.0]), scale_tril=np.array([[1.0, 0.0], [0.5, 2.0]]))
    inverse, away = onp.linalg.inv([[1, 0.5], [0.5, 4.25]]), onp.array([-1.0, 3.0])
    wanted = 0.5 * (onp.log(4 / onp.linalg.det(COV)) + onp.trace(inverse @ COV) + away @ inverse @ away - 2)
    assert mgp.kl_divergence(p, q).item() == pytest.approx(wanted, rel=1e-4)
    assert mgp.kl_divergence(p, p).item() == pytest.approx(0, abs=1e-5)


def test_student_samples_are_independent():
    mx.random.seed(0)
    x = mgp.StudentT(np.array([5.0, 5.0])).sample_n(20000).asnumpy()
    assert abs(onp.corrcoef(x.T)[0, 1]) < 0.03
    onp.testing.assert_allclose(x.var(0), 5 / 3, rtol=0.1)


def test_logits_need_not_be_normalized():
    logit = np.array([[1.0, 2.0, 3.0]])
    wanted = onp.log(onp.exp([1, 2, 3]) / onp.exp([1, 2, 3]).sum())
    third = np.array([[0, 0, 1.0]])
    values = [mgp.Categorical(3, logit=logit).log_prob(np.array([2.0])), mgp.OneHotCategorical(3, logit=logit).log_prob(third),
              mgp.Multinomial(3, logit=logit).log_prob(third)]
    assert [v.shape for v in values] == [(1,)] * 3
    onp.testing.assert_allclose([v.item() for v in values], [wanted[2]] * 3, rtol=1e-6)


# Gradients.

REPARAMETERIZED = {
    "Normal": (["loc", "scale"], lambda x, a, b: [onp.ones(2), (x - a) / b]),
    "Gumbel": (["loc", "scale"], lambda x, a, b: [onp.ones(2), (x - a) / b]),
    "Cauchy": (["loc", "scale"], lambda x, a, b: [onp.ones(2), (x - a) / b]), "HalfNormal": (["scale"], lambda x, a: [x / a]),
    "Exponential": (["scale"], lambda x, a: [x / a]), "HalfCauchy": (["scale"], lambda x, a: [x / a]),
    "Pareto": (["alpha", "scale"], lambda x, a, b: [-x * onp.log(x / b) / a, x / b]),
    "Weibull": (["concentration", "scale"], lambda x, a, b: [-x * onp.log(x / b) / a, x / b]),
}


@pytest.mark.parametrize("name", REPARAMETERIZED)
def test_gradients_of_samples(name):
    names, formula = REPARAMETERIZED[name]
    arrays = [np.array(values) for values in ([2.0, 0.7], [0.5, 1.5])[:len(names)]]
    for a in arrays:
        a.attach_grad()
    with autograd.record():
        d = getattr(mgp, name)(**dict(zip(names, arrays, strict=True)))
        x = d.sample()
    x.backward()
    assert d.has_grad
    for a, wanted in zip(arrays, formula(x.asnumpy(), *(a.asnumpy() for a in arrays)), strict=True):
        onp.testing.assert_allclose(a.grad.asnumpy(), wanted, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("make", [lambda p: mgp.RelaxedBernoulli(0.5, logit=p), lambda p: mgp.RelaxedOneHotCategorical(0.5, 2, logit=p)])
def test_relaxed_samples_have_gradients(make):
    logit = np.array([0.3, -0.4])
    logit.attach_grad()
    with autograd.record():
        x = make(logit).sample_n(4)[:, 0].sum()
    x.backward()
    assert onp.isfinite(logit.grad.asnumpy()).all() and (logit.grad[0] != 0)


# Shapes.

def test_shapes():
    d = mgp.Normal(np.zeros((2, 1)), np.ones(3))
    assert d.sample().shape == (2, 3) and d.sample((4, 2, 3)).shape == (4, 2, 3)
    assert d.sample_n(5).shape == (5, 2, 3) and d.sample_n((5, 6)).shape == (5, 6, 2, 3)
    assert mgp.Normal().sample().shape == () and mgp.Normal().sample(3).shape == (3,)
    wide = d.broadcast_to((4, 2, 3))
    assert wide.loc.shape == wide.scale.shape == (4, 2, 3) and type(wide) is mgp.Normal and d.loc.shape == (2, 1)
    assert repr(d) == "Normal(loc: size (2, 1), scale: size (3,), event_dim: 0)"
    parts = mgp.Dirichlet(np.ones((2, 3)))
    assert parts.sample_n(4).shape == (4, 2, 3) and parts.broadcast_to((5, 2)).alpha.shape == (5, 2, 3)
    together = mgp.Independent(mgp.Bernoulli(np.full((2, 3), 0.5)), 1)
    assert together.event_dim == 1 and together.log_prob(np.ones((2, 3))).shape == (2,)
    assert together.broadcast_to((4, 2)).sample().shape == (4, 2, 3) and together.entropy().shape == (2,)
    assert mgp.Categorical(3, np.ones((2, 3)) / 3).broadcast_to((4, 2)).sample_n(5).shape == (5, 4, 2)
    assert mgp.MultivariateNormal(np.zeros(2), cov=np.array(COV)).sample((4,)).shape == (4, 2)
    assert mgp.Normal(0, 1, F=None).event_dim == 0


# Validation.

@pytest.mark.parametrize("make, says", [
    (lambda: mgp.Normal(0.0, np.array([1.0, -1.0]), validate_args=True), "Normal: scale must be > 0"),
    (lambda: mgp.Gamma(-1.0, 1.0, validate_args=True), "Gamma: shape must be > 0, got -1.0"),
    (lambda: mgp.Bernoulli(np.array([1.5]), validate_args=True), "Bernoulli: prob must be >= 0 and <= 1"),
    (lambda: mgp.Categorical(2, np.array([0.5, 0.6]), validate_args=True), "Categorical: prob must be >= 0, with the sum 1"),
    (lambda: mgp.MultivariateNormal(np.zeros(2), cov=np.array([[1.0, 2.0], [2.0, 1.0]]), validate_args=True), "cov must be symmetric"),
    (lambda: mgp.Poisson(1.0, validate_args=True).log_prob(np.array([0.5])), "Poisson: the value must be an integer and >= 0"),
    (lambda: mgp.Uniform(0.0, 1.0, validate_args=True).log_prob(np.array([2.0])), "Uniform: the value must be >= 0.0 and <= 1.0"),
    (lambda: mgp.Bernoulli(), "give either prob or logit"), (lambda: mgp.Bernoulli(0.5, 0.0), "give either prob or logit"),
    (lambda: mgp.Categorical(3, np.array([0.5, 0.5])), "num_events=3 must be the length"),
    (lambda: mgp.Binomial(1.5, 0.5), "n must be an integer"),
    (lambda: mgp.MultivariateNormal(np.zeros(2)), "exactly one of cov, precision and scale_tril; got none"),
    (lambda: mgp.Independent(mgp.Normal(), 1), "a batch of shape () has no 1 axes".replace("(", r"\(").replace(")", r"\)")),
    (lambda: mgp.Multinomial(2, np.array([0.5, 0.5]), total_count=np.array(2)), "total_count must be a number"),
])
def test_validation(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_validation_by_default():
    mgp.Normal(0.0, -1.0)
    mgp.Distribution.set_default_validate_args(True)
    try:
        with pytest.raises(ValueError, match="Normal: scale"):
            mgp.Normal(0.0, -1.0)
    finally:
        mgp.Distribution.set_default_validate_args(False)
    with pytest.raises(ValueError, match="True or False"):
        mgp.Distribution.set_default_validate_args(3)
    assert mgp.Normal(0.0, 1.0, validate_args=True).broadcast_to((2,)).scale.shape == (2,)


# constraint, what it allows, what it refuses
CONSTRAINTS = [
    (constraint.Real(), 1.0, float("nan")), (constraint.Boolean(), 1, 2), (constraint.Interval(0, 1), 1, 1.5),
    (constraint.OpenInterval(0, 1), 0.5, 1),
    (constraint.HalfOpenInterval(0, 1), 0, 1), (constraint.IntegerInterval(0, 3), 3, 2.5), (constraint.IntegerOpenInterval(0, 3), 2, 3),
    (constraint.IntegerHalfOpenInterval(0, 3), 0, 3), (constraint.UnitInterval(), 1, -0.1), (constraint.GreaterThan(2), 3, 2),
    (constraint.GreaterThanEq(2), 2, 1), (constraint.LessThan(2), 1, 2), (constraint.LessThanEq(2), 2, 3),
    (constraint.IntegerGreaterThan(2), 3, 3.5),
    (constraint.IntegerGreaterThanEq(2), 2, 1), (constraint.IntegerLessThan(2), 1, 2), (constraint.IntegerLessThanEq(2), 2, 2.5),
    (constraint.Positive(), 1, 0), (constraint.NonNegative(), 0, -1), (constraint.PositiveInteger(), 1, 0),
    (constraint.NonNegativeInteger(), 0, 0.5),
    (constraint.Simplex(), [0.5, 0.5], [0.5, 0.6]), (constraint.LowerTriangular(), [[1, 0], [2, -1]], [[1, 1], [0, 1]]),
    (constraint.LowerCholesky(), [[1, 0], [2, 1]], [[1, 0], [2, -1]]), (constraint.PositiveDefinite(), [[2, 1], [1, 2]], [[1, 2], [2, 1]]),
    (constraint.Cat([constraint.Positive(), constraint.Boolean()], lengths=[2, 1]), [1, 3, 0], [1, 0, 1]),
    (constraint.Stack([constraint.Positive(), constraint.Boolean()]), [3, 1], [3, 3]),
]


@pytest.mark.parametrize("case", CONSTRAINTS, ids=lambda case: type(case[0]).__name__)
def test_constraints(case):
    what, good, bad = case
    one = lambda value: np.array(value, dtype="float32")
    onp.testing.assert_array_equal(what.check(one(good)).asnumpy(), onp.array(good, "float32"))
    with pytest.raises(ValueError, match="x must be"):
        what.check(one(bad), "x")


def test_dependent_support():
    assert constraint.is_dependent(mgp.Pareto.support) and not constraint.is_dependent(constraint.Real())
    assert mgp.Pareto(2.0, 3.0).support._lower_bound == 3.0


# Transformations.

@pytest.mark.parametrize("t", [mgp.ExpTransform(), mgp.AffineTransform(1.0, -3.0), mgp.PowerTransform(2.0), mgp.SigmoidTransform(),
                               mgp.ComposeTransform([mgp.ExpTransform(), mgp.AffineTransform(1.0, 2.0)])], ids=lambda t: type(t).__name__)
def test_transformations(t):
    x = np.array([0.3, 1.2])
    x.attach_grad()
    with autograd.record():
        y = t(x)
    y.backward()
    onp.testing.assert_allclose(t.inv(y).asnumpy(), x.asnumpy(), rtol=1e-5)
    slope = onp.log(abs(x.grad.asnumpy()))
    onp.testing.assert_allclose((t.log_det_jacobian(x, y) * np.ones(2)).asnumpy(), slope, rtol=1e-4, atol=1e-6)
    onp.testing.assert_allclose((t.inv.log_det_jacobian(y, x) * np.ones(2)).asnumpy(), -slope, rtol=1e-4, atol=1e-6)
    assert onp.sign(x.grad.asnumpy()).tolist() == [t.sign] * 2 == [t.inv.sign] * 2
    assert t.inv.inv is t and t.bijective


@pytest.mark.parametrize("what", [constraint.Positive(), constraint.GreaterThan(2), constraint.LessThan(-1), constraint.Interval(2, 5),
                                  constraint.UnitInterval(), constraint.HalfOpenInterval(0, 1)], ids=lambda c: type(c).__name__)
def test_domain_maps(what):
    for maps in (mgp.biject_to, mgp.transform_to):
        what.check(maps(what)(np.array([-3.0, 0.0, 2.0])))


def test_more_domain_maps():
    own = mgp.domain_map()
    with pytest.raises(NotImplementedError, match="where Positive holds"):
        own(constraint.Positive())
    own.register(constraint.Positive, lambda c: "mine")
    assert own(constraint.Positive()) == "mine"
    with pytest.raises(TypeError, match="expected a Constraint"):
        own.register(int, lambda c: c)


# Divergences.

def test_register_kl():
    class Mine(mgp.Normal):
        pass

    assert mgp.kl_divergence(Mine(0.0, 1.0), Mine(0.0, 1.0)) == 0  # a subclass is as its base
    with pytest.raises(NotImplementedError, match="nothing is known of Mine and Poisson"):
        mgp.kl_divergence(Mine(), mgp.Poisson())
    mgp.register_kl(Mine, mgp.Poisson)(lambda p, q: 7)
    assert mgp.kl_divergence(Mine(), mgp.Poisson()) == 7
    with pytest.warns(UserWarning, match=r"KL\(Mine, Poisson\) is replaced"):
        mgp.register_kl(Mine, mgp.Poisson)(lambda p, q: 8)
    with pytest.raises(TypeError, match="takes 1 arguments"):
        mgp.register_kl(Mine, Mine)(lambda p: 0)


def test_empirical_kl():
    mx.random.seed(1)
    p, q = mgp.Normal(0.0, 1.0), mgp.Normal(0.5, 2.0)
    assert mgp.empirical_kl(p, q, 20000).item() == pytest.approx(float(mgp.kl_divergence(p, q)), rel=0.05)


# Blocks.

class Noisy(mgp.StochasticBlock):
    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(2, in_units=2, use_bias=False, weight_initializer="ones")

    @mgp.StochasticBlock.collectLoss
    def forward(self, x):
        y = self.dense(x)
        self.add_loss(y.sum())
        self.add_loss(y * 2)
        return y


@pytest.mark.parametrize("hybrid", [False, True])
def test_stochastic_block(hybrid):
    net = Noisy()
    net.initialize()
    net.hybridize(hybrid)
    for scale in (1.0, 2.0):
        assert net(np.ones((1, 2)) * scale).tolist() == [[2 * scale, 2 * scale]]
        assert [loss.tolist() for loss in net.losses] == [4 * scale, [[4 * scale, 4 * scale]]]
    with autograd.record():
        net(np.ones((1, 2)))
        loss = net.losses[0]
    loss.backward()
    assert net.dense.weight.grad().tolist() == [[1, 1], [1, 1]]


def test_stochastic_sequential():
    net = mgp.StochasticSequential()
    net.add(Noisy(), nn.Activation("relu"))
    net.add(Noisy())
    net.initialize()
    assert net(np.ones((1, 2))).tolist() == [[4, 4]]
    assert [[loss.tolist() for loss in losses] for losses in net.losses] == [[4.0, [[4, 4]]], [8.0, [[8, 8]]]]
    assert len(net) == 3 and isinstance(net[1], nn.Activation) and len(net[:2]) == 2
    assert "(1): Activation(relu)" in repr(net)


def test_forward_must_collect():
    class Bare(mgp.StochasticBlock):
        def forward(self, x):
            return x

    with pytest.raises(ValueError, match="Bare.forward must be decorated with StochasticBlock.collectLoss"):
        Bare()(np.ones(1))
