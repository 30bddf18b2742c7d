"""Calls of one form find it at once, and only calls of that form do."""
import numpy as onp
import pytest

from mxshim import autograd, engine, nd, np, npx
from mxshim.engine.op import NAMES
from mxshim.engine.spec import lit


def _twice(function, *args, **kwargs):
    """What a call gives the first time, the long way, and the second time."""
    return function(*args, **kwargs), function(*args, **kwargs)


def test_numbers_and_arrays_by_name_in_any_order():
    x = np.array([1.0, 5.0, 9.0])
    for low, high in ((2, 7), (0, 4)):
        for found in (*_twice(np.clip, x, a_max=high, a_min=low), *_twice(np.clip, a_min=low, a=x, a_max=high)):
            onp.testing.assert_array_equal(found.asnumpy(), onp.clip([1, 5, 9], low, high))
    data, weight, bias = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0])
    for found in _twice(npx.fully_connected, bias=bias, weight=weight, x=data, num_hidden=1, no_bias=False):
        assert found.item() == 16
    equal = np.ones((1, 1))  # in the first call it does not show which is which
    assert npx.fully_connected(weight=equal, x=equal, num_hidden=1, no_bias=True).item() == 1
    data, weight = np.ones((2, 3)), np.ones((4, 3))
    assert npx.fully_connected(weight=weight, x=data, num_hidden=4, no_bias=True).shape == (2, 4)


def test_equal_numbers_given_by_name_in_another_order_are_not_confused():
    x = np.array([-1.0, 0.5, 3.0])
    np.clip(x, a_max=1.0, a_min=1.0)
    onp.testing.assert_array_equal(np.clip(x, a_max=2.0, a_min=0.0).asnumpy(), [0, 0.5, 2])


def test_lists_of_arrays_of_each_length_and_axis():
    x, y = np.ones((2, 3)), np.zeros((2, 3))
    for axis in (0, 1, -1):
        for parts in ([x, y], [y, x, x], (x, y)):
            for found in _twice(np.concatenate, parts, axis=axis):
                onp.testing.assert_array_equal(found.asnumpy(), onp.concatenate([p.asnumpy() for p in parts], axis))
    for found in _twice(nd.concat, x.as_nd_ndarray(), y.as_nd_ndarray(), dim=1):
        assert found.shape == (2, 6)


def test_booleans_numbers_and_signs_of_zero_are_different_static_arguments():
    assert lit(0.0) is not lit(-0.0) and lit(False) is not lit(0.0) and lit(1.0) is not lit(True)
    x = np.array([[3.0, 4.0]])
    for _ in range(2):
        assert np.sum(x, axis=1, keepdims=True).shape == (1, 1)
        assert np.sum(x, axis=1, keepdims=False).shape == (1,)
        assert np.sum(x, 1).shape == (1,)
        assert np.sum(x, axis=(0, 1)).item() == 7


def test_the_training_flag_and_the_switches_count():
    x, one, zero = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)
    for _ in range(2):
        with autograd.record():
            trained = npx.batch_norm(x, one, zero, np.zeros(1), np.ones(1), eps=1e-5, axis=1)
        asked = npx.batch_norm(x, one, zero, np.zeros(1), np.ones(1), eps=1e-5, axis=1)
        onp.testing.assert_allclose(trained.asnumpy().ravel(), [-1, 1], atol=1e-4)
        onp.testing.assert_allclose(asked.asnumpy().ravel(), [1, 3], atol=1e-4)


def test_the_default_dtype_counts():
    whole = np.array([1, 2], dtype="int64")
    try:
        for _ in range(2):
            npx.set_np(dtype=False)
            assert np.mean(whole).dtype == "float32"
            npx.set_np(dtype=True)
            assert np.mean(whole).dtype == "float64"
    finally:
        npx.reset_np()


def test_out_and_the_device_do_not_belong_to_the_form():
    x, y = np.ones(3), np.zeros(3)
    for k in range(3):
        assert np.add(x, x * k, out=y) is y
        onp.testing.assert_array_equal(y.asnumpy(), [1 + k] * 3)
    assert (np.add(x, x) is not y) and y.asnumpy()[0] == 3


def test_a_call_that_failed_does_not_spoil_the_form():
    with pytest.raises(Exception, match="shapes"):
        np.concatenate([np.ones((2, 3)), np.ones((3, 2))], axis=0)
    assert np.concatenate([np.ones((2, 3)), np.ones((4, 3))], axis=0).shape == (6, 3)


def test_no_program_is_compiled_for_numbers_given_by_name():
    x = np.ones(7)
    npx.waitall()
    np.clip(x, a_min=0.0, a_max=2.0).wait_to_read()
    before = engine.stats().programs
    for k in range(5):
        np.clip(x, a_min=0.1 * k, a_max=3.0 * k).wait_to_read()
    assert engine.stats().programs == before


def test_checks_and_updates_happen_on_every_call():
    mean, var = np.zeros(1), np.ones(1)
    x = np.array([[1.0], [3.0]])
    for turn in range(1, 4):
        with autograd.record():
            out = npx.batch_norm(x, np.ones(1), np.zeros(1), mean, var, momentum=0.5, axis=1)
        before = mean.item()
        w = np.ones(1)
        w.attach_grad()
        with autograd.record():
            out = npx.batch_norm(x * w, np.ones(1), np.zeros(1), mean, var, momentum=0.5, axis=1)
        out.backward()
        assert mean.item() == pytest.approx(before / 2 + 1), turn


def test_facts_of_an_operator_are_on_its_record():
    assert NAMES["np.exp"].simple and not NAMES["npx.batch_norm"].simple
    assert NAMES["np.mean"].switched and not NAMES["np.exp"].switched


def test_a_large_reshape_shares_memory_but_no_writes():
    x = np.arange(1 << 16).reshape(-1) + 0
    x.wait_to_read()
    y = x.reshape(256, 256)
    y.wait_to_read()
    assert onp.shares_memory(onp.asarray(y._host()), onp.asarray(x._host()))
    z = np.expand_dims(y, 0)
    z.wait_to_read()
    for _ in range(3):  # programs that might overwrite what they were given
        x += 1
        x.wait_to_read()
    assert x[5].item() == 8 and y[0, 5].item() == 5
    y *= 2
    y.wait_to_read()
    assert z[0, 0, 5].item() == 5 and x[5].item() == 8
    del x, y
    z = z + 1
    assert z[0, 0, 5].item() == 6


def test_the_gradient_of_a_new_axis_is_no_sum():
    x, given = np.arange(1 << 16).reshape(256, 256) + 0, np.ones((256, 1, 256)) * 3
    x.attach_grad()
    given.wait_to_read()
    with autograd.record():
        y = np.expand_dims(x, 1)
    y.backward(given)
    assert onp.shares_memory(x.grad._host(), given._host())
    x.grad[:] = 0
    assert given[0, 0, 0].item() == 3
