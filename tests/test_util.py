"""mxnet.util beyond its switches, and the small names of base."""
import pickle
import threading

import numpy as onp
import pytest

import mxshim as mx
from mxshim import gluon, np, npx, util


@util.numpy_fallback
def _several(x, parts=(), kind=list):
    return kind([x[:, x[1] > 0], tuple(np.split(parts[0], parts[1])), np.ndim(x), type(x).__name__])


def test_numpy_fallback():
    x = np.array([[1., -1], [2, -2]])
    found = _several(x, parts=[np.arange(4), 2], kind=tuple)
    assert type(found) is tuple and found[0].tolist() == [[1], [2]] and found[2:] == (2, "ndarray")
    assert [type(a) for a in (found[0], *found[1])] == [np.ndarray] * 3
    assert _several.__name__ == "_several" and _several.__wrapped__(x, (np.arange(4), 2))[3] == "ndarray"

    half = util.numpy_fallback(lambda x: np.asarray(x, "float16"))  # np is a global; below a name of the function around
    assert half(x).dtype == onp.float16
    module = np
    assert util.numpy_fallback(lambda: module is onp)()


def test_null():
    null = mx.base._Null
    assert not null and repr(null) == "_Null" and pickle.loads(pickle.dumps(null)) is null
    assert mx.nd.random.uniform(shape=null).shape == (1,)


@pytest.mark.parametrize("wrong, error", [
    (lambda: mx.Context("quantum"), KeyError), (lambda: mx.Context("quantum"), mx.MXNetError),
    (lambda: mx.profiler.set_state("walk"), KeyError),
    (lambda: util.set_np_shape(False), ValueError), (lambda: util.np_shape(False).__enter__(), ValueError)])
def test_classes_of_errors(wrong, error):
    npx.set_np()
    try:
        with pytest.raises(error):
            wrong()
        assert util.is_np_shape()
    finally:
        npx.reset_np()
    assert util.set_np_shape(False) is False


def test_shapes_of_all_threads():
    seen = []

    def look():
        thread = threading.Thread(target=lambda: seen.append(util.is_np_shape()))
        thread.start()
        thread.join()

    look()
    before = util.set_np_shape(2)
    try:
        look()
        util.set_np_shape(True)  # of this thread alone; nothing changes for the others
        look()
    finally:
        npx.reset_np()
        util.set_np_shape(before)
    look()
    assert seen == [False, True, True, False]


def test_decorators_of_ufuncs():
    two = util.wrap_np_binary_func(lambda x1, x2, out=None: (x1, x2, out))
    one = util.wrap_np_unary_func(np.sin)
    assert one(np.zeros(2), where=True, casting="same_kind", order="K", dtype=None, subok=True).tolist() == [0, 0] and one.__name__ == "sin"
    assert two(1, 2) == (1, 2, None) and two(1, 2, 3) == two(1, 2, out=3) == (1, 2, 3)
    for wrong, error in (({"where": False}, NotImplementedError), ({"order": "C"}, NotImplementedError), ({"foo": 1}, TypeError)):
        with pytest.raises(error, match=next(iter(wrong))):
            two(1, 2, **wrong)


def test_classes_of_errors_are_announced():
    @mx.error.register_error
    class Mine(RuntimeError):
        pass

    assert issubclass(Mine, RuntimeError) and mx.error.register("Other", ValueError) is ValueError
    assert mx.error.register_error("Mine")(Mine) is Mine


def test_libinfo():
    assert mx.libinfo.__version__ == mx.__version__
    for find in (mx.libinfo.find_lib_path, mx.libinfo.find_include_path):
        with pytest.raises(RuntimeError, match="JAX"):
            find()


@pytest.mark.parametrize("kind, module, inner", [(mx.name.NameManager, mx.name, mx.name.NameManager()),
                                                 (mx.AttrScope, mx.attribute, mx.AttrScope(x="hello"))])
def test_scopes_of_threads(kind, module, inner):
    def inside():
        with inner:
            seen.append(kind._current.value is inner is module.current())

    seen, before = [], kind._current.value
    thread = threading.Thread(target=inside)
    kind._current.value = mine = kind()
    try:
        thread.start()
        thread.join()
        assert seen == [True] and module.current() is kind.current is mine
    finally:
        kind._current.value = before


def test_use_np_of_a_class_holds_in_the_methods_that_it_inherits():
    """A block that is decorated has np parameters, whoever initializes it."""

    class Scaled(gluon.HybridBlock):
        def hybrid_forward(self, F, x, w):
            return F.np.multiply(x, w)

    @util.use_np
    class Block(Scaled):
        def __init__(self):
            super().__init__()
            self.w = gluon.Parameter("w", shape=(3,))

        @property
        def switched(self):
            return util.is_np_array()

        @staticmethod
        def alone():
            return 7

    for hybridized in False, True:
        block = Block()
        block.initialize("ones")
        if hybridized:
            block.hybridize()
        assert isinstance(block(np.array([1., 2, 3])), np.ndarray) and type(block.w.data()) is np.ndarray
        assert block.switched and block.alone() == 7 and not util.is_np_array()


def test_methods_that_use_np_inherits_are_those_that_come_next():
    class Base:
        def name(self):
            return "base"

    class Other(Base):
        def name(self):
            return "other", util.is_np_array()

    @util.use_np
    class First(Base):
        pass

    class Both(First, Other):
        pass

    assert Both().name() == ("other", True) and First().name() == "base" and not util.is_np_array()
