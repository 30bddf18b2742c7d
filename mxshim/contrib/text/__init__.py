"""mx.contrib.text: counting tokens, vocabularies, embeddings from files (MXNet: mxnet.contrib.text)."""
from . import embedding as embedding
from . import utils as utils
from . import vocab as vocab

__all__ = ["embedding", "utils", "vocab"]
