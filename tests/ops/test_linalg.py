"""Products and linear algebra: MXNet's answers, NumPy's values, derivatives of every operator's samples."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd, np, npx
from mxshim.engine import program
from mxshim.engine.op import NAMES
from mxshim.engine.spec import equations
from mxshim.ops.products import contract
from tests.support.families import check_derivatives, check_measured, check_sample, measured, pure, records, samples

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
FILES = ("products", "linalg", "linalg_nd")
SYMMETRIC = {"np.linalg.cholesky", "np.linalg.eigh", "np.linalg.eigvalsh", "nd.linalg.potrf", "nd.linalg.syevd"}

DIFFERENT: dict[str, str] = {}


@pytest.mark.parametrize(("dialect", "code", "want"), measured("linalg"))
def test_as_mxnet(dialect, code, want):
    check_measured(dialect, code, want, DIFFERENT)


@pytest.mark.parametrize(("record", "k"), [p for p in samples(*FILES) if p.values[0].name not in SYMMETRIC])
def test_sample(record, k):
    check_sample(record, k)


@pytest.mark.parametrize(("record", "k"), [p for p in samples(*FILES) if p.values[0].name in SYMMETRIC])
def test_sample_of_symmetric_matrices(record, k):
    """One triangle is read, but the gradient is shared between the two: right for symmetric changes."""
    with jax.enable_x64(True):
        fn, floats = pure(record, k, f64=True)
        check_derivatives(lambda x: fn((x + x.T) / 2), floats)


def test_every_operator_has_samples_or_is_tested_here():
    without = {r.name for r in records(*FILES) if not (r.samples or {}).get("args")}
    assert without == {"np.einsum", "np.linalg.eig", "np.linalg.eigvals"}
    assert all(r.doc for r in records(*FILES))


def gradients(fn, *arrays):
    for a in arrays:
        a.attach_grad()
    with autograd.record():
        y = fn(*arrays)
    y.backward()
    return [a.grad.asnumpy() for a in arrays]


def test_cholesky_gradient_is_symmetric_as_mxnets():
    """Weights 1.3, 1.6, ... on the result; measured on 2.0.0b1."""
    s = np.array([[6.2299347, 3.7438703, 1.5144149], [3.7438703, 11.464447, 1.9472518], [1.5144149, 1.9472518, 2.9362311]])
    g, = gradients(lambda x: np.linalg.cholesky(x) * (np.arange(1, 10).reshape(3, 3) * 0.3 + 1), s)
    want = [[0.1706, 0.1183, 0.0771], [0.1183, 0.3637, 0.4270], [0.0771, 0.4270, 1.1816]]
    onp.testing.assert_allclose(g, want, atol=2e-4)


@pytest.mark.parametrize("module", [np, nd], ids=["np", "nd"])
def test_dot_gradients(module):
    a, b = module.arange(6).reshape((2, 3)), module.arange(12).reshape((3, 4))
    ga, gb = gradients(module.dot, a, b)
    onp.testing.assert_allclose(ga, onp.ones((2, 4)) @ b.asnumpy().T)
    onp.testing.assert_allclose(gb, a.asnumpy().T @ onp.ones((2, 4)))


def test_einsum_gradients_and_second_order():
    a, b = np.array([[1., 2.], [3., 4.]]), np.array([[5., 6.], [7., 8.]])
    a.attach_grad()
    with autograd.record():
        y = np.einsum("ij,jk->ik", a, np.einsum("ij,jk->ik", a, b))
        g = autograd.grad(y, a, create_graph=True, retain_graph=True)[0]
        z = (g * g).sum()
    z.backward()
    assert a.grad.shape == (2, 2) and onp.isfinite(a.grad.asnumpy()).all()


X = onp.random.RandomState(0).randn(2, 3, 4).astype("float32")
M = onp.random.RandomState(1).randn(3, 3).astype("float32")


@pytest.mark.parametrize(("name", "args", "kwargs"), [
    ("dot", (X, X.transpose(0, 2, 1)), {}), ("matmul", (X, X[0].T), {}), ("matmul", (X, X.transpose(0, 2, 1)), {}),
    ("matmul", (X[0, 0], X.transpose(0, 2, 1)), {}), ("matmul", (X[:, None], X.transpose(0, 2, 1)), {}), ("inner", (X, X), {}),
    ("outer", (X, M), {}), ("vdot", (X, X), {}), ("kron", (M, X), {}), ("cross", (M, M[::-1].copy()), {"axis": 0}),
    ("tensordot", (X, X), {"axes": ([0, 2], [0, 2])}), ("trace", (X,), {"offset": 1, "axis1": 1, "axis2": 2}),
    ("linalg.det", (M,), {}), ("linalg.inv", (M,), {}), ("linalg.pinv", (X[0],), {}), ("linalg.cond", (M,), {"p": 1}),
    ("linalg.norm", (M,), {"ord": onp.inf}), ("linalg.norm", (X,), {"ord": -onp.inf, "axis": 1}),
    ("linalg.norm", (X,), {"ord": "nuc", "axis": (0, 2), "keepdims": True}), ("linalg.matrix_power", (M, -2), {}),
    ("linalg.tensorinv", (M,), {"ind": 1}), ("linalg.matrix_rank", (X,), {}), ("linalg.solve", (M, X[0, :, :2]), {})])
def test_as_numpy(name, args, kwargs):
    ours, theirs = np, onp
    for part in name.split("."):
        ours, theirs = getattr(ours, part), getattr(theirs, part)
    got = ours(*[np.array(a) if isinstance(a, onp.ndarray) else a for a in args], **kwargs).asnumpy()
    want = theirs(*args, **kwargs)
    assert got.shape == onp.shape(want)
    onp.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-5)


def tensordot_of(axes):
    return lambda x, w: NAMES["np.tensordot"].fn(x, w, axes)


@pytest.mark.parametrize("a, b", [((5, 4, 3), (3, 2)), ((2, 5, 4, 3), (3, 6)), ((0, 4, 3), (3, 2)), ((5, 3), (3, 2))])
def test_products_of_many_axes_and_their_gradients_are_products_of_matrices(a, b):
    """Else XLA copies what it has to transpose."""
    args = jnp.ones(a), jnp.ones(b)
    last = len(a) - 1
    for fn in (lambda x, w: contract(x, w, last, 0), lambda x, w: contract(w, x, 0, last), tensordot_of(1), tensordot_of([[last], [0]])):
        traced = jax.make_jaxpr(lambda *args, fn=fn: jax.vjp(fn, *args)[1](fn(*args)))(*args)
        products = [eqn for eqn in equations(traced.jaxpr) if eqn.primitive.name == "dot_general"]
        assert len(products) >= 3 and all(v.aval.ndim == 2 for eqn in products for v in eqn.invars)


@pytest.mark.parametrize("axes", [0, 1, 2, ((1,), (0,))])
def test_tensordot_with_a_0d_array_multiplies(axes):
    a, k = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array(3.0)
    for product in (np.tensordot(a, k, axes), np.tensordot(k, a, axes)):
        assert product.tolist() == [[3, 6], [9, 12]]


@pytest.mark.parametrize("dtype", ["int32", "int64", "float16", "bfloat16", "float32", "float64"])
def test_products_keep_the_dtype(dtype):
    a = np.array([[1, 2], [3, 4]], dtype="float32").astype(dtype)
    batch = npx.batch_dot(a[None], a[None])
    for r in (np.dot(a, a), a @ a, np.inner(a, a), np.tensordot(a, a, 1), np.einsum("ij,jk->ik", a, a), batch):
        assert r.dtype == dtype and r.asnumpy().reshape(-1)[0] in (7, 5)


def test_decompositions_give_back_the_matrix():
    a = np.array(X)
    u, s, v = np.linalg.svd(a)
    onp.testing.assert_allclose(((u * s[:, None, :]) @ v).asnumpy(), X, atol=1e-5)
    q, r = np.linalg.qr(a)
    onp.testing.assert_allclose((q @ r).asnumpy(), X, atol=1e-5)
    w, vectors = np.linalg.eigh(np.array(M @ M.T))
    onp.testing.assert_allclose(((vectors * w) @ vectors.T).asnumpy(), M @ M.T, atol=1e-5)
    assert (vectors.asnumpy()[onp.abs(vectors.asnumpy()).argmax(0), range(3)] > 0).all()
    L, Q = nd.linalg.gelqf(nd.array(X))[::-1]
    onp.testing.assert_allclose(nd.linalg.gemm2(L, Q).asnumpy(), X, atol=1e-5)
    w, vectors = np.linalg.eig(np.array([[2., 0.], [1., 3.]]))
    assert sorted(w.asnumpy().tolist()) == [2, 3]
    assert sorted(np.linalg.eigvals(np.array([[2., 0.], [1., 3.]])).asnumpy().tolist()) == [2, 3]


S = M @ M.T + 3 * onp.eye(3, dtype="float32")
AT_ONCE = {
    "inv": np.linalg.inv, "solve": lambda a: np.linalg.solve(a, a + 1),
    "solve, a vector": lambda a: np.linalg.solve(a, np.arange(a.shape[0], dtype=a.dtype)),
    "cholesky": np.linalg.cholesky, "upper": lambda a: np.linalg.cholesky(a, upper=True), "det": np.linalg.det,
    "slogdet": lambda a: np.linalg.slogdet(a)[1], "eigh": lambda a: np.linalg.eigh(a)[1], "eigvalsh": np.linalg.eigvalsh,
    "norm": lambda a: np.linalg.norm(a, 2, axis=(0, 1)), "cond": np.linalg.cond}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", AT_ONCE)
def test_small_matrices_are_numpys_and_have_the_same_gradients(name, dtype):
    fn = AT_ONCE[name]
    for n in (4, 7):
        a = np.array(onp.kron(onp.eye(3), S)[:n, :n] + onp.diag(onp.arange(n)), dtype=dtype)
        before = program.stats.programs
        found = fn(a).asnumpy()
        assert program.stats.programs == before
        a.attach_grad()
        with autograd.record():
            later = fn(a)
        later.backward()
        onp.testing.assert_allclose(found, later.asnumpy(), rtol=1e-4, atol=1e-4 * abs(found).max())
        assert found.dtype == later.dtype == dtype and onp.isfinite(a.grad.asnumpy()).all() and abs(a.grad.asnumpy()).max() > 0


def test_one_matrix_of_several_without_an_inverse():
    several = onp.stack([S, onp.ones((3, 3), "float32")])
    with pytest.raises(MXNetError, match="singular"):
        np.linalg.inv(np.array(several))
    with autograd.record():
        found = np.linalg.inv(np.array(several)).asnumpy()
    onp.testing.assert_allclose(found[0] @ S, onp.eye(3), atol=1e-4)
    assert not onp.isfinite(found[1]).all() and np.linalg.det(np.array(several))[1] == 0


def test_complex_eigenvalues_are_refused():
    with pytest.raises(MXNetError, match="an eigenvalue is complex"):
        np.linalg.eigvals(np.array([[0., -1.], [1., 0.]])).asnumpy()


@pytest.mark.parametrize("offset", [0, 1, -1, 3, -5])
def test_diagonals_and_triangles(offset):
    wide = X[0]
    x = np.array(wide)
    x.attach_grad()
    with autograd.record():
        y = np.diagonal(x, offset)
        total = (y * np.arange(1, y.size + 1)).sum()
    total.backward()
    want = onp.diagonal(wide, offset)
    grad = onp.zeros_like(wide)
    rows, columns = onp.nonzero(onp.eye(*wide.shape, offset))
    grad[rows, columns] = onp.arange(1, len(rows) + 1)
    onp.testing.assert_array_equal(y.asnumpy(), want)
    onp.testing.assert_array_equal(x.grad.asnumpy(), grad)
    assert np.trace(x, offset) == pytest.approx(want.sum(), rel=1e-5)
    row = nd.array([1., 2., 3.])
    onp.testing.assert_array_equal(nd.linalg.makediag(row, offset=offset).asnumpy(), onp.diag([1., 2., 3.], offset))


@pytest.mark.parametrize("args, kwargs", [(("U",), {}), ((True,), {}), ((), {"UPLO": "U"}), ((), {"upper": True})])
def test_which_triangle_holds_a_symmetric_matrix(args, kwargs):
    upper = np.array([[2., 9.], [1., 3.]])
    want = onp.linalg.eigvalsh([[2., 9.], [9., 3.]])
    for found in (np.linalg.eigvalsh(upper, *args, **kwargs), np.linalg.eigh(upper, *args, **kwargs)[0]):
        onp.testing.assert_allclose(found.asnumpy(), want, rtol=1e-5)
    onp.testing.assert_allclose(np.linalg.eigvalsh(upper, "L").asnumpy(), onp.linalg.eigvalsh([[2., 1.], [1., 3.]]), rtol=1e-5)
    with pytest.raises(TypeError, match="`upper` must be True or False"):
        np.linalg.eigvalsh(upper, upper)


def test_integers_are_decomposed_in_float64():
    a = np.array([[4, 2], [2, 3]], dtype="int32")
    assert [x.dtype for x in np.linalg.eigh(a)] == ["float64"] * 2 and np.linalg.solve(a, a).dtype == "float64"
    assert np.linalg.norm(np.array([1, 2, 4], dtype="int32")).dtype == "int32"


def test_shape_of_a_determinant_follows_the_np_shape_switch():
    one = nd.array([[4., 2.], [2., 3.]])
    assert nd.linalg.det(one).shape == nd.linalg.slogdet(one)[0].shape == (1,)
    with mx.util.np_shape(True):
        assert nd.linalg.det(one).shape == ()


def test_names_reach_one_operator():
    for name in ("gemm2", "potrf", "trsm", "extracttrian", "det"):
        assert getattr(nd.linalg, name).__doc__ == getattr(nd, f"linalg_{name}").__doc__


@pytest.mark.parametrize(("call", "text"), [
    (lambda: np.dot(np.ones((2, 3)), np.ones((2, 3))), r"np.dot\(float32\[2, 3\], float32\[2, 3\]\): shapes .* do not fit"),
    (lambda: np.dot(np.ones(2), np.ones(2, dtype="float64")), r"must have one dtype, got float32 and float64: cast"),
    (lambda: np.ones((2, 2)) @ 2, r"a number has no matrix product: multiply with `\*`"),
    (lambda: nd.batch_dot(nd.ones((2, 3)), nd.ones((3, 2))), r"same number of axes, at least 3"),
    (lambda: np.linalg.inv(np.ones((2, 2))), r"np.linalg.inv: the matrix of shape \(2, 2\) is singular"),
    (lambda: nd.linalg.potrf(nd.array([[1., 2.], [2., 1.]])), r"not positive definite"),
    (lambda: np.einsum("ij,jk->ik", np.ones((2, 3)), np.ones((2, 3))), r"subscripts 'ij,jk->ik' do not fit shapes"),
    (lambda: nd.norm(nd.ones(2), ord=3), r"`ord` must be 1 or 2, got 3; np.linalg.norm has the others")])
def test_errors_say_what_to_do(call, text):
    with pytest.raises(MXNetError, match=text):
        call()
