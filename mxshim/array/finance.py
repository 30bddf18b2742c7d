"""Money over time, in float64 on the host: what NumPy's financial functions computed until 1.20, to which MXNet hands these names.

All follow from one equation of what is worth `pv` now, paid `pmt` n times and worth `fv` in the end, at interest r for each period:

    pv (1 + r)^n + pmt (1 + r w) ((1 + r)^n - 1) / r + fv = 0,    w = 1 where payments are due when a period begins, else 0.
"""
from __future__ import annotations

import numpy as onp

from .numpy_like import by_host

_DUE = {"begin": 1, "b": 1, "beginning": 1, "start": 1, "end": 0, "e": 0, "finish": 0, 0: 0, 1: 1}


def _due(when):
    if onp.ndim(when) == 0:
        when = when.item() if isinstance(when, onp.ndarray | onp.generic) else when
        if when not in _DUE:
            raise ValueError(f"when must be 'begin' or 1, or 'end' or 0, got {when!r}")
        return _DUE[when]
    return [_due(w) for w in when]


def _floats(*values):
    return [onp.asarray(v, onp.float64) for v in values]


def _growth(rate, nper, due):
    """What 1 grows to, and what payments of 1 in every period grow to."""
    grown, still = (1 + rate) ** nper, rate == 0
    return grown, onp.where(still, nper, (1 + rate * due) * (grown - 1) / onp.where(still, 1, rate))


def pmt(rate, nper, pv, fv=0, when="end"):
    rate, nper, pv, fv, due = _floats(rate, nper, pv, fv, _due(when))
    grown, paid = _growth(rate, nper, due)
    return -(fv + pv * grown) / paid


def ppmt(rate, per, nper, pv, fv=0, when="end"):
    rate, per, nper, pv, fv, due = _floats(rate, per, nper, pv, fv, _due(when))
    each = pmt(rate, nper, pv, fv, due)
    grown, paid = _growth(rate, per - 1, due)
    interest = -(pv * grown + each * paid) * rate / (1 + rate * due)
    return each - onp.where((due == 1) & (per == 1), 0, interest)  # a payment at the very beginning bears no interest


def pv(rate, nper, pmt, fv=0, when="end"):
    rate, nper, pmt, fv, due = _floats(rate, nper, pmt, fv, _due(when))
    grown, paid = _growth(rate, nper, due)
    return -(fv + pmt * paid) / grown


def npv(rate, values):
    rate, values = _floats(rate, values)
    return (values.T / (1 + rate) ** onp.arange(len(values))).T.sum(0)


def mirr(values, finance_rate, reinvest_rate):
    values, = _floats(values)
    if not ((values > 0).any() and (values < 0).any()):
        return onp.nan
    gained, spent = npv(reinvest_rate, values.clip(0)), -npv(finance_rate, values.clip(None, 0))
    return (gained / spent) ** (1 / (values.size - 1)) * (1 + reinvest_rate) - 1


def rate(nper, pmt, pv, fv, when="end", guess=0.1, tol=1e-6, maxiter=100):
    nper, pmt, pv, fv, due, found = _floats(nper, pmt, pv, fv, _due(when), guess)
    with onp.errstate(all="ignore"):
        for _ in range(maxiter):
            grown, paid = _growth(found, nper, due)
            still = found == 0
            r = onp.where(still, 1, found)
            slope = onp.where(still, nper * (due + (nper - 1) / 2),
                              (due * (grown - 1) + (1 + r * due) * (nper * grown / (1 + r) - (grown - 1) / r)) / r)
            step = (fv + pv * grown + pmt * paid) / (nper * pv * grown / (1 + found) + pmt * slope)
            found = found - step
            if (abs(step) < tol).all():
                return found
    return found * onp.nan


_WHEN = "\n\nwhen: payments are due at the 'end' (0) or 'begin' (1) of every period. Numbers and arrays broadcast; float64. No gradient."
by_host("pmt", pmt, "The payment in each of nper periods that makes pv now into fv at the interest `rate`, a fraction for each period."
        + _WHEN)
by_host("ppmt", ppmt, "The part of payment number `per` (from 1) of np.pmt that is no interest." + _WHEN)
by_host("pv", pv, "What nper payments of pmt, and fv in the end, are worth now at the interest `rate` for each period." + _WHEN)
by_host("npv", npv, "What `values`, one for each period from now on, are worth now at the interest `rate`. No gradient.")
by_host("mirr", mirr, "The modified internal rate of return of `values`, of which some must be positive and some negative, else nan. "
        "What is negative is financed at one rate, what is positive reinvested at another. No gradient.")
by_host("rate", rate, "The interest for each period at which pv, nper payments of pmt and fv cancel; by Newton's steps from `guess`, until "
        "all are below tol, or nan after maxiter." + _WHEN)
