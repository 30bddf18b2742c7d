"""Names we do not offer: the reason, and what to use instead. Read by the namespaces' `__getattr__`."""
from __future__ import annotations

import difflib

# full name -> what to say
ABSENT: dict[str, str] = {
    "mx.gluon.*": "this release of mxshim has Block, HybridBlock, Parameter and the first layers of gluon.nn, but no losses, "
                  "Trainer or data loaders yet; write those with np or nd operators and autograd",
    "mx.gluon.nn.*": "this release of mxshim has Sequential, HybridSequential, Dense, Activation, Dropout, BatchNorm, LayerNorm, "
                     "Embedding, Flatten, Lambda and HybridLambda; write other layers as Blocks with np or nd operators",
    "mx.sym": "symbolic graphs are not offered: call nd or np operators directly, they are compiled together anyway",
    "mx.symbol": "symbolic graphs are not offered: call nd or np operators directly, they are compiled together anyway",
    "mx.mod": "Module is not offered: use np/nd operators and autograd",
    "mx.module": "Module is not offered: use np/nd operators and autograd",
    "mx.rtc": "runtime compilation of CUDA source needs MXNet's C++ library; write the kernel with jax.experimental.pallas",
    "mx.tvmop": "TVM operators need MXNet's C++ library",
    "mx.library": "loading operator libraries needs MXNet's C++ library; declare operators in Python",
    "mx.th": "the Torch bridge ended with Lua Torch; exchange arrays with PyTorch through DLPack",
    "mx.torch": "the Torch bridge ended with Lua Torch; exchange arrays with PyTorch through DLPack",
}

_LATER = {
    "mx.optimizer": "write the update out, w[:] = w - lr * w.grad", "mx.lr_scheduler": "compute the rate in Python",
    "mx.metric": "compute it with np or nd functions", "mx.kvstore": "one device needs none", "mx.kv": "one device needs none",
    "mx.io": "slice arrays in Python", "mx.image": "read images with Pillow and np.array", "mx.img": "read images with Pillow and np.array",
    "mx.recordio": "read the files with another tool", "mx.model": "use nd.save and nd.load", "mx.callback": "print in the loop",
    "mx.viz": "see mxshim.engine.explain()", "mx.visualization": "see mxshim.engine.explain()", "mx.test_utils": "use numpy.testing",
    "mx.profiler": "use jax.profiler", "mx.runtime": "see mxshim.engine.stats()", "mx.monitor": "print in the loop",
    "mx.mon": "print in the loop", "mx.rnn": "write the cell out", "mx.amp": "cast with astype", "mx.onnx": "use another exporter",
    "mx.executor": "call operators directly", "mx.attribute": "symbols only", "mx.AttrScope": "symbols only", "mx.name": "symbols only",
    "mx.contrib": "see np, npx and nd", "mx.log": "use Python's logging", "mx.registry": "use a dict", "mx.notebook": "use matplotlib",
}
ABSENT.update({name: f"not part of this release of mxshim; {use}" for name, use in _LATER.items()})

# Operators of the namespaces: reason and what to use, then the names without their dialects.
_OPERATORS = {
    "int8 kernels of MXNet's C++ library for one family of processors; use fully_connected, or quantized_fully_connected":
        "npx. nd.contrib.: intgemm_fully_connected intgemm_maxabsolute intgemm_prepare_data intgemm_prepare_weight intgemm_take_weight",
    "MXNet's own graph sampling; sample with NumPy on the CSR array's indptr and indices":
        "nd.contrib.: dgl_adjacency dgl_csr_neighbor_non_uniform_sample dgl_csr_neighbor_uniform_sample dgl_graph_compact "
        "dgl_subgraph edge_id",
    "a step of MXNet's int8 graphs; dequantize, compute with floats, and use quantize_v2":
        "npx. nd.contrib.: quantized_pooling quantized_concat quantized_batch_norm quantized_elemwise_add quantized_rnn "
        "quantized_reshape quantize_asym calibrate_entropy contrib_calibrate_entropy",
    "a gradient of MXNet's graphs; use autograd": "nd.contrib.: backward_gradientmultiplier backward_hawkesll backward_index_copy "
        "backward_quadratic",
    "kept by MXNet for old models; use nd.BatchNorm": "nd.: BatchNorm_v1",
    "kept by MXNet for old models; use nd.Pooling, whose average at the borders differs with pooling_convention='full'": "nd.: Pooling_v1",
    "use np.random.multinomial": "npx.random.: multinomial",
    "draw with NumPy's random.binomial, and nd.array": "nd.: random_binomial sample_binomial",
    "draw with NumPy: nd.array(numpy.random.binomial(n, p, shape))": "nd.random.: binomial",
    "use nd.random.multinomial": "nd.: sample_categorical",
    "use nd.reshape; shapes do not depend on values": "nd.contrib.: dynamic_reshape",
    "draw the place in Python and use image.crop": "npx.image. nd.image.: random_crop random_resized_crop",
    "CUDA code is MXNet's own; see jax.devices()": "npx.: get_cuda_compute_capability",
}
for _why, _names in _OPERATORS.items():
    _prefixes, _, _short = _names.partition(": ")
    ABSENT.update({prefix + name: _why for prefix in _prefixes.split() for name in _short.split()})

# Methods that only the other class has, or that both lack: what to write instead.
NP_METHODS = {
    "asscalar": "x.item()", "norm": "np.linalg.norm(x)", "expand_dims": "np.expand_dims(x, axis)", "zero_grad": "x.grad[:] = 0",
    "exp": "np.exp(x)", "log": "np.log(x)", "relu": "npx.relu(x)", "softmax": "npx.softmax(x)", "abs": "np.abs(x)",
    "tostype": "x.as_nd_ndarray().tostype(...)", "slice_axis": "x[...]", "ravel": "x.reshape(-1)", "view": "x[...]",
    "itemset": "x[i] = value", "grad_req": "x.attach_grad(grad_req)",
}
ND_METHODS = {"item": "x.asscalar()", "tolist": "x.asnumpy().tolist()", "zero_grad": "x.grad[:] = 0", "as_in_ctx": "x.as_in_context(ctx)",
              "to_device": "x.as_in_context(ctx)", "device": "x.ctx", "any": "(x != 0).sum() > 0"}


def np_method_hint(name: str) -> str:
    return _hint(NP_METHODS, name)


def nd_method_hint(name: str) -> str:
    return _hint(ND_METHODS, name)


def _hint(table, name):
    use = table.get(name)
    return f"; use {use}" if use else ""


def missing(prefix: str, module: str, known):
    """A `__getattr__` for a namespace: says why a name is absent, or which names are near."""

    def __getattr__(name):
        why = ABSENT.get(f"{prefix}.{name}") or ABSENT.get(f"{prefix}.*")
        if why is None:
            near = difflib.get_close_matches(name, list(known), 3)
            why = f"did you mean {', '.join(near)}?" if near else ""
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"module {module!r} has no attribute {name!r}" + (f": {why}" if why else ""))

    return __getattr__
