"""The commonest mistakes: the class MXNet raises, and a text that names the call, what did not fit, and what to do."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import MXNetError, autograd, nd, np, npx

BOTH, NP, ND = (np, nd), (np,), (nd,)
CANNOT = r"not in a computational graph\. Compute it inside autograd\.record\(\) from an array with attach_grad\(\)"

MISTAKES = [
    ("a.dot(a.ones((2, 3)), a.ones((2, 3)))", BOTH, MXNetError, r"dot\(float32\[2, 3\], float32\[2, 3\]\): shapes .* do not fit: axis 1"),
    ("a.ones((2, 3)) + a.ones((3, 2))", BOTH, MXNetError,
     r"add\(float32\[2, 3\], float32\[3, 2\]\): the shapes \(2, 3\) and \(3, 2\) do not broadcast: .*reshape\(\)"),
    ("a.ones((2, 3)) * a.ones((2,))", BOTH, MXNetError, r"the shapes \(2, 3\) and \(2,\) do not broadcast: counted from the last axis"),
    ("a.where(a.ones((2,)) > 0, a.ones((2,)), a.ones((3,)))", NP, MXNetError, r"the shapes \(2,\) and \(3,\) do not broadcast"),
    ("a.ones((2,), dtype='int32') + a.ones((2,))", ND, MXNetError, r"must have one dtype, got int32 and float32: cast one with astype"),
    ("a.concatenate([a.ones((2, 3)), a.ones((3, 2))])", BOTH, MXNetError, r"shapes \(2, 3\) and \(3, 2\) differ outside axis 0"),
    ("a.arange(6).reshape((4, 2))", BOTH, MXNetError, r"cannot reshape 6 elements of shape \(6,\) into \(4, 2\), which has 8"),
    ("a.ones((2, 3)).sum(axis=2)", BOTH, MXNetError, r"sum\(float32\[2, 3\], axis=2\): axis 2 is out of range"),
    ("a.ones((2, 3)).sum(axs=1)", NP, TypeError, r"np\.ndarray\.sum has no argument 'axs': its arguments are \(a, axis, dtype"),
    ("a.ones((2, 3)).sum(axs=1)", ND, MXNetError, r"nd\.NDArray\.sum has no argument 'axs': its arguments are \(data, axis"),
    ("a.exp(None)", BOTH, MXNetError, r"exp\(None\): `\w+` must be an array, got None"),
    ("a.dot(a.ones((2, 3)), None)", BOTH, MXNetError, r"must be an array, got None"),
    ("a.exp()", NP, TypeError, r"np\.exp needs argument 'x'"),
    ("a.ones((2,), dtype='float31')", BOTH, TypeError, r"dtype 'float31' is not one MXNet arrays can have; use one of float32, float64"),
    ("a.ones((2,)).astype('float31')", BOTH, TypeError, r"dtype 'float31' is not one MXNet arrays can have; use one of float32"),
    ("a.ones((2, 3)).sum(axis=a.ones((2,)))", BOTH, MXNetError, r"sum\(float32\[2, 3\], float32\[2\]\): `axis` cannot be float32\[2\]"),
    ("a.ones((2, 3)).argmax(axis=a.ones((2,)))", BOTH, MXNetError, r"`axis` cannot be float32\[2\]"),
    ("a.topk(a.ones((2, 3)), axis=a.topk)", ND, MXNetError, r"`axis` must be an int, got <function topk"),
    ("a.concatenate(3)", NP, MXNetError, r"`seq` must be a list of arrays, got a single 0-d array"),
    ("type(a.ones(1))((2, 3))", BOTH, TypeError, r"arrays are made by array\(values\), zeros\(shape\).*got \(2, 3\)"),
    ("a.eye((2, 3))", BOTH, TypeError, r"^n[pd]\.eye\(\(2, 3\)\): 'tuple' object cannot be interpreted as an integer"),
    ("a.eye(-1)", BOTH, MXNetError, r"^n[pd]\.eye: the sizes must not be negative, got -1"),
    ("a.ones((2,), ctx=mx.gpu())", BOTH, MXNetError, r"gpu\(0\) is not on this machine.*Use mx\.cpu\(\)"),
    ("a.ones((2,)).as_in_context(mx.gpu())", BOTH, MXNetError, r"gpu\(0\) is not on this machine"),
    ("bool(a.ones((2,)))", NP, ValueError, r"with 2 elements is ambiguous: make one of them with x\.all\(\), x\.any\(\)"),
    ("bool(a.ones((2,)))", ND, ValueError, r"with 2 elements is ambiguous: make one of them with x\.min\(\)\.asscalar\(\)"),
    ("a.ones((2,)).asscalar()", ND, ValueError, r"not a scalar: its shape is \(2,\)\. asnumpy\(\) gives all"),
    ("float(a.ones((2,)))", NP, TypeError, r"only size-1 arrays can be converted .* shape \(2,\)"),
    ("a.ones((2,)).summ()", BOTH, AttributeError, r"no attribute 'summ': did you mean sum"),
    ("a.ones((2,)).numpy()", BOTH, AttributeError, r"no attribute 'numpy'; use x\.asnumpy\(\)"),
    ("a.ones((2,)).cuda()", BOTH, AttributeError, r"no attribute 'cuda'; use x\.as_in_context\(mx\.gpu\(\)\)"),
    ("a.ones((2,)).zero_grad()", BOTH, AttributeError, r"use x\.grad\[:\] = 0"),
    ("a.ones((2,)).asscalar()", NP, AttributeError, r"use x\.item\(\)"),
    ("a.zeroes((2,))", BOTH, AttributeError, r"no attribute 'zeroes': did you mean zeros"),
    ("autograd.recrod()", NP, AttributeError, r"no attribute 'recrod': did you mean record"),
    ("mx.ndd", NP, AttributeError, r"did you mean nd"),
    ("nd.load('/no/such.params')", ND, MXNetError, r"cannot open \"/no/such\.params\": No such file"),
    ("npx.load(__file__)", NP, MXNetError, r"expected an MXNet array file .*, \.npy or \.npz, found the bytes"),
    ("nd.save('x', 5)", ND, ValueError, r"nd\.save: data must be an array, a list of arrays, or a dict .* got int"),
    ("x = a.ones((2,))\nx.attach_grad()\ny = x * x\ny.backward()", BOTH, MXNetError, CANNOT),
    ("x = a.ones((2,))\nwith autograd.record():\n    y = x * x\ny.backward()", BOTH, MXNetError, CANNOT),
    ("x = a.ones((2,))\nx.attach_grad()\nwith autograd.record():\n    y = x * x\ny.backward()\ny.backward()", BOTH, MXNetError,
     r"if its graph was used by an earlier backward, pass retain_graph=True"),
    ("x = a.ones((2,))\nx.attach_grad()\nwith autograd.record():\n    y = x * x\ny.backward(a.ones((3,)))", BOTH, MXNetError,
     r"the head gradient has shape \(3,\), the head \(2,\); they must be equal"),
    ("x = a.ones((2,))\nx.attach_grad('grad')", BOTH, KeyError, r"grad_req must be 'write', 'add' or 'null', got 'grad'"),
    ("x = a.ones((2, 3), dtype='int32')\nx += 0.5", NP, MXNetError, r"\+=: the result is float64, which does not fit .* write x = x \+"),
    ("x = a.ones((2, 3))\nx += a.ones((4, 2, 3))", BOTH, MXNetError, r"\+=: .* has shape \(4, 2, 3\); it cannot be written into \(2, 3\)"),
    ("a.ones((3,)) + [1, 2, 3]", NP, MXNetError, r"must be an array or a number, got list \[1, 2, 3\]; make an array with np\.array"),
    ("a.ones((3,)) + 'b'", ND, TypeError, r"the other operand must be an NDArray or a number"),
]


@pytest.mark.parametrize(("code", "apis", "error", "text"), MISTAKES, ids=[m[0].replace("\n", "; ") for m in MISTAKES])
def test_mistake(code, apis, error, text):
    for a in apis:
        with pytest.raises(error, match=text) as caught:
            exec(compile(code, "their_file.py", "exec"), {"a": a, "mx": mx, "np": np, "nd": nd, "npx": npx, "autograd": autograd,
                                                          "__file__": __file__})
        frames = [f for f in caught.traceback if str(f.path).endswith("their_file.py")]
        assert frames[-1].lineno == code.count("\n"), "the last line is at fault"


def test_a_protocol_that_asks_for_an_attribute_gets_a_plain_no():
    for x in np.ones((2,)), nd.ones((2,)):
        assert not hasattr(x, "__cuda_array_interface__")
        assert not hasattr(x, "iloc")
        assert isinstance(onp.asarray(x), onp.ndarray)


LATE = [("y = np.ones((2, 3))[np.array([7]) * 1]", IndexError,
         r"x\[key\] with x of shape \(2, 3\): an index is out of bounds for axis 0 with size 2"),
        ("y = np.take_along_axis(np.ones((2, 3)), np.array([[7]]) * 1, 1)", IndexError, r"np\.take_along_axis .* for axis 1 with size 3"),
        ("y = nd.ones((2, 3))[:, nd.array([7]) * 1]", IndexError, r"an index is out of bounds for axis 1 with size 3"),
        ("y = np.take(np.ones((3,)), np.array([7]) * 1)", MXNetError, r"np\.take from an array of shape \(3,\): .* must be in \[0, 3\)"),
        ("y = nd.take(nd.ones((3,)), nd.array([7]) * 1, mode='raise')", MXNetError, r"nd\.take from an array of shape \(3,\)")]


@pytest.mark.parametrize(("code", "error", "text"), LATE, ids=[m[0] for m in LATE])
def test_a_fault_that_only_values_show_names_the_call_and_its_line(code, error, text, all_later):
    names = {"np": np, "nd": nd}
    exec(compile(f"\n\n{code}", "their_file.py", "exec"), names)
    with pytest.raises(error, match=rf"{text}.* \(called in their_file\.py, line 3\)"):
        names["y"].asnumpy()


def test_numbers_for_arrays_in_npx():
    """A Python number or list is what np.array would make of it, never an integer that a gradient-like function would truncate."""
    with mx.np_shape(True):
        assert mx.npx.gammaln(5).item() == pytest.approx(3.178054) and mx.npx.sigmoid([1, 3]).dtype == "float32"
        assert mx.npx.one_hot([0, 2], 3).tolist() == [[1, 0, 0], [0, 0, 1]] and mx.np.add([1], [2]).dtype == "int64"


@pytest.mark.parametrize("code", [
    "np.cumprod(x, axis=4)", "np.sum(x, axis=-3)", "np.nanvar(x, axis=2)", "np.partition(x, 5)", "np.cov(np.ones((2, 2, 2)))",
    "np.polyval(x, x)", "np.nanquantile(x, 0.5, axis=(0, 0))", "np.nanmax(np.ones((0, 2)), axis=0)", "np.lexsort((x[0], x[0, :2]))",
    "np.isnan(x, out=np.ones(3, dtype=bool))", "np.choose(np.array([0, 2], dtype=int), [x[0, :2], x[1, :2]])",
    "np.nanargmax(x * np.nan).item()",
    "x.__setitem__((), [1, 2])"])
def test_numpys_class_of_error_for_values(code):
    """Where MXNet leaves a function to NumPy, or has its error, programs may expect ValueError; elsewhere MXNetError: it is both."""
    with mx.np_shape(True), pytest.raises(ValueError, match="."):
        eval(code, {"np": np, "x": np.ones((2, 3))})


@pytest.mark.parametrize("code", [
    "np.cumsum(x, axis='x')", "np.cumprod(x, axis=1.0)", "np.isinf(x, out=np.ones((2, 3)))", "np.linalg.matrix_power(x[:, :2], 1.5)"])
def test_numpys_class_of_error_for_types(code):
    with pytest.raises(TypeError, match="."):
        eval(code, {"np": np, "x": np.ones((2, 3))})


def test_an_axis_that_is_not_there_is_every_kind_of_error():
    for kind in ValueError, IndexError, MXNetError:
        with pytest.raises(kind, match=r"np\.mean\(float32\[2\], axis=1\): axis 1 is out of range"):
            np.mean(np.ones(2), axis=1)
