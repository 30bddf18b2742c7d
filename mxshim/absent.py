"""Names we do not offer: the reason, and what to use instead. Read by the namespaces' `__getattr__`."""
from __future__ import annotations

import difflib

# full name -> what to say
ABSENT: dict[str, str] = {
    "mx.gluon.nn.DeformableConvolution": "its operator is not offered; write it with nd.BilinearSampler and a convolution",
    "mx.gluon.nn.ModulatedDeformableConvolution": "its operator is not offered; write it with nd.BilinearSampler and a convolution",
    "mx.gluon.nn.SymbolBlock": "symbolic graphs are not offered: write the network as a HybridBlock and load its parameters",
    "mx.gluon.SymbolBlock": "symbolic graphs are not offered: write the network as a HybridBlock and load its parameters",
    "mx.gluon.contrib.cnn": "its layers need an operator for deformable convolutions, which is not offered",
    "mx.gluon.contrib.data": "use mx.gluon.data, or read and slice arrays in Python",
    "mx.gluon.contrib.estimator": "write the training loop out: record, backward, step",
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

# Methods that only the other class has, or that both lack: what to write instead.
NP_METHODS = {
    "asscalar": "x.item()", "norm": "np.linalg.norm(x)", "expand_dims": "np.expand_dims(x, axis)", "zero_grad": "x.grad[:] = 0",
    "exp": "np.exp(x)", "log": "np.log(x)", "relu": "npx.relu(x)", "softmax": "npx.softmax(x)", "abs": "np.abs(x)",
    "tostype": "x.as_nd_ndarray().tostype(...)", "slice_axis": "x[...]", "ravel": "x.reshape(-1)", "view": "x[...]",
    "itemset": "x[i] = value", "grad_req": "x.attach_grad(grad_req)",
}
ND_METHODS = {"item": "x.asscalar()", "tolist": "x.asnumpy().tolist()", "zero_grad": "x.grad[:] = 0", "as_in_ctx": "x.as_in_context(ctx)",
              "to_device": "x.as_in_context(ctx)", "device": "x.ctx", "any": "(x != 0).sum() > 0"}

BLOCK_METHODS = {
    "export": "symbolic graphs are not offered: write the parameters with save_parameters() and keep the network's code",
    "optimize_for": "there are no other back ends: call hybridize(), XLA optimizes every program",
    "infer_type": "give layers their dtype, or call cast()",
    "save": "use save_parameters(), and keep the network's code",
    "load": "make the network with its code, then load_parameters()",
}


def block_method_hint(name: str) -> str:
    use = BLOCK_METHODS.get(name)
    return f": {use}" if use else ""


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
