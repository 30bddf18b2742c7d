"""Wrong calls of the functions that are no operators: each raises an error of MXNet's classes that begins with the public name."""
from __future__ import annotations

import re

import numpy as onp
import pytest

import mxshim as mx
from mxshim import nd, np, npx
from mxshim.engine.op import NAMES, Op
from tests.ops.test_bad_calls import CLASSES, FOREIGN, Odd

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
# What reads files or settings, or takes nothing; "numpy.ndarray" is the right word in from_numpy's errors.
OTHERS = re.compile(r"waitall|seed|save|load|set_np|reset_np|genfromtxt|from_numpy|ndarray\.|NDArray\.")
FUNCTIONS = [name for name, record in NAMES.items() if not isinstance(record, Op) and name.split(".")[0] in ("np", "npx", "nd")
             and not OTHERS.search(name)]


def calls(dialect):
    x = (nd if dialect == "nd" else np).ones((2, 3))
    return {"no arguments": ((), {}), "an object": ((Odd(),), {}), "objects": ((onp.array([Odd(), None], object),), {}),
            "a word": (("nonsense",), {}), "unknown keyword": ((x,), {"nonsense": 1}), "axis": ((x,), {"axis": 99}),
            "dtype": ((x,), {"dtype": "nonsense"}), "second": ((x, Odd()), {}), "too many": ((x,) * 14, {})}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_calls(name):
    function = mx
    for part in name.split("."):
        function = getattr(function, part)
    for what, (args, kwargs) in calls(name.split(".")[0]).items():
        try:
            function(*args, **kwargs)
        except ImportError:  # SciPy's functions without SciPy
            continue
        except Exception as error:
            text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
            assert isinstance(error, CLASSES), f"{what}: {type(error).__name__}: {text}"
            assert name.rsplit(".", 1)[1] in text, f"{what}: does not name the call: {text}"
            assert not FOREIGN.search(text), f"{what}: not our words: {text}"


def test_errors_of_users_functions_stay():
    def broken(x):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="^mine$"):
        np.apply_along_axis(broken, 0, np.ones((2, 2)))
    with pytest.raises(ValueError, match="^mine$"):
        npx.foreach(lambda x, s: broken(x), np.ones((2, 2)), [])
    with pytest.raises(TypeError, match=r"^nd\.random\.categorical: "):
        nd.random.categorical()
