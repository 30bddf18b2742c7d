"""Bad input: the error is raised by the call that caused it, says what was wanted and what came, and what to do."""
import os

import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, nd, np, npx
from mxshim.engine import program

WRONG = [
    (lambda: np.ones((2, 3)) + np.ones((3, 2)), mx.MXNetError, r"float32\[2, 3\], float32\[3, 2\]"),
    (lambda: np.dot(np.ones((2, 3)), np.ones((2, 3))), mx.MXNetError, r"np\.dot\(float32\[2, 3\], float32\[2, 3\]\)"),
    (lambda: nd.dot(nd.ones((2, 3)), nd.ones((2, 3))), mx.MXNetError, r"nd\.dot\(float32\[2, 3\]"),
    (lambda: np.ones((2, 3)).sum(axis=5), mx.MXNetError, r"sum\(float32\[2, 3\], axis=5\)"),
    (lambda: nd.softmax(nd.ones((2, 3)), axis=5), mx.MXNetError, r"nd\.softmax\(float32\[2, 3\], axis=5\)"),
    (lambda: nd.array([1]) + nd.array([1], dtype="int32"), mx.MXNetError, r"float32\[1\], int32\[1\]"),
    (lambda: np.ones((2, 3)).reshape((4, 4)), mx.MXNetError, r"\(4, 4\)|\[4, 4\]"),
    (lambda: np.ones((2,), dtype="nonsense"), TypeError, "nonsense"),
    (lambda: np.ones((2,), dtype="complex64"), KeyError, "complex64.*use one of float32"),
    (lambda: np.zeros((-1,)), mx.MXNetError, "negative"),
    (lambda: np.ones((2,), ctx=mx.gpu(7)), mx.MXNetError, r"gpu\(7\) is not on this machine.*mx\.cpu\(\)"),
    (lambda: np.ones((2,), ctx="cpu"), mx.MXNetError, r"mx\.cpu\(\), got 'cpu'"),
    (lambda: np.ones((2, 3))[5], IndexError, "index 5 is out of bounds for axis 0 with size 2"),
    (lambda: np.ones((2, 3))[0, 0, 0], IndexError, r"too many indices \(3\)"),
    (lambda: np.ones((2, 3))[[0, 9]], IndexError, "index 9 is out of bounds"),
    (lambda: np.ones((2, 3))["x"], ValueError, "'x'"),
    (lambda: np.ones((3,))[1.5], ValueError, "1.5.*use integers"),
    (lambda: np.ones((3,)).asscalar(), AttributeError, r"use x\.item\(\)"),
    (lambda: nd.ones((3,)).item(), AttributeError, r"use x\.asscalar\(\)"),
    (lambda: np.nonsense, AttributeError, "module 'mxshim.numpy' has no attribute 'nonsense'"),
    (lambda: np.concatenat, AttributeError, "did you mean concatenate"),
    (lambda: mx.rtc, AttributeError, "jax.experimental.pallas"),
    (lambda: nd.exp([1.0]), AssertionError, r"must be an NDArray, got list; make one with nd\.array"),
    (lambda: nd.clip(nd.ones((2,)), 0, 1, nonsense=1), mx.MXNetError, "nd.clip has no argument 'nonsense'.*a_min, a_max"),
    (lambda: np.sum(np.ones((2,)), nonsense=1), TypeError, "np.sum has no argument 'nonsense'"),
    (lambda: np.array([1, 2]) + "a", mx.MXNetError, r"must be an array or a number, got str 'a'"),
    (lambda: bool(np.ones((2,))), ValueError, r"2 elements.*\.all\(\)"),
    (lambda: float(np.ones((2,))), TypeError, r"only size-1 arrays.*\(2,\)"),
    (lambda: nd.ones((2,)).asscalar(), ValueError, r"not a scalar.*\(2,\)"),
    (lambda: np.array([[1, 2], [3]]), TypeError, "np.array"),
    (lambda: np.ones((2,)).copyto(np.ones((3,))), mx.MXNetError, r"\(2,\), the target \(3,\)"),
    (lambda: np.ones((2,)).copyto(5), TypeError, "an array or a device, got int"),
    (lambda: np.square(np.ones((2,)), out=np.ones((3,))), mx.MXNetError, r"out= has shape \(3,\), the result \(2,\)"),
    (lambda: np.ones((2,)).attach_grad("wrong"), KeyError, "'write', 'add' or 'null', got 'wrong'"),
    (lambda: autograd.set_inplace_policy("never"), ValueError, "'allow' or 'error', got 'never'"),
    (lambda: npx.set_np(shape=False), ValueError, "shape=True"),
    (lambda: nd.load("no_such_file.params"), mx.MXNetError, "no_such_file.params"),
    (lambda: nd.save("x.params", [1, 2]), TypeError, "only arrays can be saved, got int"),
    (lambda: mx.where("np.concatenat"), KeyError, "np.concatenate"),
    (lambda: mx.engine.set_engine_type("Fast"), ValueError, "'NaiveEngine' or 'ThreadedEngine'"),
]


@pytest.fixture(autouse=True)
def np_semantics():
    with mx.np_shape(True):
        yield


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_call(number):
    call, kind, text = WRONG[number]
    with pytest.raises(kind, match=text):
        call()


def marked(*values):
    x = np.array(values)
    x.attach_grad()
    return x


def test_backward_outside_a_graph():
    with pytest.raises(mx.MXNetError, match=r"not in a computational graph.*autograd\.record\(\).*retain_graph=True"):
        (marked(1.0) * 2).backward()


def test_backward_twice():
    x = marked(1.0, 2.0)
    with autograd.record():
        y = x * x
    y.backward()
    with pytest.raises(mx.MXNetError, match="retain_graph=True"):
        y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_backward_of_a_shared_graph():
    x, w = marked(1.0, 2.0), marked(3.0, 4.0)
    with autograd.record():
        h = x * x
        a, b = h * 2, h * w
    a.backward()
    with pytest.raises(mx.MXNetError, match=r"freed by an earlier backward.*retain_graph=True.*autograd\.backward\(\[head1, head2\]\)"):
        b.backward()
    assert w.grad.asnumpy().tolist() == [0, 0]


def test_head_gradients():
    x = marked(1.0, 2.0, 3.0)
    with autograd.record():
        y = x * x
    with pytest.raises(mx.MXNetError, match=r"head gradient has shape \(2,\), the head \(3,\)"):
        y.backward(np.ones((2,)))
    with pytest.raises(mx.MXNetError, match=r"int32, the head float32; cast it with astype\('float32'\)"):
        y.backward(np.ones((3,), dtype="int32"))
    with pytest.raises(AttributeError, match=r"must be an array, got list.*np\.array"):
        y.backward([1.0, 1.0, 1.0])
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4, 6]


def test_grad_of_an_unmarked_array():
    x, c = marked(1.0), np.array([2.0])
    with autograd.record():
        y = x * c
    with pytest.raises(mx.MXNetError, match=r"1-th variable.*attach_grad\(\)"):
        autograd.grad(y, [c])


class Wrong(autograd.Function):
    def __init__(self, gradients):
        super().__init__()
        self.gradients = gradients

    def forward(self, a, b):
        return a * b

    def backward(self, dy):
        return self.gradients(dy)


@pytest.mark.parametrize("gradients, text", [
    (lambda dy: dy, "wanted 2, got 1"),
    (lambda dy: (dy, dy, dy), "wanted 2, got 3"),
    (lambda dy: (dy, None), "None as gradient 2; return zeros"),
    (lambda dy: (dy, 2.0), "gradient 2 is a float"),
    (lambda dy: (dy, np.ones((5,))), r"gradient 2 has shape \(5,\), its input \(2,\)"),
    (lambda dy: 1 / 0, "Wrong.backward raised ZeroDivisionError"),
])
def test_function_gradients(gradients, text):
    a, b = marked(1.0, 2.0), marked(3.0, 4.0)
    with autograd.record():
        y = Wrong(gradients)(a, b)
    with pytest.raises(mx.MXNetError, match=text):
        y.backward()
        a.grad.asnumpy()
    assert a.grad.asnumpy().tolist() == [0, 0]
    assert not autograd.is_recording()


def test_writes_while_recording_under_mxnets_rule():
    previous = autograd.set_inplace_policy("error")
    try:
        x = marked(1.0, 2.0)
        with autograd.record(), pytest.raises(mx.MXNetError, match=r"Inplace operations.*set_inplace_policy\('allow'\)"):
            x[0] = 5
        assert x.asnumpy().tolist() == [1, 2]
    finally:
        autograd.set_inplace_policy(previous)


def test_damaged_files(tmp_path):
    good = tmp_path / "good.params"
    nd.save(str(good), {"w": nd.array([1.0, 2.0])})
    data = good.read_bytes()
    bad = tmp_path / "bad.params"
    for cut in (3, 20, len(data) - 1):
        bad.write_bytes(data[:cut])
        with pytest.raises(mx.MXNetError, match="bad.params"):
            nd.load(str(bad))
    bad.write_bytes(b"not a params file at all")
    with pytest.raises(mx.MXNetError, match="bad.params"):
        nd.load(str(bad))


def test_saving_is_atomic(tmp_path):
    path = tmp_path / "a.params"
    nd.save(str(path), [nd.array([1.0])])
    before = path.read_bytes()
    with pytest.raises(TypeError):
        nd.save(str(path), [nd.array([2.0]), "text"])
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.params"]


def test_numpy_functions_inside_record_say_so():
    x = marked(1.0, 2.0)
    with autograd.record():
        y = x * 2
        with pytest.raises(mx.MXNetError, match=r"packbits runs in NumPy.*outside autograd\.record\(\)"):
            onp.packbits(y)


def test_matmul_precision():
    """Products are float32's on every device; the switch reaches the programs and refuses unknown names."""
    x = np.ones((2, 2))

    def precision():
        from mxshim.engine import emit, spec
        from mxshim.engine.op import NAMES
        found = emit.look_up(NAMES["np.dot"], (spec.arr(0), spec.arr(1)), [x._value_now()] * 2)
        return {str(e.params["precision"]) for e in found.jaxpr.jaxpr.eqns if e.primitive.name == "dot_general"}

    assert all("HIGHEST" in p for p in precision())
    previous = mx.engine.set_matmul_precision("tensorfloat32")
    try:
        assert previous == "float32"
        assert not any("HIGHEST" in p for p in precision())
        with pytest.raises(ValueError, match="precision|fast"):
            mx.engine.set_matmul_precision("fast")
    finally:
        mx.engine.set_matmul_precision(previous)


def test_names_given_by_position_are_no_keywords():
    x = np.ones((2, 3))
    for _ in range(3):
        assert np.sum(x, axis=1).shape == (2,)
    with pytest.raises((mx.MXNetError, TypeError, ValueError)):
        np.sum(x, "axis", 1)


@pytest.mark.parametrize("make", [lambda: mx.nd.zeros((2**40, 2**40)), lambda: np.full((2**31, 2**31), 3),
                                  lambda: mx.nd.tile(mx.nd.ones((2,)), reps=(2**40, 2**40))])
def test_sizes_that_overflow_are_refused_at_the_call(make):
    with pytest.raises(mx.MXNetError, match="larger than any memory can be"):
        make()


def test_what_cannot_be_compiled_leaves_the_rest_usable(monkeypatch, xla_alone):
    def refuse(*_):
        raise NotImplementedError("no rule for this")

    x = np.ones((3, 4))
    x.wait_to_read()
    y = np.tanh(x * 2).sum()
    with monkeypatch.context() as patch:
        patch.setattr(program, "_compile", refuse)
        with pytest.raises(mx.MXNetError, match=r"test_errors\.py, line \d+ on cannot be compiled: NotImplementedError: no rule for this"):
            y.item()
    assert np.tanh(x * 0).sum().item() == 0
    with pytest.raises(mx.MXNetError, match="no rule for this"):
        y.item()
