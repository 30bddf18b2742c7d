"""Financial functions, against accounts that are kept period by period."""
import numpy as onp
import pytest

import mxshim as mx
from mxshim import autograd, np


def balances(rate, nper, pv, pmt, due):
    """What the account holds after each period."""
    held, out = pv, []
    for _ in range(nper):
        held = (held + pmt) * (1 + rate) if due else held * (1 + rate) + pmt
        out.append(held)
    return out


@pytest.mark.parametrize("when, due", [("end", 0), ("begin", 1), (0, 0), (1, 1)])
@pytest.mark.parametrize("rate", [0.0, 0.0075])
def test_a_loan(rate, when, due):
    pmt = np.pmt(rate, 24, 2500.0, -300.0, when)
    kept = balances(rate, 24, 2500.0, pmt, due)
    assert kept[-1] == pytest.approx(300)
    assert np.pv(rate, 24, pmt, -300.0, when) == pytest.approx(2500)
    assert np.rate(24, pmt, 2500.0, -300.0, when) == pytest.approx(rate, abs=1e-9)
    if not due:  # what is owed falls by the part of a payment that is no interest
        parts = np.ppmt(rate, np.arange(1, 25), 24, 2500.0, -300.0, when)
        assert isinstance(parts, np.ndarray) and parts.dtype == "float64"
        onp.testing.assert_allclose(parts.asnumpy(), onp.diff([2500.0, *kept]))
    else:
        first, second = (np.ppmt(rate, per, 24, 2500.0, -300.0, when) for per in (1, 2))
        assert first == pytest.approx(pmt) and second == pytest.approx(pmt + (2500 + pmt) * rate)


def test_arrays_broadcast():
    found = np.pmt(np.array([0.0, 0.01]), np.array([[12], [24]]), 1000)
    assert found.shape == (2, 2) and found[0, 0].item() == pytest.approx(-1000 / 12)
    rates = np.rate(12, found[0], 1000, 0)
    onp.testing.assert_allclose(rates.asnumpy(), [0, 0.01], atol=1e-9)
    both = np.pmt(0.01, 12, np.array([1000.0, 1000]), 0, ["end", "begin"])
    assert both[0].item() == pytest.approx(both[1].item() * 1.01)


def test_values_of_periods():
    values = [-4500.0, -800, 800, 800, 600, 600, 800, 800, 700, 3000]
    assert np.npv(0.08, values) == pytest.approx(sum(v / 1.08 ** i for i, v in enumerate(values)))
    assert np.npv(0.08, np.array(values, dtype="float64")) == np.npv(0.08, values)
    ends = sum(v * 1.055 ** (9 - i) for i, v in enumerate(values) if v > 0)  # what is gained, when all is over
    assert np.mirr(values, 0.08, 0.055) == pytest.approx((ends / (4500 + 800 / 1.08)) ** (1 / 9) - 1)
    assert onp.isnan(np.mirr([1.0, 2], 0.1, 0.1))


def test_wrong_calls():
    with pytest.raises(ValueError, match="when must be"):
        np.pmt(0.1, 12, 1000, when="noon")
    assert onp.isnan(np.rate(10, 1.0, 1, 1))
    x = np.array([0.1])
    x.attach_grad()
    with autograd.record(), pytest.raises(mx.MXNetError, match="np.pv"):
        np.pv(x, 10, 1)
