"""The functions of np.linalg that MXNet hands to NumPy (MXNet: mxnet.numpy.fallback_linalg)."""

__all__ = list("cond lstsq matrix_power matrix_rank multi_dot qr".split())
