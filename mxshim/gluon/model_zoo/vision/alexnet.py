"""AlexNet (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014)."""
from __future__ import annotations

from ... import nn
from .parts import Network, loaded, row

__all__ = ["AlexNet", "alexnet"]


class AlexNet(Network):
    """AlexNet. classes: how many outputs. Inputs: (N, 3, H, W), H and W from 63 on, made for 224.  Outputs: (N, classes)."""

    def __init__(self, classes=1000, **kwargs):
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = row(
                nn.Conv2D(64, kernel_size=11, strides=4, padding=2, activation="relu"),
                nn.MaxPool2D(pool_size=3, strides=2),
                nn.Conv2D(192, kernel_size=5, padding=2, activation="relu"),
                nn.MaxPool2D(pool_size=3, strides=2),
                nn.Conv2D(384, kernel_size=3, padding=1, activation="relu"),
                nn.Conv2D(256, kernel_size=3, padding=1, activation="relu"),
                nn.Conv2D(256, kernel_size=3, padding=1, activation="relu"),
                nn.MaxPool2D(pool_size=3, strides=2),
                nn.Flatten(),
                nn.Dense(4096, activation="relu"),
                nn.Dropout(0.5),
                nn.Dense(4096, activation="relu"),
                nn.Dropout(0.5))
            self.output = nn.Dense(classes)


def alexnet(pretrained=False, ctx=None, root=None, device=None, **kwargs):
    """AlexNet.

    Args:
        pretrained: read the parameters of a file in `root`, see model_store.get_model_file.
        ctx, device: where to put them, by default the CPU.  kwargs: those of the class.
    """
    return loaded(AlexNet(**kwargs), "alexnet", pretrained, ctx, root, device)
