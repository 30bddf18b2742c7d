"""Example arguments for operators whose declaration brings none, or whose public function takes other arguments than the
operator behind it; in the format of declarations: {"args": [(args, kwargs), ...]}."""
from __future__ import annotations

import numpy as onp

F = onp.float32
_STATE = onp.random.RandomState(5)
_M = _STATE.uniform(0.2, 0.9, (2, 3)).astype(F)
_V = _STATE.uniform(0.2, 0.9, 3).astype(F)
_SQUARE = onp.array([[2., 1., 0.], [0.5, 3., 1.], [0.25, 0., 5.]], F)

_ARGUMENTS = {
    "nd.reshape_like": [((_M, onp.ones((3, 2), F)), {}),
                        ((_M, onp.ones((6,), F)), {"lhs_begin": 0, "lhs_end": 2, "rhs_begin": 0, "rhs_end": 1})],
    "np.atleast_1d": [((onp.array(2., F), _V), {}), ((_M,), {})],
    "np.atleast_2d": [((onp.array(2., F), _V), {}), ((_M,), {})],
    "np.atleast_3d": [((_V, _M), {})],
    "nd.broadcast_like": [((_V.reshape(1, 3), _M), {}),
                          ((_V.reshape(1, 3), onp.ones((2, 4), F)), {"lhs_axes": (0,), "rhs_axes": (1,)})],
    "nd.NDArray.broadcast_like": [((_V.reshape(1, 3), _M), {})],
    "nd.NDArray.slice_assign": [((_M, onp.ones((2, 2), F), (0, 1), (2, 3)), {}),
                                ((_M, onp.ones((1, 2), F), (0, 0), (1, 3), (1, 2)), {})],
    "nd.NDArray.slice_assign_scalar": [((_M, 2.5, (0, 1), (2, 3)), {})],
    "nd.multi_all_finite": [((_M, _V), {"num_arrays": 2}), ((_M, onp.array([onp.inf], F)), {"num_arrays": 2})],
    "nd.multi_sum_sq": [((_M, _V), {"num_arrays": 2})],
    "np.linalg.eig": [((_SQUARE,), {})],
    "np.linalg.eigvals": [((_SQUARE,), {})],
    "np.einsum": [(("ij,jk->ik", _M, _SQUARE), {}), (("ii->i", _SQUARE), {}), (("ij,j", _M, _V), {})],
    "np.bincount": [((onp.array([0, 1, 1], "int32"),), {"minlength": 4})],
    "nd.contrib.allclose": [((_M, _M + F(1e-9)), {}), ((_M, _M + 1), {"rtol": 0.1})],
}
SAMPLES = {name: {"args": args} for name, args in _ARGUMENTS.items()}
