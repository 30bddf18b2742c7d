"""Names we do not offer: the reason, and what to use instead. Read by the namespaces' `__getattr__`."""
from __future__ import annotations

import difflib
import sys
from opcode import opmap

# full name -> what to say
ABSENT: dict[str, str] = {
    "mx.kvstore.KVStoreServer": "there are no servers: processes exchange through jax.distributed, see mx.kv.create('dist_sync')",
    "mx.kvstore.Horovod": "processes exchange through jax.distributed, see mx.kv.create('dist_sync')",
    "mx.kvstore.BytePS": "processes exchange through jax.distributed, see mx.kv.create('dist_sync')",
    "mx.rtc": "runtime compilation of CUDA source needs MXNet's C++ library; write the kernel with jax.experimental.pallas",
    "mx.tvmop": "TVM operators need MXNet's C++ library",
    "mx.library": "loading operator libraries needs MXNet's C++ library; declare operators in Python",
    "mx.th": "the Torch bridge ended with Lua Torch; exchange arrays with PyTorch through DLPack",
    "mx.torch": "the Torch bridge ended with Lua Torch; exchange arrays with PyTorch through DLPack",
}

ABSENT["mx.test_utils.download_model"] = "fetch the files by other means, then use mx.model.load_checkpoint or gluon.SymbolBlock.imports"
ABSENT["mx.test_utils.get_im2rec_path"] = "write records with mx.recordio.MXIndexedRecordIO and pack_img"
ABSENT.update({f"mx.test_utils.{name}": "CUDA code is MXNet's own; see jax.devices()" for name in (
    "get_cuda_compute_capability", "get_max_supported_compute_capability", "get_rtc_compile_opts")})
ABSENT["mx.io.ImageRecordInt8Iter"] = "use mx.io.ImageRecordIter(dtype='int8'), with mean_r and the like so that pixels fit"
ABSENT.update({"np.linalg.fallback_linalg": "it was a module of MXNet's own code; its functions are in np.linalg itself",
               "np.linalg.reduce": "it was a helper of MXNet's own code; use functools.reduce",
               "np.linalg.wrap_data_api_linalg_func": "it was a helper of MXNet's own code",
               "np.random.wrap_ctx_to_device_func": "it was a helper of MXNet's own code; samplers take ctx= and device= here"})

# What stays absent: reason -> names in full.
_ABSENT = {
    "kept by MXNet for programs before Module: use mx.mod.Module": "mx.model.DataParallelExecutorManager mx.executor_manager.*",
    "kept by MXNet for old programs: use cell.unroll": "mx.rnn.rnn_unroll",
    "ONNX needs a package that is none of ours: HybridBlock.export writes MXNet's files, jax.export JAX's":
        "mx.onnx mx.contrib.onnx",
    "int8 inference needs MXNet's C++ kernels: run the network in bfloat16": "mx.contrib.quantization mx.contrib.quant",
    "XLA compiles for the device: hybridize()": "mx.contrib.tensorrt",
    "CUDA source is not compiled here: write kernels with jax.experimental.pallas": "mx.util.get_cuda_compute_capability "
        "mx.util.get_max_supported_compute_capability mx.util.get_rtc_compile_opts",
    "a step of the metric's own sum: call update(labels, preds) and get()": "mx.metric.PearsonCorrelation.reset_micro "
        "mx.metric.PearsonCorrelation.update_cov mx.metric.PearsonCorrelation.update_variance "
        "mx.gluon.metric.PearsonCorrelation.update_cov mx.gluon.metric.PearsonCorrelation.update_variance",
    "MXNet's raises in 1.9.1 for parameters of another dtype, and that is all it does: call cast()": "mx.gluon.HybridBlock.infer_type",
    "a step of MXNet's shape inference: call the layer's infer_shape(x), or give it in_channels, then see weight.shape":
        "mx.gluon.nn.DeformableConvolution.pre_infer_offset_weight mx.gluon.nn.DeformableConvolution.pre_infer_weight "
        "mx.gluon.nn.ModulatedDeformableConvolution.pre_infer_offset_weight mx.gluon.nn.ModulatedDeformableConvolution.pre_infer_weight",
    "MXNet's always raises: call the cell": "mx.gluon.rnn.SequentialRNNCell.hybrid_forward",
    "a step of MXNet's unfused layers: give cells their input_size, or call them on a batch": "mx.gluon.rnn.SequentialRNNCell.infer_shape",
    "an import of MXNet's own: use mx.nd.load": "mx.init.load mx.initializer.load",
    "MXNet's always raises: use set_lr_mult": "mx.optimizer.Optimizer.set_lr_scale",
    "MXNet's cannot be composed (1.9.1) or has no outputs (2.0.0b1): use one_hot and where": "mx.sym.fill_element_0index",
    "it was a module of MXNet's own code; its functions are in mx.sym itself": "mx.sym.gen__internal mx.sym.gen_contrib mx.sym.gen_image "
        "mx.sym.gen_linalg mx.sym.gen_op mx.sym.gen_sparse mx.sym.register",
    "an address in MXNet's C++ library: graphs are kept in Python here, see Symbol.tojson()": "mx.sym.Symbol.handle nd.CachedOp.handle",
    "use matplotlib": "mx.notebook",
    "it serves calls of MXNet's C++ library, and there is none here: what programs call is in mx.nd, mx.np and the like": "mx.base.*",
    "MXNet's own repository; importlib.metadata.version('mxshim') is ours": "mx.runtime.get_branch mx.runtime.get_commit_hash",
    "XLA decides what becomes of denormal numbers, by its flags": "mx.util.set_flush_denorms",
}
ABSENT.update({name: why for why, names in _ABSENT.items() for name in names.split()})


def reason(name: str) -> tuple[str, bool]:
    """(why a name is absent, whether that will stay so); ("", False) if nothing is known. A namespace speaks for what is in it."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        owner = ".".join(parts[:end])
        if owner in ABSENT:
            return ABSENT[owner], True
        if f"{owner}.*" in ABSENT and end < len(parts):
            return ABSENT[f"{owner}.*"], False
    return "", False

# Operators of the namespaces: reason and what to use, then the names without their dialects.
_OPERATORS = {
    "MXNet's own graph sampling; sample with NumPy on the CSR array's indptr and indices":
        "nd.contrib.: dgl_csr_neighbor_non_uniform_sample dgl_csr_neighbor_uniform_sample dgl_graph_compact dgl_subgraph",
    "a step of MXNet's int8 graphs; dequantize, compute with floats, and use quantize_v2":
        "npx. nd.contrib.: quantized_pooling quantized_elemwise_add",
    "a step of MXNet's int8 graphs; dequantize and compute with floats":
        "nd.contrib.: quantized_concat quantized_batch_norm quantized_rnn quantize_asym calibrate_entropy",
    "it chose ranges for MXNet's int8 graphs; take them from the data": "npx.: contrib_calibrate_entropy",
    "a gradient of MXNet's graphs; use autograd": "nd.contrib.: backward_gradientmultiplier backward_hawkesll backward_index_copy "
        "backward_quadratic",
    "MXNet 1.9.1's cannot be called, since it takes three arrays and wants five; use nd.BatchNorm": "nd.: BatchNorm_v1",
    "use nd.reshape; shapes do not depend on values": "nd.contrib.: dynamic_reshape",
    "MXNet 1.9.1's fails for every image; use mx.image.imdecode": "nd.: imdecode",
    "CUDA code is MXNet's own; see jax.devices()": "npx.: get_cuda_compute_capability",
}
for _why, _names in _OPERATORS.items():
    _prefixes, _, _short = _names.partition(": ")
    ABSENT.update({prefix + name: _why for prefix in _prefixes.split() for name in _short.split()})

# Methods that only the other class has, or that both lack: what to write instead.
_TORCH = {
    "numpy": "x.asnumpy()", "cuda": "x.as_in_context(mx.gpu())", "cpu": "x.as_in_context(mx.cpu())",
    "to": "x.as_in_context(ctx) or x.astype(dtype)", "type": "x.astype(dtype)", "float": "x.astype('float32')",
    "requires_grad": "x.attach_grad()", "requires_grad_": "x.attach_grad()", "zero_": "x[:] = 0",
    "unsqueeze": "x.expand_dims(axis)", "permute": "x.transpose(axes)", "clone": "x.copy()", "add_": "x += y", "sub_": "x -= y",
}
NP_METHODS = _TORCH | {
    "asscalar": "x.item()", "norm": "np.linalg.norm(x)", "expand_dims": "np.expand_dims(x, axis)", "zero_grad": "x.grad[:] = 0",
    "exp": "np.exp(x)", "log": "np.log(x)", "relu": "npx.relu(x)", "softmax": "npx.softmax(x)", "abs": "np.abs(x)",
    "tostype": "x.as_nd_ndarray().tostype(...)", "slice_axis": "x[...]", "ravel": "x.reshape(-1)", "view": "x[...]",
    "itemset": "x[i] = value", "grad_req": "x.attach_grad(grad_req)", "append": "np.append(x, values)", "mm": "np.dot(x, y)",
    "matmul": "np.matmul(x, y)", "unsqueeze": "np.expand_dims(x, axis)",
}
ND_METHODS = _TORCH | {
    "item": "x.asscalar()", "tolist": "x.asnumpy().tolist()", "zero_grad": "x.grad[:] = 0", "any": "(x != 0).max().asscalar() > 0",
    "all": "(x != 0).min().asscalar() > 0", "append": "nd.concat(x, y, dim=0)", "view": "x.reshape(shape)", "dot": "nd.dot(x, y)",
    "mm": "nd.dot(x, y)", "matmul": "nd.dot(x, y) or nd.batch_dot(x, y)", "std": "x.asnumpy().std()", "var": "x.asnumpy().var()",
    "cumsum": "nd.cumsum(x)", "ravel": "x.reshape(-1)",
}

BLOCK_METHODS = {
    "export": "only a HybridBlock has a graph to write: derive from HybridBlock (nn.HybridSequential for nn.Sequential), or use "
              "save_parameters()",
    "optimize_for": "only a HybridBlock has a graph: derive from HybridBlock (nn.HybridSequential for nn.Sequential)",
    "infer_type": "give layers their dtype, or call cast()",
}


def block_method_hint(name: str) -> str:
    use = BLOCK_METHODS.get(name)
    return f": {use}" if use else ""


def method_hint(cls, name: str) -> str:
    """What to write instead of a method that an array class lacks: the other spelling, or names that are near."""
    if name.startswith("_"):
        return ""
    use = (NP_METHODS if cls._dialect == "np" else ND_METHODS).get(name)
    if use:
        return f"; use {use}"
    near = difflib.get_close_matches(name, [n for n in dir(cls) if not n.startswith("_")], 3, 0.75)
    return f": did you mean {', '.join(near)}?" if near else ""


def missing(prefix: str, module: str, known):
    """A `__getattr__` for a namespace: says why a name is absent, or which names are near."""

    def __getattr__(name):
        why = ABSENT.get(f"{prefix}.{name}") or ABSENT.get(f"{prefix}.*")
        if why is None:
            near = difflib.get_close_matches(name, list(known), 3)
            why = f"did you mean {', '.join(near)}?" if near else ""
        if name.startswith("__"):
            raise AttributeError(name)
        if why and _imported():
            raise ImportError(f"cannot import name {name!r} from {module!r}: {why}", name=module)
        raise AttributeError(f"module {module!r} has no attribute {name!r}" + (f": {why}" if why else ""))

    return __getattr__


def _imported() -> bool:
    """Whether it is `from module import name` that asks: Python would replace an AttributeError, and with it the reason."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_name == "__getattr__":
        frame = frame.f_back
    return frame is not None and frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]


def parts(package: str, names: str, **stars: str):
    """Let the names of a package be found in modules of it, too, where MXNet has them: mx.optimizer.nag.NAG.

    names: of MXNet's files in there. A module of ours with such a name finds what it lacks in the package; the others are the package.
    stars: for a module of ours, names that it lacks and that `from it import *` brings in MXNet.
    """
    whole = sys.modules[package]

    def __getattr__(name):
        if name.startswith("__"):  # what Python asks of modules is no name of the package
            raise AttributeError(name)
        return getattr(whole, name)

    whole.__dict__.setdefault("__path__", [])  # modules are looked for in packages only
    for name in names.split():
        module = sys.modules.setdefault(f"{package}.{name}", whole)
        setattr(whole, name, module)
        if module is not whole:
            module.__dict__.setdefault("__getattr__", __getattr__)
    for name, lacking in stars.items():
        module = sys.modules[f"{package}.{name}"]
        own = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
        module.__all__ = [*own, *lacking.split()]
