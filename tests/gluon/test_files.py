"""Parameters in files: both formats, names of both generations, errors."""
from __future__ import annotations

import numpy as onp
import pytest

import mxshim as mx
from mxshim import initializer as init
from mxshim import nd, np, npx
from mxshim.gluon import nn


def is_np(F):
    return F is np


def dense_net(*units):
    net = nn.Sequential()
    for n in units:
        net.add(nn.Dense(n, in_units=2))
    return net


class Net(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.a = nn.Dense(2, in_units=2)
            self.b = nn.Dense(2, in_units=2, prefix="x_")
            self.c = nn.Sequential()
            with self.c.name_scope():
                self.c.add(nn.Dense(2, in_units=2))
            self.d = nn.Sequential(prefix="")
            with self.d.name_scope():
                self.d.add(nn.Dense(2, in_units=2))

    def forward(self, x):
        return self.d(self.c(self.b(self.a(x))))


def test_files(F, tmp_path):
    path = tmp_path / "a.params"
    net = dense_net(2, 3)
    net.initialize()
    net.save_parameters(path)
    assert path.read_bytes()[:4] == (b"PK\x03\x04" if is_np(F) else b"\x12\x01\x00\x00")
    other = dense_net(2, 3)
    other.load_parameters(str(path))
    assert all((a.data().asnumpy() == b.data().asnumpy()).all()
               for a, b in zip(net.collect_params().values(), other.collect_params().values(), strict=True))
    (npx.reset_np if is_np(F) else npx.set_np)()  # the other generation reads it, too
    other = dense_net(2, 3)
    other.load_parameters(path, device=mx.cpu(1))
    assert other[1].weight.list_ctx() == [mx.cpu(1)]


def test_files_with_names_of_1x(tmp_path):
    path = str(tmp_path / "a.params")
    net = Net(prefix="model_")
    net.initialize()
    net.collect_params().save(path)
    other = Net(prefix="model_")
    other.load_parameters(path)
    assert (other.d[0].weight.data().asnumpy() == net.d[0].weight.data().asnumpy()).all()
    net.collect_params().save(path, strip_prefix="model_")
    for load in (Net().load_parameters, lambda f: Net(prefix="q_").collect_params().load(f, restore_prefix="q_")):
        load(path)
    with pytest.raises(ValueError, match="does not begin with the prefix"):
        net.collect_params().save(path, strip_prefix="x")


def test_shared_parameters_in_files(F, tmp_path):
    path, layer = str(tmp_path / "a.params"), nn.Dense(2, in_units=2)
    net = nn.Sequential()
    net.add(layer, layer)
    net.initialize()
    net.save_parameters(path, deduplicate=True)
    net.load_parameters(path)
    assert sorted(nd.load(path)) == ["1.bias", "1.weight"]


def test_loading_errors_change_nothing(F, tmp_path):
    path = str(tmp_path / "a.params")
    saved = dense_net(2, 2)
    saved.initialize(init.One())
    saved.save_parameters(path)
    for units, error, text in (((2, 2, 2), AssertionError, r"'2.weight' is missing in '.*a.params', which has '0.weight'.* allow_missing"),
                               ((2,), ValueError, r"'1.weight' in '.*' is no parameter.*ignore_extra=True"),
                               ((2, 3), AssertionError, r"has shape \(3, 2\), but shape \(2, 2\) in")):
        net = dense_net(*units)
        net.initialize()
        before = [p.data().asnumpy() for p in net.collect_params().values()]
        with pytest.raises(error, match=text):
            net.load_parameters(path)
        assert all((b == p.data().asnumpy()).all() for b, p in zip(before, net.collect_params().values(), strict=True))
    dense_net(2).load_parameters(path, ignore_extra=True)
    dense_net(2, 2, 2).load_parameters(path, allow_missing=True)
    with pytest.raises(mx.MXNetError, match="cannot open"):
        saved.load_parameters(path + "x")
    with pytest.raises(RuntimeError, match="has not been initialized"):
        dense_net(2).save_parameters(path)
    assert len(nd.load(path)) == 4  # the file is as it was


def test_loading_other_dtypes(F, tmp_path):
    path = str(tmp_path / "a.params")
    saved = dense_net(2)
    saved.initialize()
    saved.save_parameters(path)

    def wide():
        net = dense_net(2)
        net.cast("float64")
        return net

    with pytest.raises(AssertionError, match="is float64, but float32 in .* cast_dtype=True"):
        wide().load_parameters(path)
    net = wide()
    net.load_parameters(path, cast_dtype=True)
    assert net[0].weight.data().dtype == onp.float64
    net = wide()
    net.load_parameters(path, cast_dtype=True, dtype_source="saved")
    assert net[0].weight.data().dtype == onp.float32
    net.load_dict({name: F.zeros(p.shape) for name, p in net._collect_params_with_prefix().items()})
    assert not net[0].weight.data().asnumpy().any()


def test_parameters_taken_from_arrays():
    """Parameter._load_init, which AutoGluon calls."""
    p = mx.gluon.Parameter("p", shape=(2, 0), allow_deferred_init=True)
    p._load_init(nd.array([[1, 2], [3, 4]]), None)
    assert p.data().asnumpy().tolist() == [[1, 2], [3, 4]]
    p._load_init(nd.ones((2, 2), dtype="float16"), mx.cpu(), cast_dtype=True)
    assert p.data().dtype == onp.float32 and (p.data().asnumpy() == 1).all()
    with pytest.raises(AssertionError, match="float16"):
        p._load_init(nd.ones((2, 2), dtype="float16"), None)
