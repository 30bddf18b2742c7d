"""mx.test_utils: what MXNet 1.9.1 answers to the same calls, and checks that fail where they should."""
from __future__ import annotations

import os
import sys

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, nd, np
from mxshim import test_utils as T

nan, inf = onp.nan, onp.inf


def test_tolerances():
    f16, f32, f64 = (onp.dtype(n) for n in ("float16", "float32", "float64"))
    assert (T.get_rtol(), T.get_atol(), T.get_rtol(1e-3), T.get_rtol(dtype=f16), T.get_atol(dtype=f32)) == (1e-5, 1e-20, 1e-3, 1e-2, 1e-3)
    assert (T.get_etol(), T.get_etol(0.1), T.default_dtype()) == (0, 0.1, onp.float32)
    assert T.default_rtols()[f64] == 1e-5 and T.default_atols()[onp.dtype("int32")] == 0 and T.default_numeric_eps()[f32] == 2.0**-9
    assert T.get_tols(onp.ones(1), nd.array([1.0]), None, None) == (1e-4, 1e-3)
    assert T.get_tolerance(onp.ones(1, "int32"), None, T.default_rtols()) == 0
    assert T.effective_dtype(nd.ones(1, dtype="float16")) == f16


@pytest.mark.parametrize("a, b, kwargs, equal", [
    (1.0, 1.000001, {}, True), (1.0, 1.1, {}, False), ([1, 2], [1, 2], {}, True),
    (nd.array([1.0]), onp.array([1.0001]), {}, True), (nd.array([1.0]), nd.array([1.01]), {}, False),
    (nd.array([1.0], dtype="float16"), onp.array([1.005]), {}, True), (np.array([1.0]), nd.array([1.0]), {}, True),
    (onp.array([1, 2]), onp.array([1, 3]), {}, False), (onp.array([True]), onp.array([False]), {}, False),
    (onp.array([1, nan]), onp.array([1, nan]), {}, False), (onp.array([1, nan]), onp.array([1, nan]), {"equal_nan": True}, True),
    (onp.array([inf, 1]), onp.array([inf, 1]), {}, True), (onp.array([inf, 1]), onp.array([inf, 2]), {}, False),
    (onp.array([inf]), onp.array([1.0]), {}, False),
    (onp.ones((2, 1)), onp.ones((2, 2)), {}, True), (onp.ones((2, 1)), onp.ones((2, 2)), {"use_broadcast": False}, False),
    (onp.array([1.0]), onp.array([1.2]), {"rtol": 0.3}, True), (onp.array([1.0]), onp.array([1.2]), {"atol": 0.3}, True),
])
def test_assert_almost_equal(a, b, kwargs, equal):
    if equal:
        T.assert_almost_equal(a, b, **kwargs)
    else:
        with pytest.raises(AssertionError):
            T.assert_almost_equal(a, b, **kwargs)


def test_messages_name_the_worst_place():
    with pytest.raises(AssertionError) as error:
        T.assert_almost_equal(onp.array([[1.0, 2.0], [3, 4]]), onp.array([[1.0, 2.1], [3, 5]]), names=("x", "y"))
    text = str(error.value)
    assert "Error 20000.000000 exceeds tolerance rtol=1.000000e-05, atol=1.000000e-20 (mismatch 50.000000%)" in text  # MXNet's numbers
    assert "Location of maximum error: (1, 1), x=4.00000000, y=5.00000000" in text and "4761.904762 Location of error: (0, 1)" in text
    with pytest.raises(AssertionError, match="9090.909091"):
        T.assert_almost_equal(1.0, 1.1)
    with pytest.raises(AssertionError, match=r"a.shape = \(2,\) and b.shape = \(3,\)"):
        T.checkShapes(onp.ones(2), nd.ones(3))


def test_other_comparisons():
    one, other = onp.array([1.0, 2, 3, 4]), onp.array([1.0, 2, 3, 5])
    assert T.almost_equal(one, one) and not T.almost_equal(one, other) and T.almost_equal(nd.array(one), nd.array(one))
    assert T.same(nd.array(one), nd.array(one)) and not T.same(one, one[:3]) and not T.same(onp.array([nan]), onp.array([nan]))
    T.assert_almost_equal_with_err(one, other, etol=0.3)
    T.assert_almost_equal_ignore_nan(onp.array([1, nan]), onp.array([1, 2.0]))
    T.assert_allclose(nd.array(one), nd.array(one))
    T.compare_ndarray_tuple((nd.array(one), (nd.array(one), None)), (nd.array(one), (nd.array(one), None)))
    T.assert_exception(int, ValueError, "x")
    for fails in (lambda: T.assert_almost_equal_with_err(one, other, etol=0.1), lambda: T.assert_allclose(one, one + 1e-5),
                  lambda: T.assert_almost_equal_ignore_nan(onp.array([1, nan]), onp.array([2, nan])),
                  lambda: T.compare_ndarray_tuple((nd.array(one),), (nd.array(other),)), lambda: T.assert_exception(int, ValueError, "1")):
        with pytest.raises(AssertionError):
            fails()
    x = nd.array([1, 2])
    assert T.same_array(x, x) and T.same_array(x, x.detach()) and not T.same_array(x, x.copy()) and x.asnumpy().tolist() == [1, 2]


def test_random_arrays_are_mxnets():
    onp.random.seed(0)
    assert (T.rand_shape_2d(), T.rand_shape_3d(), T.rand_shape_nd(4)) == ((6, 1), (4, 4, 8), (10, 4, 6, 3))
    assert T.rand_shape_2d(3, 4, True) == (0, 0) and T.rand_coord_2d(0, 3, 2, 5) == (0, 2)
    onp.random.seed(0)
    x = T.rand_ndarray((3, 2), dtype="float64")
    assert x.dtype == onp.float64 and x.asnumpy()[0].tolist() == [1.764052391052246, 0.40015721321105957]
    onp.random.seed(0)
    a, b = T.random_uniform_arrays((2,), (1,), low=-2, high=3, dtype="float64")
    assert a.round(8).tolist() == [0.74406752, 1.57594683] and b.round(8).tolist() == [1.01381688]
    onp.random.seed(7)
    assert [T.random_sample(list(p), k) for p, k in (("1234", 2), ("123", 3), ("abcdef", 4))] == [list("32"), list("123"), list("afcb")]
    with pytest.raises(AssertionError, match="3 of 2"):
        T.random_sample([1, 2], 3)
    assert T.random_arrays((2, 2)).dtype == "float32" and [s.shape for s in T.random_arrays((2,), ())] == [(2,), ()]


def test_sparse_arrays():
    onp.random.seed(0)
    x, (values, rows) = T.rand_sparse_ndarray((6, 2), "row_sparse", density=0.6)
    assert x.stype == "row_sparse" and rows.tolist() == x.indices.asnumpy().tolist() and onp.allclose(x.data.asnumpy(), values)
    assert T.rand_ndarray((3, 2), "row_sparse", density=0).asnumpy().tolist() == [[0, 0]] * 3
    y, (indptr, indices, values) = T.rand_sparse_ndarray((5, 4), "csr", density=0.5, data_init=2.0, modifier_func=lambda v: v + 1)
    assert y.indptr.asnumpy().tolist() == indptr.tolist() and set(values) == {3.0} and (y.asnumpy() == 3).sum() == len(indices) > 0
    z = T.create_sparse_array_zd((4, 2), "row_sparse", 0.9, rsp_indices=[2, 0])
    assert z.indices.asnumpy().tolist() == [0, 2] and (y._num_aux, z._num_aux) == (2, 1)
    assert y._aux_types == [np.int64, np.int64] and z._aux_types == [np.int64]
    power = T.rand_ndarray((4, 16), "csr", density=0.45, distribution="powerlaw").asnumpy()
    assert (power != 0).sum(1).tolist() == [2, 4, 8, 14] and (power[0] != 0).nonzero()[0].tolist() == [0, 1]
    assert (T.rand_ndarray((5, 5), "csr", density=0.5, distribution="powerlaw").asnumpy() != 0).sum(1).tolist() == [2, 4, 4, 1, 1]
    for density, text in ((0.1, "twice as many"), (0.5, "too large")):
        with pytest.raises(ValueError, match=text):
            T.rand_ndarray((4, 16), "csr", density=density, distribution="powerlaw")
    with pytest.raises(ValueError, match="stype must be"):
        T.rand_sparse_ndarray((2, 2), "coo")


def test_shuffled_columns():
    assert T.array is mx.nd.array

    class Csr:  # as scipy.sparse's
        indptr, indices, data = onp.array([0, 3, 6]), onp.array([0, 1, 2, 0, 2, 3]), onp.arange(6)

    onp.random.seed(3)
    T.shuffle_csr_column_indices(Csr)
    assert Csr.indices.tolist() == [1, 0, 2, 0, 3, 2] and Csr.data.tolist() == list(range(6))  # as MXNet's does


def test_patterns_and_reductions():
    ones = onp.ones((2, 3, 4))
    assert T.np_reduce(ones, (0, 1), True, onp.sum).tolist() == [[[6] * 4]] and T.np_reduce(ones, None, False, onp.sum) == 24
    assert T.collapse_sum_like(ones, (3, 1)).tolist() == [[8], [8], [8]]
    with pytest.raises(AssertionError, match="does not broadcast"):
        T.collapse_sum_like(ones, (2,))
    assert T.assign_each(onp.array([1, 4.0]), onp.sqrt).tolist() == [1, 2] and T.assign_each(onp.array([1, 4.0]), None).tolist() == [1, 4]
    assert T.assign_each2(onp.array([1, 4.0]), onp.array([1, 2.0]), lambda a, b: a + b).tolist() == [2, 6]
    assert T.create_vector(3).asnumpy().tolist() == [0, 1, 2] and T.create_vector(3).dtype == onp.int64
    assert T.create_2d_tensor(2, 3).asnumpy().tolist() == [[0] * 3, [1] * 3] and type(T.create_2d_np_tensor(1, 1)) is np.ndarray
    for make in (T.new_matrix_with_real_eigvals_nd, T.new_sym_matrix_with_real_eigvals_nd):
        assert all(onp.isreal(onp.linalg.eigvals(m)).all() for m in make((3, 4, 4)))
    q = T.new_orthonormal_matrix_2d(3)
    assert onp.allclose(q @ q.T, onp.identity(3))


def test_generators():
    onp.random.seed(0)
    buckets, probs = T.gen_buckets_probs_with_ppf(lambda p: p, 4)
    assert buckets[1] == (0.25, 0.5) and probs == [0.25] * 4
    p, observed, expected = T.chi_square_check(lambda n: onp.random.uniform(0, 1, n), buckets, probs, 1000)
    assert 0.001 < p < 1 and observed.sum() == 1000 and expected.tolist() == [250] * 4
    assert T.chi_square_check(lambda n: onp.arange(n) % 2, [0, 1], [0.5, 0.5], 1000)[0] == 1
    assert len(T.verify_generator(lambda n: onp.random.uniform(0, 1, n), buckets, probs, 1000)) == 5
    with pytest.raises(AssertionError, match="Chi-square"):
        T.verify_generator(lambda n: onp.random.uniform(0, 0.7, n), buckets, probs, 1000)
    normal = lambda n: nd.array(onp.random.normal(0, 1, n))
    assert T.mean_check(normal, 0, 1, 1000) and not T.mean_check(normal, 1, 1, 1000)
    assert T.var_check(normal, 1, 1000) and not T.var_check(normal, 2, 1000)


class Wrong(mx.autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x * x

    def backward(self, dy):
        x, = self.saved_tensors
        return dy * x  # half of it


def test_numeric_gradients():
    onp.random.seed(0)
    x, y = onp.array([[1.0, 2], [3, 4]]), onp.array([[2.0, 1]])
    found = T.numeric_grad(lambda a, b: a * a * b, [x, y], eps=1e-2, dtype=onp.float64)
    assert onp.allclose(found[0], 2 * x * y) and onp.allclose(found[1], (x * x).sum(0, keepdims=True))
    T.check_numeric_gradient(lambda a, b: nd.dot(a, b), [x, y.T], rtol=1e-2)
    T.check_numeric_gradient(lambda data, index: nd.take(data, index), {"data": x, "index": onp.array([0, 1, 1])}, rtol=1e-2)
    with pytest.raises(ValueError, match="arguments a, got b"):
        T.check_numeric_gradient(mx.sym.var("a") * 2, {"b": x})
    T.check_numeric_gradient(lambda a: np.tanh(a), [np.array(x)], grad_nodes={0: "add"}, dtype=onp.float64, rtol=1e-4, atol=1e-6)
    net = gluon.nn.Dense(2)
    net.initialize()
    T.check_numeric_gradient(net, [x], rtol=1e-2)
    with pytest.raises(AssertionError, match="NUMERICAL_0"):
        T.check_numeric_gradient(lambda a: Wrong()(a), [x], rtol=1e-2)
    with pytest.raises(TypeError, match="a Block or a Symbol"):
        T.check_numeric_gradient("symbol", [x])


def test_hybridized_blocks():
    T.check_gluon_hybridize_consistency(lambda: gluon.nn.Dense(2, activation="relu"), [nd.array([[1.0, 2, 3]])])
    T.check_gluon_hybridize_consistency(lambda: gluon.nn.LeakyReLU(0.5), [nd.array([-1.0, 2])], lambda x: onp.where(x > 0, x, x / 2))
    with pytest.raises(AssertionError, match="numpy_func"):
        T.check_gluon_hybridize_consistency(lambda: gluon.nn.LeakyReLU(0.5), [nd.array([-1.0, 2])], lambda x: x, test_grad=False)


def test_optimizers():
    T.compare_optimizer(mx.optimizer.SGD(momentum=0.1), mx.optimizer.SGD(momentum=0.1), (2, 2), onp.float32)
    T.compare_optimizer(mx.optimizer.Adam(), mx.optimizer.Adam(), [(2, 2), (3,)], onp.float32, ntensors=2)
    with pytest.raises(AssertionError, match="weight of opt1"):
        T.compare_optimizer(mx.optimizer.SGD(), mx.optimizer.SGD(learning_rate=0.5), (2, 2), onp.float32)


def test_surroundings(monkeypatch, capfd):
    monkeypatch.setenv("MXSHIM_A", "1")
    monkeypatch.delenv("MXSHIM_B", raising=False)
    with T.environment({"MXSHIM_A": None, "MXSHIM_B": "2"}):
        assert "MXSHIM_A" not in os.environ and os.environ["MXSHIM_B"] == "2"
        with T.environment("MXSHIM_B", "3"):
            assert T.getenv("MXSHIM_B") == "3"
    assert os.environ["MXSHIM_A"] == "1" and "MXSHIM_B" not in os.environ
    tries = []

    @T.retry(3)
    def flaky():
        tries.append(1)
        assert len(tries) > 2

    flaky()
    tries.clear()
    with pytest.raises(AssertionError):
        T.retry(2)(flaky.__wrapped__)()
    with T.discard_stderr():
        print("dropped", file=sys.__stderr__, flush=True)
    assert "dropped" not in capfd.readouterr().err
    assert T.list_gpus() == range(mx.context.num_gpus()) and not T.is_cd_run() and T.default_context() == mx.current_context()
    loader = gluon.data.DataLoader([1, 2, 3], 2)
    forever = T.DummyIter(loader)
    assert isinstance(forever, mx.io.DataIter) and forever.reset() is None
    assert [next(forever).asnumpy().tolist() for _ in range(3)] == [[1, 2]] * 3


def test_checks_of_symbols():
    a, b = mx.sym.var("a"), mx.sym.var("b")
    s = a * b + a
    x, y = onp.array([1., 2.]), onp.array([3., 4.])
    T.check_symbolic_forward(s, [x, y], [x * y + x])
    T.check_symbolic_backward(s, {"a": x, "b": y}, [onp.ones(2) * 2], {"a": 2 * y + 2, "b": 2 * x})
    T.check_symbolic_backward(s, [x, y], None, [y + 1, x], grad_req="add")
    with pytest.raises(AssertionError):
        T.check_symbolic_forward(s, [x, y], [x * y])
    with pytest.raises(AssertionError):
        T.check_symbolic_backward(s, [x, y], None, {"b": y})
    assert T.simple_forward(s, a=x, b=y).tolist() == [4, 10]
    assert T.same_symbol_structure(s, mx.sym.var("p") * b + b) is False and T.same_symbol_structure(s, s.__copy__())
    d = mx.sym.FullyConnected(a, num_hidden=2, name="f")
    location = {"a": onp.random.rand(2, 3), "f_weight": onp.random.rand(2, 3), "f_bias": onp.random.rand(2)}
    T.check_numeric_gradient(d, location, rtol=1e-2, atol=1e-2)
    T.check_consistency(d, [{"ctx": mx.cpu(), "a": (2, 3), "type_dict": {"a": t}} for t in ("float32", "float64")])
    assert T.check_speed(d, N=2, a=(2, 3)) > 0
    T.check_numeric_gradient(d, location, grad_nodes={"a": "null"})


def test_dtypes_of_what_symbols_are_checked_with():
    c, x, y = (mx.sym.var(n) for n in "cxy")
    w, which, numbers = mx.sym.where(c, x, y), onp.array([[1, 0], [0, 1]]), onp.array([[1, 2], [3, 4]])
    T.check_numeric_gradient(w, [which, numbers, 2 * numbers], grad_nodes=["x", "y"])  # integers of NumPy's become float32
    assert T.check_symbolic_forward(w, [which, numbers, numbers], [numbers])[0].dtype == onp.float32
    own = [mx.nd.array(which, dtype="int32"), *[mx.nd.array(numbers, dtype="float64")] * 2]  # mxshim's stay
    assert T.check_symbolic_forward(w, own, [numbers])[0].dtype == onp.float64
    assert T.check_symbolic_forward(w, [which, numbers, numbers], [numbers], dtype="asnumpy")[0].dtype == onp.int64


def test_a_star_import_brings_what_mxnets_module_imports():
    names = {}
    exec("from mxshim.test_utils import *", names)
    assert names["mx"] is mx and names["np"] is onp and names["rnd"] is onp.random and names["os"] is os
    assert names["OrderedDict"]().__class__.__name__ == "OrderedDict"


def test_environment_by_its_older_name():
    before = os.environ.get("MXSHIM_TEST_VARIABLE")
    with T.EnvManager("MXSHIM_TEST_VARIABLE", "1"):
        assert os.environ["MXSHIM_TEST_VARIABLE"] == "1"
    assert os.environ.get("MXSHIM_TEST_VARIABLE") == before
