"""Activation functions as layers (MXNet: mxnet.gluon.nn.activations)."""
from __future__ import annotations

from ... import initializer
from ...base import MXNetError
from ...ops.nn.activation import ACTIVATIONS
from .. import functions as f
from ..block import HybridBlock


class Activation(HybridBlock):
    """An activation function: "relu", "sigmoid", "tanh", "softrelu", "softsign", in np programs also "log_sigmoid", "mish".

    Inputs: any shape.  Outputs: the same shape.  Raises: MXNetError when it is called, for another name.
    """

    def __init__(self, activation, **kwargs):
        self._act_type = activation
        if not isinstance(activation, str):
            raise self._unknown()
        super().__init__(**kwargs)

    def _unknown(self):
        return MXNetError(f"the activation must be one of {', '.join(map(repr, ACTIVATIONS))}, got {self._act_type!r}; others are layers "
                          "of their own (nn.LeakyReLU, nn.GELU) or functions (npx.gelu)")

    def _alias(self):
        return self._act_type

    def hybrid_forward(self, F, x):
        if self._act_type not in ACTIVATIONS:
            raise self._unknown()
        return f.activation(x, act_type=self._act_type)

    def __repr__(self):
        return f"{type(self).__name__}({self._act_type})"


def after(name):
    """The activation that a layer ends in, as a block of its own; None for None."""
    return None if name is None else Activation(name, prefix=f"{name}_")


class LeakyReLU(HybridBlock):
    """x where it is positive, else alpha x. Inputs: any shape.  Outputs: the same shape.  Raises: AssertionError if alpha < 0."""

    def __init__(self, alpha, **kwargs):
        if alpha < 0:
            raise AssertionError(f"LeakyReLU: alpha, the slope for negative numbers, must not be negative, got {alpha}")
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F, x):
        return f.leaky_relu(x, act_type="leaky", slope=self._alpha)

    def __repr__(self):
        return f"{type(self).__name__}({self._alpha})"


class PReLU(HybridBlock):
    """x where it is positive, else alpha x with a trained alpha (He et al., 2015).

    in_channels: 1 for one alpha, or the size of axis 1 for one for each channel.
    Inputs: any shape.  Outputs: the same shape.  Parameters: alpha (in_channels,).
    """

    def __init__(self, alpha_initializer=initializer.Constant(0.25), in_channels=1, **kwargs):  # noqa: B008  # never changed
        super().__init__(**kwargs)
        with self.name_scope():
            self.alpha = self.params.get("alpha", shape=(in_channels,), init=alpha_initializer)

    def hybrid_forward(self, F, x, alpha):
        return f.leaky_relu(x, gamma=alpha, act_type="prelu")


class ELU(HybridBlock):
    """x where it is positive, else alpha (exp(x) - 1) (Clevert et al., 2016). Inputs: any shape.  Outputs: the same shape."""

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self._alpha = alpha

    def hybrid_forward(self, F, x):
        return f.leaky_relu(x, act_type="elu", slope=self._alpha)


class SELU(HybridBlock):
    """The scaled exponential unit that keeps mean and variance (Klambauer et al., 2017). Inputs: any shape.  Outputs: the same."""

    def hybrid_forward(self, F, x):
        return f.leaky_relu(x, act_type="selu")


class GELU(HybridBlock):
    """x times the normal distribution function of x (Hendrycks and Gimpel, 2016). Inputs: any shape.  Outputs: the same shape."""

    def hybrid_forward(self, F, x):
        return f.leaky_relu(x, act_type="gelu")


class Swish(HybridBlock):
    """x sigmoid(beta x) (Ramachandran et al., 2017). Inputs: any shape.  Outputs: the same shape."""

    def __init__(self, beta=1.0, **kwargs):
        super().__init__(**kwargs)
        self._beta = beta

    def _graph_names(self):
        return None, "fwd"

    def hybrid_forward(self, F, x):
        return x * f.sigmoid(self._beta * x)


class SiLU(HybridBlock):
    """x sigmoid(x). Inputs: any shape.  Outputs: the same shape."""

    def hybrid_forward(self, F, x):
        return x * f.sigmoid(x)
