"""A row as a step of each framework: `FRAMEWORKS[name](row, contestant)` returns (step, read, scope).

`step()` is one step, `read(result)` what a user does to see its result, `scope()` what is open while the step runs.
"""
from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import numpy as onp

RATE = 0.01  # of SGD


def gluon(row):
    """A gluon network and a Trainer; np arrays on MXNet 2.0, else nd."""
    import mxnet as mx
    from mxnet import autograd
    two = mx.__version__.startswith("2")
    np = mx.np if two else mx.nd
    (mx.npx.set_np if two else mx.npx.reset_np)()
    values, data = row.arrays()
    x, y = [np.array(a) for a in data]
    net = row.net(mx)
    net.initialize()
    net(x)
    left = iter(values)
    for name, p in net.collect_params().items():
        if p.grad_req != "null":
            fused = name.endswith("rnn_param")  # MXNet 2 keeps weights and biases of an LSTM in one vector
            p.set_data(np.array(onp.concatenate([next(left).ravel() for _ in range(4)]) if fused else next(left)))
    if row.hybrid:
        net.hybridize(static_alloc=True, static_shape=True)
    loss_of = mx.gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": RATE})

    def step():
        with autograd.record():
            out = net(x)
            loss = loss_of(out.reshape((-1, out.shape[-1])), y).mean()
        loss.backward()
        trainer.step(1)
        return loss

    return step, lambda a: a.item() if two else a.asscalar(), nullcontext


def mxnet(row, contestant):
    """Plain MXNet code; runs on MXNet 1.9 and 2.0 and on mxshim."""
    if row.net is not None:
        return gluon(row)
    import mxnet as mx
    from mxnet import autograd
    if row.dialect == "np":
        mx.npx.set_np()
        np = mx.np
    else:
        mx.npx.reset_np()
        np = mx.nd
    params, data = ([np.array(a) for a in arrays] for arrays in row.arrays())
    spans = row.spans and row.spans()
    if row.mode not in ("value", "plain"):
        for p in params:
            p.attach_grad()

    def batch():
        if not spans:
            return data
        i, j = next(spans)
        return [d[i:j] for d in data]

    def train():
        rows = batch()
        with autograd.record():
            loss = row.model(np, params, *rows)
        loss.backward()
        for p in params:
            p[:] = p - RATE * p.grad
        return loss

    def gradient():
        with autograd.record():
            result = row.model(np, params, *data)
        result.backward()
        return params[0].grad

    def value():
        return row.model(np, params, *batch())

    step = {"train": train, "gradient": gradient}.get(row.mode, value)
    scalar = (lambda a: a.item()) if row.dialect == "np" else (lambda a: a.asscalar())
    read = scalar if row.mode == "train" else lambda a: a.asnumpy()
    return step, read, autograd.record if row.mode == "recorded" else nullcontext


def jax(row, contestant):
    """An expert's step: everything in one jitted function, parameters donated."""
    import jax
    import jax.numpy as jnp
    model = row.model_of(contestant)
    params, data = ([jnp.asarray(a) for a in arrays] for arrays in row.arrays())
    spans = row.spans and row.spans()
    first = next(row.spans()) if spans else (0, 0)
    size = first[1] - first[0]

    def loss_of(params, data, start=None):
        if start is not None:
            data = [jax.lax.dynamic_slice_in_dim(d, start, size) for d in data]
        return model(jnp, params, *data)

    @partial(jax.jit, donate_argnums=0)
    def update(params, *batch):
        loss, gradients = jax.value_and_grad(loss_of)(params, *batch)
        return loss, [p - RATE * g for p, g in zip(params, gradients, strict=True)]

    differentiate = jax.jit(jax.value_and_grad(loss_of))
    forward = jax.jit(loss_of)

    def train():
        nonlocal params
        loss, params = update(params, data, *([next(spans)[0]] if spans else []))
        return loss

    def gradient():
        return differentiate(params, data)[1][0]

    def value():
        return forward(params, data)

    step = {"train": train, "gradient": gradient}.get(row.mode, value)
    return step, float if row.mode == "train" else onp.asarray, nullcontext


def torch(row, contestant):
    """PyTorch, eager."""
    import torch as t
    model = row.model_of(contestant)
    same = ("abs", "concatenate", "exp", "log", "matmul", "sqrt", "swapaxes", "tanh")
    np = SimpleNamespace(dot=t.matmul, maximum=lambda a, b: t.clamp(a, min=b), **{name: getattr(t, name) for name in same})
    differentiable = row.mode not in ("value", "plain")
    params, data = row.arrays()
    params = [t.tensor(a, requires_grad=differentiable) for a in params]
    data = [t.tensor(a) for a in data]
    spans = row.spans and row.spans()

    def train():
        rows = data
        if spans:
            i, j = next(spans)
            rows = [d[i:j] for d in data]
        loss = model(np, params, *rows)
        loss.backward()
        with t.no_grad():
            for p in params:
                p -= RATE * p.grad
                p.grad = None
        return loss

    def gradient():
        for p in params:
            p.grad = None
        model(np, params, *data).backward()
        return params[0].grad

    def value():
        return model(np, params, *data)

    step = {"train": train, "gradient": gradient}.get(row.mode, value)
    return step, (lambda a: a.item()) if row.mode == "train" else lambda a: a.detach().numpy(), nullcontext


FRAMEWORKS = {"mxshim": mxnet, "mxnet": mxnet, "hand": jax, "torch": torch}
