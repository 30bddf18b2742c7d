"""mx.gluon.nn: layers (MXNet: mxnet.gluon.nn)."""
from ...absent import missing as _missing
from ...absent import parts as _parts
from ..block import Block as Block
from ..block import HybridBlock as HybridBlock
from ..symbol_block import SymbolBlock as SymbolBlock
from . import basic_layers as basic_layers
from . import conv_layers as conv_layers
from .activations import ELU as ELU
from .activations import GELU as GELU
from .activations import SELU as SELU
from .activations import Activation as Activation
from .activations import LeakyReLU as LeakyReLU
from .activations import PReLU as PReLU
from .activations import SiLU as SiLU
from .activations import Swish as Swish
from .basic_layers import Dense as Dense
from .basic_layers import Dropout as Dropout
from .basic_layers import Embedding as Embedding
from .basic_layers import Flatten as Flatten
from .basic_layers import HybridLambda as HybridLambda
from .basic_layers import Identity as Identity
from .basic_layers import Lambda as Lambda
from .containers import Concatenate as Concatenate
from .containers import HybridConcatenate as HybridConcatenate
from .containers import HybridSequential as HybridSequential
from .containers import Sequential as Sequential
from .conv_layers import Conv1D as Conv1D
from .conv_layers import Conv1DTranspose as Conv1DTranspose
from .conv_layers import Conv2D as Conv2D
from .conv_layers import Conv2DTranspose as Conv2DTranspose
from .conv_layers import Conv3D as Conv3D
from .conv_layers import Conv3DTranspose as Conv3DTranspose
from .deformable_layers import DeformableConvolution as DeformableConvolution
from .deformable_layers import ModulatedDeformableConvolution as ModulatedDeformableConvolution
from .norm_layers import BatchNorm as BatchNorm
from .norm_layers import BatchNormReLU as BatchNormReLU
from .norm_layers import GroupNorm as GroupNorm
from .norm_layers import InstanceNorm as InstanceNorm
from .norm_layers import LayerNorm as LayerNorm
from .norm_layers import SyncBatchNorm as SyncBatchNorm
from .pool_layers import AvgPool1D as AvgPool1D
from .pool_layers import AvgPool2D as AvgPool2D
from .pool_layers import AvgPool3D as AvgPool3D
from .pool_layers import GlobalAvgPool1D as GlobalAvgPool1D
from .pool_layers import GlobalAvgPool2D as GlobalAvgPool2D
from .pool_layers import GlobalAvgPool3D as GlobalAvgPool3D
from .pool_layers import GlobalMaxPool1D as GlobalMaxPool1D
from .pool_layers import GlobalMaxPool2D as GlobalMaxPool2D
from .pool_layers import GlobalMaxPool3D as GlobalMaxPool3D
from .pool_layers import MaxPool1D as MaxPool1D
from .pool_layers import MaxPool2D as MaxPool2D
from .pool_layers import MaxPool3D as MaxPool3D
from .pool_layers import ReflectionPad2D as ReflectionPad2D
from .shuffle_layers import PixelShuffle1D as PixelShuffle1D
from .shuffle_layers import PixelShuffle2D as PixelShuffle2D
from .shuffle_layers import PixelShuffle3D as PixelShuffle3D

__all__ = ["Activation", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNorm", "BatchNormReLU", "Block", "Concatenate",
           "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "DeformableConvolution",
           "Dense", "Dropout", "ELU", "Embedding", "Flatten", "GELU", "GlobalAvgPool1D", "GlobalAvgPool2D",
           "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GroupNorm", "HybridBlock",
           "HybridConcatenate", "HybridLambda", "HybridSequential", "Identity", "InstanceNorm", "Lambda", "LayerNorm",
           "LeakyReLU", "MaxPool1D", "MaxPool2D", "MaxPool3D", "ModulatedDeformableConvolution", "PReLU", "PixelShuffle1D",
           "PixelShuffle2D", "PixelShuffle3D", "ReflectionPad2D", "SELU", "Sequential", "SiLU", "Swish", "SymbolBlock",
           "SyncBatchNorm"]
_parts(__name__, "activations basic_layers conv_layers")
__getattr__ = _missing("mx.gluon.nn", __name__, __all__)
for _place in (basic_layers, conv_layers):  # MXNet has only these two files of layers; each of them has all the names
    vars(_place).update({_name: globals()[_name] for _name in __all__})
