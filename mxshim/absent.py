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
    "mx.profiler": "use jax.profiler", "mx.runtime": "see mxshim.engine.stats()", "mx.amp": "cast with astype",
    "mx.contrib": "see np, npx and nd", "mx.log": "use Python's logging", "mx.registry": "use a dict",
}
ABSENT.update({name: f"not part of this release of mxshim; {use}" for name, use in _LATER.items()})

# What stays absent: reason -> names in full.
_SYMBOLS = "symbolic graphs are not offered: call np or nd operators directly, they are compiled together anyway"
_ABSENT = {
    "NumPy has moved its financial functions to the package numpy-financial, which takes x.asnumpy()":
        "np.mirr np.npv np.pmt np.ppmt np.pv np.rate",
    _SYMBOLS: "mx.AttrScope mx.attribute mx.name mx.executor mx.executor_manager mx.test_utils.np_symbol mx.amp.convert_symbol "
              "mx.contrib.amp.convert_symbol mx.test_utils.check_symbolic_forward mx.test_utils.check_symbolic_backward "
              "mx.test_utils.same_symbol_structure mx.test_utils.simple_forward mx.test_utils.check_speed "
              "mx.gluon.Parameter.var",
    "cells of symbolic graphs are not offered: use mx.gluon.rnn": "mx.rnn",
    "Module and FeedForward are not offered: use mx.gluon": "mx.model.FeedForward mx.model.BatchEndParam "
        "mx.model.DataParallelExecutorManager mx.model.get_updater mx.callback.module_checkpoint",
    "it watches executors of symbolic graphs: print in the loop, or register a forward hook on the blocks":
        "mx.mon mx.monitor mx.callback.LogValidationMetricsCallback",
    "ONNX files hold symbolic graphs: export a function of JAX arrays with jax.export instead":
        "mx.onnx mx.contrib.onnx",
    "int8 inference needs MXNet's C++ kernels: run the network in bfloat16": "mx.contrib.quantization nd.contrib.calibrate_entropy "
        "npx.contrib_calibrate_entropy nd.contrib.intgemm_fully_connected nd.contrib.intgemm_maxabsolute "
        "nd.contrib.intgemm_prepare_data nd.contrib.intgemm_prepare_weight nd.contrib.intgemm_take_weight "
        "npx.intgemm_fully_connected npx.intgemm_maxabsolute npx.intgemm_prepare_data npx.intgemm_prepare_weight npx.intgemm_take_weight",
    "sampling of graphs needs MXNet's C++ library": "nd.contrib.dgl_adjacency nd.contrib.dgl_csr_neighbor_non_uniform_sample "
        "nd.contrib.dgl_csr_neighbor_uniform_sample nd.contrib.dgl_graph_compact nd.contrib.dgl_subgraph nd.contrib.edge_id",
    "the interface of MXNet 0.9: use mx.autograd": "mx.contrib.autograd",
    "the interfaces before CustomOp: use mx.operator.CustomOp or autograd.Function": "mx.operator.NDArrayOp mx.operator.NumpyOp "
        "mx.operator.PythonOp",
    "MXNet's bridges to Caffe and Lua Torch are gone with those": "mx.metric.Caffe mx.metric.Torch mx.gluon.metric.Torch",
    "other frameworks' transports are not offered: JAX's collectives do that work": "mx.kvstore.BytePS mx.kvstore.Horovod "
        "mx.kvstore.KVStoreServer",
    "CUDA source is not compiled here: write kernels with jax.experimental.pallas": "mx.util.get_cuda_compute_capability "
        "mx.util.get_max_supported_compute_capability mx.util.get_rtc_compile_opts npx.get_cuda_compute_capability",
    "use matplotlib": "mx.notebook",
    "no class of errors needs to be announced: raise it": "mx.error.register",
}
ABSENT.update({name: why for why, names in _ABSENT.items() for name in names.split()})


def reason(name: str) -> tuple[str, bool]:
    """(why a name is absent, whether that will stay so); ("", False) if nothing is known. A namespace speaks for what is in it."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        owner = ".".join(parts[:end])
        if owner in ABSENT:
            return ABSENT[owner], owner not in _LATER
        if f"{owner}.*" in ABSENT and end < len(parts):
            return ABSENT[f"{owner}.*"], False
    return "", False


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
