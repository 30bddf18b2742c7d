"""Every operator with empty arrays, 0-d arrays, nan and infinities, and other dtypes: what MXNet answered, or an error of ours.

One part of the operators per run; MXSHIM_TEST_PART=0..3 chooses which.
"""
from __future__ import annotations

import os
from fnmatch import fnmatch

import pytest

import mxshim as mx
from mxshim.base import MXNetError
from tests.support.registry import Inputs, host, run
from tests.support.special import answer, calls, differs, part, recorded

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
PARTS, PART = 4, int(os.environ.get("MXSHIM_TEST_PART", "0"))
ERRORS = (MXNetError, TypeError, ValueError, IndexError, AssertionError)

# Deliberate differences: patterns of "name variant", and why.
DIFFERENT = {
}


def listed(key):
    return any(fnmatch(key, pattern) for patterns in DIFFERENT for pattern in patterns.split("; "))


def rows():
    by_name: dict[str, list] = {}
    for dialect in ("np", "nd"):
        for key, name, args, kwargs in calls(dialect):
            by_name.setdefault(name, []).append((dialect, key, args, kwargs))
    return [pytest.param(name, found, id=name) for name, found in by_name.items() if part(name, PARTS) == PART]


ANSWERS = {dialect: recorded(dialect) for dialect in ("np", "nd")}


@pytest.mark.parametrize("name, found", rows())
def test_special_arguments(name, found):
    results = {}
    with mx.util.np_shape(True):
        for dialect, key, args, kwargs in found:
            try:
                results[dialect, key] = run(name, args, kwargs, Inputs())
            except ERRORS as error:
                results[dialect, key] = type(error).__name__
                assert str(error).startswith(name), f"{key}: {error}"
        answers = {k: v if isinstance(v, str) else answer(host(v)) for k, v in results.items()}  # one program for all
    for (dialect, key), got in answers.items():
        what = differs(got, ANSWERS[dialect][key])
        assert not what if not listed(key) else what, f"{key}: {what or 'is listed as different, but agrees'}"
