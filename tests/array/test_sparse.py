"""Sparse arrays. What is expected was measured on MXNet 1.9.1, except where a test says that it differs."""
from __future__ import annotations

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd
from mxshim.array.sparse import BaseSparseNDArray, CSRNDArray, RowSparseNDArray
from mxshim.base import NotSupportedForSparseNDArray

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")  # that is what tables do

A = onp.array([[1, 0, 2, 0], [0, 0, 0, 0], [0, 3, 0, 0]], "float32")
R = onp.array([[0, 0], [1, 2], [0, 0], [3, 4], [0, 0]], "float32")
D = onp.arange(12, dtype="float32").reshape(3, 4)
D2 = onp.arange(10, dtype="float32").reshape(5, 2)


@pytest.fixture
def a():
    return nd.sparse.csr_matrix(([1., 2., 3.], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))


@pytest.fixture
def r():
    return nd.sparse.row_sparse_array(([[1., 2.], [3., 4.]], [1, 3]), shape=(5, 2))


def kind(x):
    return "dense" if type(x) is nd.NDArray else x.stype


def same(x, stype, want):
    """Storage, dtype, shape and elements."""
    assert kind(x) == stype
    assert (x.dtype, x.shape) == (onp.asarray(want).dtype.type, onp.shape(want))
    onp.testing.assert_allclose(x.asnumpy(), want, rtol=1e-6)
    if stype == "csr":
        assert x.indptr.shape == (x.shape[0] + 1,) and int(x.indptr.asnumpy()[-1]) == x.data.shape[0]
    if stype != "dense":
        assert x.indices.dtype is onp.int64 and x.indices.shape == x.data.shape[:1]
        onp.testing.assert_array_equal(x.tostype("default").asnumpy(), x.asnumpy())


# Making them.

def test_facts(a, r):
    same(a, "csr", A)
    same(r, "row_sparse", R)
    assert isinstance(a, nd.NDArray) and isinstance(r, nd.NDArray) and not isinstance(nd.ones(1), BaseSparseNDArray)
    assert (a.stype, a.shape, a.ndim, len(a), a.dtype, a.ctx) == ("csr", (3, 4), 2, 3, onp.float32, mx.current_context())
    assert a.data.asnumpy().tolist() == [1, 2, 3] and a.indices.asnumpy().tolist() == [0, 2, 1]
    assert a.indptr.asnumpy().tolist() == [0, 2, 2, 3]
    assert r.data.asnumpy().tolist() == [[1, 2], [3, 4]] and r.indices.asnumpy().tolist() == [1, 3]
    a.data[:] = 9  # a copy
    same(a, "csr", A)


def test_repr(a, r):
    assert repr(a) == str(a) == f"\n<CSRNDArray 3x4 @{mx.current_context()}>"
    assert f"{r}" == f"\n<RowSparseNDArray 5x2 @{mx.current_context()}>"


class Scipy:
    """What a SciPy matrix is to csr_matrix."""

    shape = (2, 2)

    def tocsr(self):
        return self

    copy = tocsr
    data, indices, indptr = onp.array([1., 2.]), onp.array([0, 1], "int32"), onp.array([0, 1, 2], "int32")

    def sum_duplicates(self):
        pass


@pytest.mark.parametrize("make, want", [
    (lambda: nd.sparse.csr_matrix(nd.array(D)), D),
    (lambda: nd.sparse.csr_matrix(onp.eye(3)), onp.eye(3)),  # NumPy's dtype stays
    (lambda: nd.sparse.csr_matrix([[1, 0], [0, 2]]), onp.array([[1, 0], [0, 2]], "float32")),
    (lambda: nd.sparse.csr_matrix((3, 4)), onp.zeros((3, 4), "float32")),
    (lambda: nd.sparse.csr_matrix((3, 4), dtype="float64"), onp.zeros((3, 4))),
    (lambda: nd.sparse.csr_matrix(Scipy()), onp.diag([1., 2.])),
    (lambda: nd.sparse.csr_matrix(([1., 2.], ([0, 1], [1, 0])), shape=(2, 3)), onp.array([[0., 1, 0], [2, 0, 0]])),
    (lambda: nd.sparse.csr_matrix(([1., 2.], ([1, 0], [1, 0]))), onp.array([[2., 0], [0, 1]])),
    (lambda: nd.sparse.csr_matrix(([1., 2.], ([0, 0], [1, 1])), shape=(2, 3)), onp.array([[0., 3, 0], [0, 0, 0]])),
    (lambda: nd.sparse.csr_matrix(([1, 2, 3], [0, 2, 1], [0, 2, 2, 3])), A[:, :3]),
    (lambda: nd.sparse.csr_matrix((onp.array([1, 2, 3], "int32"), [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4)), A.astype("int32")),
    (lambda: nd.sparse.csr_matrix((nd.array([1, 2, 3]), nd.array([0, 2, 1]), nd.array([0, 2, 2, 3])), shape=(3, 4)), A),
    (lambda: nd.sparse.csr_matrix(([1., 2., 3.], [2, 0, 1], [0, 2, 2, 3]), shape=(3, 4)), A[:, [2, 1, 0, 3]] + 0),  # unsorted
    (lambda: nd.sparse.csr_matrix(([], [], [0, 0, 0]), shape=(2, 3)), onp.zeros((2, 3), "float32")),
    (lambda: nd.sparse.zeros("csr", (2, 3)), onp.zeros((2, 3), "float32")),
    (lambda: nd.sparse.empty("csr", (2, 3), dtype="int32"), onp.zeros((2, 3), "int32")),
    (lambda: nd.zeros((2, 3), stype="csr"), onp.zeros((2, 3), "float32")),
    (lambda: nd.array(D).tostype("csr"), D),
    (lambda: nd.array(D, dtype="float16").tostype("csr"), D.astype("float16")),
    (lambda: nd.sparse.cast_storage(nd.array(D), "csr"), D),
    (lambda: nd.sparse.array(nd.sparse.csr_matrix(A), dtype="float16"), A.astype("float16")),
])
def test_csr_from(make, want):
    same(make(), "csr", want)


@pytest.mark.parametrize("make, want", [
    (lambda: nd.sparse.row_sparse_array(nd.array(R)), R),
    (lambda: nd.sparse.row_sparse_array(onp.eye(3)), onp.eye(3)),
    (lambda: nd.sparse.row_sparse_array((5, 2)), onp.zeros((5, 2), "float32")),
    (lambda: nd.sparse.row_sparse_array((5, 2, 3)), onp.zeros((5, 2, 3), "float32")),
    (lambda: nd.sparse.row_sparse_array(([[1., 2.]], [1])), onp.array([[0, 0], [1, 2]], "float32")),
    (lambda: nd.sparse.row_sparse_array(([[3., 4.], [1., 2.]], [3, 1]), shape=(5, 2)), R),
    (lambda: nd.sparse.row_sparse_array(([1., 2.], [1, 2]), shape=(4,), dtype="float16"), onp.array([0, 1, 2, 0], "float16")),
    (lambda: nd.sparse.zeros("row_sparse", (2,), dtype="float64"), onp.zeros(2)),
    (lambda: nd.array([0., 2.]).tostype("row_sparse"), onp.array([0, 2], "float32")),
])
def test_row_sparse_from(make, want):
    same(make(), "row_sparse", want)


def test_kept_zeros(a):
    x = nd.sparse.csr_matrix(([1., 0., 3.], [0, 2, 1], [0, 2, 2, 3]), shape=(3, 4))
    for y in (x, x.copy(), x.tostype("csr"), x * 2, x.astype("float64"), x.as_in_context(mx.cpu(1)), copy.deepcopy(x)):
        assert y.data.shape == (3,)
    assert x.tostype("default").tostype("csr").data.shape == (2,)


@pytest.mark.parametrize("call, error, text", [
    (lambda: nd.sparse.csr_matrix(([1., 2.], [0], [0, 1]), shape=(1, 4)), MXNetError, r"data has shape \(2,\), indices \(1,\)"),
    (lambda: nd.sparse.csr_matrix(([1.], [0], [0, 1]), shape=(1, 4, 5)), ValueError, "two dimensions"),
    (lambda: nd.sparse.csr_matrix(([], [], [0])), ValueError, "needs shape="),
    (lambda: nd.sparse.csr_matrix((1, 2, 3, 4)), ValueError, "a tuple must be"),
    (lambda: nd.sparse.csr_matrix(([1.], [0]), shape=(2, 2)), ValueError, "a tuple must be"),
    (lambda: nd.sparse.csr_matrix(onp.ones((2, 2, 2))), ValueError, "two dimensions"),
    (lambda: nd.sparse.csr_matrix(onp.ones((2, 2)), shape=(3, 2)), ValueError, r"shape \(2, 2\), shape= says \(3, 2\)"),
    (lambda: nd.sparse.csr_matrix(nd.sparse.zeros("row_sparse", (2, 2))), ValueError, "from a RowSparseNDArray"),
    (lambda: nd.sparse.csr_matrix("x"), TypeError, "array like"),
    (lambda: nd.sparse.row_sparse_array(([[1., 2.]], [1]), shape=(5, 3)), MXNetError, r"have shape \(1, 3\), the data has \(1, 2\)"),
    (lambda: nd.sparse.row_sparse_array((5,)), ValueError, "two or more sizes"),
    (lambda: nd.sparse.zeros("foo", (2, 3)), ValueError, "no storage type 'foo'"),
    (lambda: nd.sparse.zeros("csr", (2,)), ValueError, "two dimensions"),
    (lambda: nd.sparse.empty("default", (2,)), MXNetError, "no storage type 'default'"),
    (lambda: nd.sparse.array(nd.ones((2, 2))), AssertionError, "tostype"),
    (lambda: nd.sparse.array(onp.ones((2, 2))), ValueError, "must be sparse"),
    (lambda: nd.ones((2,)).tostype("csr"), ValueError, "two dimensions"),
    (lambda: nd.ones((2, 2)).tostype("foo"), MXNetError, "no storage type 'foo'"),
])
def test_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_check_format(a, r):
    a.check_format(), r.check_format()
    nd.sparse.zeros("csr", (2, 2)).check_format()
    for bad in (nd.sparse.csr_matrix(([1., 2.], [2, 0], [0, 2]), shape=(1, 3)),
                nd.sparse.row_sparse_array(([[1.], [2.]], [3, 1]), shape=(5, 1))):
        with pytest.raises(MXNetError, match="must ascend"):
            bad.check_format()


@pytest.mark.parametrize("indices, indptr, text", [
    ([0, 9, 1], [0, 1, 2, 3], r"in \[0, 4\), got 9"), ([0, -1, 1], [0, 1, 2, 3], "got -1"), ([1, 1, 1], [0, 2, 2, 3], "named twice"),
    ([0, 2, 1], [0, 5, 2, 3], "rising from 0 to 3"), ([0, 2, 1], [0, 2, 2, 4], "rising"), ([0, 2, 1], [0, -2, 2, 3], "rising"),
    ([1, 9], None, r"in \[0, 3\), got 9"), ([1, -1], None, "got -1"), ([1, 1], None, "named twice")])
def test_faulty_indices(indices, indptr, text):
    """They can be made and looked at, as in MXNet; what computes with them raises, where MXNet reads foreign memory."""
    if indptr is None:
        x = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], indices), shape=(3, 2))
    else:
        x = nd.sparse.csr_matrix(([7, 8, 9], indices, indptr), shape=(3, 4))
        assert x.indptr.asnumpy().tolist() == indptr
    for y in (x, x.copy()):
        assert y.indices.asnumpy().tolist() == indices and y.data.shape[0] == len(indices)
        y.check_format(full_check=False)
        for call in (y.check_format, y.asnumpy, lambda y=y: y * 2, lambda y=y: y + y, lambda y=y: nd.dot(y, nd.ones((y.shape[1], 1))),
                     lambda y=y: nd.sparse.sum(y), lambda y=y: y.tostype("default").asnumpy()):
            with pytest.raises(MXNetError, match=text):
                call()


# Copies and conversions.

def test_conversions(a, r):
    same(a.tostype("default"), "dense", A)
    same(r.tostype("row_sparse"), "row_sparse", R)
    same(a.astype("float64"), "csr", A.astype("float64"))
    same(r.astype("int32"), "row_sparse", R.astype("int32"))
    assert a.astype("float32", copy=False) is a and a.as_in_context(mx.current_context()) is a and a.as_nd_ndarray() is a
    for call in (lambda: a.tostype("row_sparse"), lambda: r.tostype("csr"), lambda: a.as_np_ndarray()):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(MXNetError, match="no storage type"):
        a.tostype("foo")
    for call, error in ((lambda: a.reshape((4, 3)), NotSupportedForSparseNDArray), (lambda: a.size, NotImplementedError),
                        (lambda: a.asscalar(), NotImplementedError), (lambda: bool(a), ValueError)):
        with pytest.raises(error):
            call()
    with pytest.raises(NotSupportedForSparseNDArray, match="views"):
        a.expand_dims(0, inplace=True)


def test_copyto(a, r):
    target = nd.zeros((3, 4))
    assert a.copyto(target) is target
    same(target, "dense", A)
    target = nd.sparse.zeros("csr", (3, 4), dtype="float64")
    assert a.copyto(target) is target
    same(target, "csr", A.astype("float64"))
    same(nd.array(D).copyto(nd.sparse.zeros("row_sparse", (3, 4))), "row_sparse", D)
    same(a.copyto(mx.cpu(1)), "csr", A)
    with pytest.raises(TypeError, match="csr array cannot be copied into a row_sparse"):
        a.copyto(nd.sparse.zeros("row_sparse", (3, 4)))
    with pytest.raises(MXNetError, match="must be equal"):
        a.copyto(nd.zeros((4, 4)))
    with pytest.warns(RuntimeWarning):
        assert a.copyto(a) is False


def test_pickle_and_files(a, r, tmp_path):
    for x, want in ((a, A), (r, R)):
        same(pickle.loads(pickle.dumps(x)), x.stype, want)
        same(copy.deepcopy(x), x.stype, want)
    path = str(tmp_path / "x.params")
    nd.save(path, {"a": a, "r": r, "none": nd.sparse.zeros("csr", (2, 2)), "dense": nd.array(D)})
    found = nd.load(path)
    same(found["a"], "csr", A)
    same(found["r"], "row_sparse", R)
    same(found["none"], "csr", onp.zeros((2, 2), "float32"))
    same(found["dense"], "dense", D)


def test_scipy(a):
    scipy = pytest.importorskip("scipy.sparse")
    found = a.asscipy()
    onp.testing.assert_array_equal(found.toarray(), A)
    same(nd.sparse.csr_matrix(found), "csr", A)
    same(nd.sparse.csr_matrix(scipy.coo_matrix(A)), "csr", A)  # differs: MXNet takes csr only
    same(nd.sparse.array(scipy.csr_matrix(onp.eye(3))), "csr", onp.eye(3))


# Indices and writes.

@pytest.mark.parametrize("key, rows", [(0, [0]), (-1, [2]), (2, [2]), (onp.int64(1), [1]), (slice(1, 3), [1, 2]), (slice(-2, None), [1, 2]),
                                       (slice(0, 10), [0, 1, 2]), (slice(1, 1), [])])
def test_rows(a, key, rows):
    same(a[key], "csr", A[rows])
    same(nd.array(A).tostype("csr")[key], "csr", A[rows])


def test_indices(a, r):
    assert a[:] is a and r[:] is r
    assert [x.asnumpy().tolist() for x in a] == [[row.tolist()] for row in A]
    for key in ((0, 1), slice(None, None, 2), [0, 1], None, 1.5, Ellipsis):
        with pytest.raises(ValueError):
            a[key]
    with pytest.raises(IndexError, match="row 5 is out of bounds for 3 rows"):  # differs: MXNet gives no rows
        a[5]
    for key in (0, slice(1, 2)):
        with pytest.raises(MXNetError, match=r"only x\[:\] is offered"):
            r[key]


def test_writes(a, r):
    other = a.detach()  # the same memory
    a[:] = nd.array(D)
    same(other, "csr", D)
    a[:] = onp.eye(3, 4)
    same(a, "csr", onp.eye(3, 4, dtype="float32"))
    a[:] = nd.sparse.csr_matrix(A)
    same(other, "csr", A)
    r[:] = 7
    same(r, "row_sparse", onp.full((5, 2), 7, "float32"))
    r[:] = nd.sparse.row_sparse_array(R.astype("float64"))
    same(r, "row_sparse", R)
    for write, error in ((lambda: a.__setitem__(0, 1), TypeError), (lambda: r.__setitem__(1, 2), TypeError),
                         (lambda: a.__setitem__(slice(None), 1), ValueError), (lambda: a.__setitem__(slice(None), [[1]]), TypeError),
                         (lambda: a.__setitem__(slice(None), nd.ones((3, 1))), MXNetError)):
        with pytest.raises(error):
            write()
    dense = nd.zeros((3, 4))
    dense[:] = a
    same(dense, "dense", A)


def test_inplace(a, r):
    x = a
    x += x
    assert x is a
    same(a, "csr", 2 * A)
    a *= 2
    a /= 4
    same(a, "csr", A)
    a += 1
    same(a, "csr", A + 1)
    a -= nd.array(D)
    same(a, "csr", A + 1 - D)
    r -= r
    same(r, "row_sparse", 0 * R)


# Arithmetic: the storage of results.

ARITHMETIC = {
    "csr": """a+a a-a a*a a*2 2*a a/2 a*0 -a abs(a) a+0 0+a a-0 a>0 a!=0 a<0 a==1 a>=1 0<a a*d a*d[:1] a*d[:,:1] a/(d[:1]+1)
        a.take(nd.array([0,2])) a.sqrt() a.square() a.sin() a.relu() a.clip(0,1) a.expm1() a.zeros_like()
        a.slice((0,1),(2,3)) a*b b*a a+b b-a a*nd.ones((1,1))
        nd.sparse.concat(a,b,dim=0) nd.sparse.add(a,b) nd.sparse.multiply(a,3) nd.sparse.elemwise_mul(a,d) nd.sparse.sqrt(a)
        nd.sparse.tanh(a) nd.sparse.stop_gradient(a) nd.sparse.slice(a,begin=(0,),end=(2,)) nd.sparse.zeros_like(a)
        nd.sparse.dot(d.T,a) nd.sparse.dot(d,a,transpose_b=True) nd.sparse.dot(a,d.T,forward_stype='csr')""",
    "row_sparse": """r+r r-r r*r r*2 r/2 -r r>0 r*e r+s s-r r*s s*r r.sign() r.clip(0,1) nd.sparse.retain(r,nd.array([1,2]))
        r.retain(nd.array([3,1])) nd.sparse.add_n(r,s,r) nd.sparse.elemwise_add(r,s) nd.sparse.negative(r) r.zeros_like()
        nd.sparse.dot(a,d,transpose_a=True)""",
    "dense": """a/b a+1 1+a a-1 1-a 2/a a**2 a%2 2**a a==0 a>=0 a<=0 a==a a!=a a>b a+d d+a a-d d-a d*a d/(a+1) a/(d+1) r+1 r+e
        e+r e*r r-e r/(e+1) r**2 r*e[:1] r+e[:1] a+c a*c a.exp() a.cos() a.sigmoid() a.sum() a.sum(axis=0) a.mean()
        a.max() a.norm() a.T a.transpose() a.expand_dims(0) a.ones_like() a.clip(1,2) nd.sparse.exp(a)
        nd.sparse.sum(a,axis=1) nd.sparse.mean(a) nd.sparse.elemwise_div(a,d+1) nd.sparse.where(a,d,d)
        nd.sparse.concat(a,b,dim=1) nd.sparse.concat(a,d,dim=0) nd.sparse.add(a,d) nd.sparse.add_n(r,e)
        nd.sparse.slice(a,begin=(0,0),end=(3,4),step=(2,1)) nd.sparse.dot(a,d.T) nd.sparse.dot(a,d,transpose_b=True)
        nd.sparse.dot(a,a,transpose_b=True) nd.sparse.dot(d,a,transpose_a=True) nd.sparse.dot(r,e,transpose_a=True)
        nd.sparse.dot(d,d.T) nd.sparse.dot(a,r4)""",
}


def scope(dense: bool):
    names = {
        "a": nd.array(A), "b": nd.array(A[::-1] * 2 + onp.eye(3, 4, dtype="float32")), "d": nd.array(D), "e": nd.array(D2),
        "r": nd.array(R), "s": nd.array(R[[1, 0, 2, 3, 4]] * 3), "c": nd.array(D), "r4": nd.array(R[:4]),
    }
    if not dense:
        storage = {"a": "csr", "b": "csr", "r": "row_sparse", "s": "row_sparse", "c": "row_sparse", "r4": "row_sparse"}
        names |= {n: names[n].tostype(s) for n, s in storage.items()}
    return names | {"nd": nd}


@pytest.mark.parametrize("stype, code", [(stype, code) for stype, codes in ARITHMETIC.items() for code in codes.split()])
def test_storage_of_results(stype, code):
    """Outside graphs and inside, the elements are those that dense arrays give."""
    plain = code.replace("nd.sparse.retain(r,nd.array([1,2]))", "r*nd.array([[0],[1],[1],[0],[0]])")
    plain = plain.replace("r.retain(nd.array([3,1]))", "r*nd.array([[0],[1],[0],[1],[0]])").replace(",forward_stype='csr'", "")
    want = eval(plain.replace("nd.sparse.", "nd."), scope(True))
    with onp.errstate(all="ignore"):
        same(eval(code, scope(False)), stype, want.asnumpy())
        names = scope(False)
        for x in ("a", "r"):
            names[x].attach_grad()
        with autograd.record():
            found = eval(code, names)
        same(found, stype, want.asnumpy())


def test_union_and_first_pattern(r):
    s = nd.sparse.row_sparse_array(([[5., 6.]], [0]), shape=(5, 2))
    assert (r + s).indices.asnumpy().tolist() == [0, 1, 3]
    assert (r * s).indices.asnumpy().tolist() == [1, 3]
    assert (r - r).indices.asnumpy().tolist() == [1, 3]


def test_undefined_in_mxnet_is_right_here(a):
    """a - a and sums of different patterns are garbage there."""
    same(a - a, "csr", 0 * A)
    same(a + 2 * a, "csr", 3 * A)


def test_division_by_zero_stays_inside(a):
    x = a / 0
    assert onp.isinf(x.data.asnumpy()).all()
    same(nd.sparse.dot(a * float("inf"), nd.ones((4, 1))), "dense", onp.array([[onp.inf], [0], [onp.inf]], "float32"))


def test_other_operands(a):
    with pytest.raises(TypeError):
        a + "x"
    with pytest.raises(MXNetError, match="shape"):
        nd.sparse.elemwise_add(a, nd.sparse.zeros("csr", (2, 2)))
    found = a * mx.np.ones((3, 4))  # differs: MXNet refuses
    assert type(found) is mx.np.ndarray
    onp.testing.assert_array_equal(found.asnumpy(), A)
    assert (onp.ones((3, 4), "float32") + a).stype == "default"
    onp.testing.assert_array_equal(onp.asarray(a), A)


def test_retain_refuses(a, r):
    for x, rows, error in ((a, nd.array([1]), MXNetError), (r, [1], AssertionError), (r, nd.array([9]), MXNetError),
                           (r, nd.array([1, 1]), MXNetError)):
        with pytest.raises(error):
            nd.sparse.retain(x, rows)
    assert nd.sparse.retain(r, nd.array([1, 2])).data.asnumpy().tolist() == [[1, 2], [0, 0]]


def test_out(a):
    out = nd.zeros((3, 2))
    assert nd.sparse.dot(a, nd.ones((4, 2)), out=out) is out
    same(out, "dense", A @ onp.ones((4, 2), "float32"))
    out = nd.sparse.zeros("csr", (3, 4))
    nd.sparse.add(a, a, out=out)
    same(out, "csr", 2 * A)
    nd.elemwise_add(nd.array(D), nd.array(D), out=out)
    same(out, "csr", 2 * D)


# dot.

@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("transpose", [False, True])
def test_dot(dtype, transpose):
    state = onp.random.RandomState(1)
    x = (state.rand(40, 30) * (state.rand(40, 30) < 0.1)).astype(dtype)
    y = state.rand(40 if transpose else 30, 3).astype(dtype)
    found = nd.sparse.dot(nd.sparse.csr_matrix(x), nd.array(y, dtype=dtype), transpose_a=transpose)
    want = (x.T if transpose else x).astype("float64") @ y.astype("float64")
    assert found.stype == ("row_sparse" if transpose else "default") and onp.dtype(found.dtype) == dtype
    onp.testing.assert_allclose(found.asnumpy(), want, rtol=2e-3 if dtype == "float16" else 1e-5)


def test_dot_takes_vectors(a):
    """1.9.1 computes nonsense."""
    same(nd.dot(a, nd.array([1, 2, 3, 4])), "dense", A @ onp.array([1, 2, 3, 4], "float32"))
    same(nd.sparse.dot(a, nd.array([1, 2, 3]), transpose_a=True), "dense", A.T @ onp.array([1, 2, 3], "float32"))


@pytest.mark.parametrize("x, y, flags, text", [
    ((3, 4), (5, 2), {}, "must be a matrix of 4 rows"), ((3, 4), (5,), {}, "must be a matrix of 4 rows"),
    ((3, 4), (4, 2), {"transpose_a": True}, "must be a matrix of 3 rows")])
def test_dot_refuses_shapes(x, y, flags, text):
    with pytest.raises(MXNetError, match=text):
        nd.sparse.dot(nd.sparse.zeros("csr", x), nd.ones(y), **flags)


def test_dot_refuses(a):
    with pytest.raises(MXNetError, match="one dtype, got float32 and float64"):
        nd.sparse.dot(a, nd.ones((4, 2), dtype="float64"))
    with pytest.raises(AssertionError, match="must be NDArrays"):
        nd.sparse.dot(a, onp.ones((4, 2)))


@pytest.mark.parametrize("transpose", [False, True])
def test_dot_gradients(transpose):
    """To second order against JAX on dense arrays, in float64."""
    state = onp.random.RandomState(2)
    x = state.rand(6, 5) * (state.rand(6, 5) < 0.4)
    w = state.rand(6 if transpose else 5, 2)

    def loss(dense, v):
        return ((dense.T if transpose else dense) @ v).__pow__(3).sum()

    v = nd.array(w, dtype="float64")
    v.attach_grad()
    with autograd.record():
        y = (nd.sparse.dot(nd.sparse.csr_matrix(x), v, transpose_a=transpose).tostype("default") ** 3).sum()
        first = autograd.grad(y, v, create_graph=True)[0]
        z = (first * first).sum()
    z.backward()
    with jax.enable_x64(True):
        want = jax.grad(loss, 1)(jnp.asarray(x), jnp.asarray(w))
        second = jax.grad(lambda u: (jax.grad(loss, 1)(jnp.asarray(x), u) ** 2).sum())(jnp.asarray(w))
    onp.testing.assert_allclose(first.asnumpy(), want, rtol=1e-10)
    onp.testing.assert_allclose(v.grad.asnumpy(), second, rtol=1e-10)


def test_large_matrices_stay_sparse():
    """A dense 1000 x 10,000,000 matrix would take 40 GB."""
    n, m = 1000, 10_000_000
    x = nd.sparse.csr_matrix((onp.ones(n, "float32"), onp.arange(n) * (m // n), onp.arange(n + 1)), shape=(n, m))
    y = (2 * x + x)[10:20].astype("float64").copy()
    assert y.shape == (10, m) and y.data.asnumpy().tolist() == [3] * 10
    assert nd.sparse.dot(x, nd.ones((m, 1))).sum().asscalar() == n
    assert pickle.loads(pickle.dumps(y)).indices.asnumpy().tolist() == y.indices.asnumpy().tolist()


def test_batches_do_not_recompile():
    state = onp.random.RandomState(3)
    data = nd.sparse.csr_matrix((state.rand(400, 50) * (state.rand(400, 50) < 0.1)).astype("float32"))
    w = nd.zeros((50, 1))
    w.attach_grad()

    def epoch():
        for i in range(0, 400, 20):
            with autograd.record():
                loss = ((nd.sparse.dot(data[i:i + 20], w) - 1) ** 2).sum()
            loss.backward()
            w[:] -= 0.01 * w.grad
            loss.asscalar()

    start = mx.engine.stats().programs
    epoch()
    before = mx.engine.stats().programs
    sizes = {data[i:i + 20].data.shape for i in range(0, 400, 20)}
    epoch()
    assert len(sizes) > 8 and mx.engine.stats().programs == before <= start + 8


# Gradients.

def test_gradient_storage(a, r):
    for x in (a, r):
        x.attach_grad()
        same(x.grad, x.stype, onp.zeros(x.shape, "float32"))
    a.attach_grad(stype="row_sparse")
    assert type(a.grad) is RowSparseNDArray
    r.attach_grad(stype="default")
    assert type(r.grad) is nd.NDArray
    x = nd.array(A)
    x.attach_grad(stype="csr")
    assert type(x.grad) is CSRNDArray
    v = nd.ones((3,))
    v.attach_grad(stype="csr")
    with pytest.raises(ValueError, match="two dimensions"):
        v.grad  # noqa: B018


def test_gradient_of_sparse_arrays(a, r):
    a.attach_grad()
    w = nd.array(D.T[:, :2] + 1)
    with autograd.record():
        y = nd.sparse.dot(a, w)
    y.backward()
    same(a.grad, "csr", onp.ones((3, 2), "float32") @ w.asnumpy().T)
    r.attach_grad()
    with autograd.record():
        y = r * r
    assert y.stype == "row_sparse"
    y.backward()
    same(r.grad, "row_sparse", 2 * R)
    with autograd.record():
        y = a.square()[1:].astype("float64").copy()
    assert y.stype == "csr"
    y.backward()
    same(a.grad, "csr", onp.concatenate([0 * A[:1], 2 * A[1:]]))


@pytest.mark.parametrize("function, want", [
    (lambda x: x.tostype("csr") * 2, 2 * onp.ones((3, 4))), (lambda x: x.tostype("row_sparse") * x, 2 * A),
    (lambda x: nd.sparse.retain(x.tostype("row_sparse"), nd.array([2, 0])), onp.array([[1] * 4, [0] * 4, [1] * 4])),
    (lambda x: nd.sparse.slice(x.tostype("csr"), (0, 1), (2, 3)), onp.array([[0, 1, 1, 0], [0, 1, 1, 0], [0] * 4])),
    (lambda x: nd.sparse.cast_storage(x.tostype("csr"), "default"), onp.ones((3, 4))),
    (lambda x: nd.sparse.concat(x.tostype("csr"), x.tostype("csr"), dim=0), 2 * onp.ones((3, 4))),
])
def test_gradient_through(function, want):
    x = nd.array(A)
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    onp.testing.assert_allclose(x.grad.asnumpy(), want)


def test_row_sparse_gradient():
    w = nd.arange(6).reshape((3, 2))
    w.attach_grad(stype="row_sparse")
    with autograd.record():
        y = nd.Embedding(nd.array([0, 2, 2]), w, input_dim=3, output_dim=2, sparse_grad=True)
    y.backward()
    g = w.grad
    assert g.stype == "row_sparse" and g.indices.asnumpy().tolist() == [0, 2]
    same(g.tostype("default"), "dense", onp.array([[1, 1], [0, 0], [2, 2]], "float32"))


def test_gradient_shares_its_memory():
    """x.grad[:] = 0 empties what backward adds to; a handle taken before backward sees what it wrote."""
    x = nd.array(A)
    x.attach_grad("add", stype="row_sparse")
    g = x.grad
    for _ in range(2):
        with autograd.record():
            y = (3 * x).sum()
        y.backward()
    same(g, "row_sparse", onp.full((3, 4), 6, "float32"))
    x.grad[:] = 0
    same(x.grad, "row_sparse", 0 * A)
    with autograd.record():
        y = (3 * x).sum()
    y.backward()
    same(g, "row_sparse", onp.full((3, 4), 3, "float32"))


def test_unread_gradients_cost_no_reads():
    x = nd.array(A)
    x.attach_grad(stype="row_sparse")
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    before = sum(mx.engine.stats().flushes.values())
    step = 0.1 * x.grad + x.grad
    assert step.stype == "row_sparse" and sum(mx.engine.stats().flushes.values()) == before
    same(step, "row_sparse", 2.2 * A)
