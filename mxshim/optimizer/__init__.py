"""mx.optimizer: how weights change, given their gradients (MXNet: mxnet.optimizer)."""
from ..absent import missing as _missing
from ..absent import parts as _parts
from . import contrib as contrib
from . import optimizer as optimizer
from .adam import AdaBelief as AdaBelief
from .adam import Adam as Adam
from .adam import Adamax as Adamax
from .adam import AdamW as AdamW
from .adam import Nadam as Nadam
from .adaptive import FTML as FTML
from .adaptive import AdaDelta as AdaDelta
from .adaptive import AdaGrad as AdaGrad
from .adaptive import Ftrl as Ftrl
from .adaptive import RMSProp as RMSProp
from .layerwise import LAMB as LAMB
from .layerwise import LANS as LANS
from .layerwise import LARS as LARS
from .layerwise import LBSGD as LBSGD
from .optimizer import Optimizer as Optimizer
from .optimizer import Test as Test
from .optimizer import create as create
from .optimizer import register as register
from .sgd import DCASGD as DCASGD
from .sgd import NAG as NAG
from .sgd import SGD as SGD
from .sgd import SGLD as SGLD
from .sgd import Signum as Signum
from .sgd import ccSGD as ccSGD
from .updater import Updater as Updater
from .updater import get_updater as get_updater

__all__ = ["AdaBelief", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "DCASGD", "FTML", "Ftrl", "LAMB", "LANS", "LARS", "LBSGD",
           "NAG", "Nadam", "Optimizer", "RMSProp", "SGD", "SGLD", "Signum", "Test", "Updater", "ccSGD", "contrib", "create",
           "get_updater", "register"]
_parts(__name__, "adabelief adadelta adagrad adam adamW adamax dcasgd ftml ftrl lamb lans lars nadam nag optimizer "
                 "rmsprop sgd sgld signum updater utils",
       optimizer="AdaDelta AdaGrad Adam Adamax DCASGD FTML Ftrl LAMB LARS LBSGD NAG Nadam RMSProp SGD SGLD Signum "
                 "Updater ccSGD get_updater")
__getattr__ = _missing("mx.optimizer", __name__, __all__)
