"""What gradients are after MXNet's compression (Strom, 2015; Seide et al., 2014)."""
from __future__ import annotations

from ..base import MXNetError, as_dtype


class Compression:
    """The compression of one store: what each device pushed of each key and has not arrived yet is `left`.

    Args: parameters: {"type": "2bit" or "1bit", "threshold": number, by default 0.5}.  store: the kind of the store.
    """

    def __init__(self, parameters, store):
        if not isinstance(parameters, dict):
            raise AssertionError(f"set_gradient_compression takes a dict such as {{'type': '2bit'}}, got {type(parameters).__name__}")
        if "device" not in store and "dist" not in store:
            raise Exception(f"a kvstore {store!r} has no gradient compression; 'device' and 'dist_sync' have it")
        kind = parameters.get("type")
        if kind not in ("1bit", "2bit"):
            raise MXNetError(f"set_gradient_compression: the type is '2bit' or '1bit', got {kind!r}")
        try:
            self.threshold = float(parameters.get("threshold", 0.5))
        except (TypeError, ValueError):
            raise MXNetError(f"set_gradient_compression: the threshold is a number, got {parameters['threshold']!r}") from None
        if kind == "2bit" and not self.threshold > 0:
            raise MXNetError(f"set_gradient_compression: the threshold of 2bit must be above 0, got {self.threshold}")
        self.kind, self.left = kind, {}

    def travelled(self, key, values) -> list:
        """The values of one key, a device's each, as they arrive. Raises: MXNetError unless they are float32."""
        return [self._one((key, k), v) for k, v in enumerate(values)]

    def _one(self, place, value):
        if as_dtype(value.dtype).name != "float32":
            raise MXNetError(f"gradients are compressed in float32, key {place[0]!r} got {as_dtype(value.dtype).name}")
        due = value + self.left[place] if place in self.left else value
        if self.kind == "2bit":
            arrives = self.threshold * ((due >= self.threshold) - (due <= -self.threshold))
        else:
            arrives = 2 * (due > self.threshold) - 1
        self.left[place] = due - arrives
        return arrives
