"""Wrote random_mx1.json and random_mx2.json beside it: python make_random.py, once with MXNet 1.9.1 and once with 2.0.0b1.

Every case is a seed and a list of calls that follow each other; of every result the dtype, the shape and the MD5 sum of
its bytes are kept, or the values where the last digits depend on the C library's exp and pow.
"""
import hashlib
import json
import os
import sys

import mxnet as mx
import numpy as onp
from mxnet import nd, np, npx

SIZES = [1, 2, 3, 63, 64, 65, 66, 129, 200, 1000, 65536, 65537, 70000]
NP = [
    "np.random.uniform(-1, 3, size={n})", "np.random.normal(1, 2, size={n})", "np.random.rand({n})", "np.random.randn({n})",
    "np.random.normal(0.3, 1.7, size={n}, dtype='float16')", "np.random.uniform(-0.3, 0.2, size={n}, dtype='float64')",
    "np.random.exponential(2.5, size={n})", "np.random.randint(-3, 1000, size={n})",
    "np.random.randint(0, 7, size={n}, dtype='int32')", "npx.random.bernoulli(0.3, size={n})", "np.random.choice(10, {n})",
    "np.random.choice({n} + 3, {n}, replace=False)", "np.random.multinomial(13, [0.2, 0.3, 0.5], size=7)",
    "np.random.multinomial(5, np.array([0.2, 0.3, 0.5]), size=(2, 3))", "np.random.logistic(0.5, 2, size={n})",
    "np.random.gumbel(1, 2, size={n})", "np.random.rayleigh(1.5, size={n})", "np.random.laplace(1, 2, size={n})",
    "np.random.normal(np.ones(({n},)) * 0.3, np.ones(({n},)) * 1.7)",
    "np.random.uniform(np.ones((2, 1)) * 0.3, np.ones((2, {n})) * 1.7)", "np.random.exponential(np.ones(({n},)) * 1.7)",
    "np.random.gumbel(np.ones(({n},)) * 0.3, np.ones(({n},)) * 1.7)", "npx.random.bernoulli(np.ones(({n},)) * 0.3)",
    "npx.dropout(np.ones((2, {n})), p=0.4, mode='always')",
    "npx.random.uniform_n(np.zeros((3,)), np.ones((3,)), batch_shape={n})",
    "npx.random.normal_n(np.zeros((3,)), np.ones((3,)), batch_shape={n})",
    "npx.random.categorical(np.array([0.2, 0.3, 0.5]), shape={n})",
]
NP_CLOSE = ["np.random.weibull(1.5, size={m})", "np.random.pareto(1.5, size={m})", "np.random.power(1.5, size={m})",
            "np.random.lognormal(0, 0.5, size={m})", "np.random.logistic(np.ones(({m},)) * 0.3, np.ones(({m},)) * 1.7)"]
ND = [
    "nd.random.uniform(-1, 3, shape={n})", "nd.random.normal(1, 2, shape={n})",
    "nd.random.uniform(-1, 3, shape={n}, dtype='float16')", "nd.random.uniform(-1, 3, shape={n}, dtype='float64')",
    "nd.random.exponential(2.5, shape={n})", "nd.random.randint(0, 7, shape={n})",
    "nd.random.randint(-2**40, 2**50, shape={n}, dtype='int64')", "nd.random.shuffle(nd.arange(min({n}, 5000)))",
    "nd.random.shuffle(nd.arange(min({n}, 5000)).reshape((-1, 1)))", "nd.Dropout(nd.ones(({n},)), p=0.3, mode='always')",
    "nd.Dropout(nd.ones(({n},), dtype='float16'), p=0.5, mode='always')",
    "nd.Dropout(nd.ones((3, {n})), p=0.3, mode='always', axes=(0,))", "nd.random.poisson(3, shape=min({n}, 300))",
    "nd.random.poisson(30.5, shape=min({n}, 300))", "nd.random.gamma(3, 2, shape=min({n}, 300))",
    "nd.random.negative_binomial(3, 0.4, shape=min({n}, 300))",
    "nd.random.generalized_negative_binomial(3, 0.4, shape=min({n}, 300))",
    "nd.random.normal(nd.array([1, 2, 3]), nd.array([1, 2, 3]), shape={n})",
    "nd.random.exponential(nd.array([1, 2, 3]), shape={n})",
    "nd.random.uniform(nd.array([[1], [2]]), nd.array([[3], [4]]), shape=(2, {n}))",
    "nd.random.normal_like(nd.ones(({n}, 2)))", "nd.random.poisson(nd.array([0, 2.5, 20]), shape=min({n}, 100))",
    "nd.random_normal(shape={n})", "nd.random_exponential(2.5, shape={n})",
    "nd.random.multinomial(nd.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]), shape={n})", "nd.random.randn({n}, 2)",
    "np.random.choice(5, {n}, p=np.array([0.1, 0.2, 0.3, 0.15, 0.25]))",
    "np.random.choice(40, 7, replace=False, p=np.arange(40) / 780)",
]
ND_CLOSE = ["nd.random.gamma(0.5, 2, shape={m})", "nd.random.normal(1, 2, shape={m}, dtype='float64')"]
# how much np.random.gamma draws depends on uninitialised memory in MXNet, so it comes last
LAST = ["np.random.gamma(2.5, 1.5, size=200)", "np.random.gamma(0.5, 1.5, size=200)", "np.random.beta(2.0, 3.0, size=50)",
        "np.random.chisquare(3.0, size=50)", *[f"nd.random.binomial({n}, {p}, shape={s})" for n, p, s in (
            (1, 0.3, 70), (12, 0.5, 200), (33, 0.8, 3000), (35, 0.3, 300), (100, 0.7, 500), (1000, 0.3, 300), (3, 1.5, 4))],
        "nd.sample_binomial(nd.array([3, 40, 2.5, -1]), nd.array([0.3, 0.4, 1.0, 0.5]), shape=60)",
        "nd.random.binomial(50, 0.5, shape=(2, 30), dtype='float16')"]


def result(code, close):
    v = onp.ascontiguousarray(eval(code, {"nd": nd, "np": np, "npx": npx}).asnumpy())
    found = {"code": code, "dtype": v.dtype.name, "shape": list(v.shape)}
    return {**found, "values": v.ravel().tolist()} if close else {**found, "md5": hashlib.md5(v.tobytes()).hexdigest()}


def main():
    two = mx.__version__.startswith("2.")
    exact, close = (NP, NP_CLOSE) if two else (ND, ND_CLOSE)
    choose, cases = onp.random.RandomState(0), []
    for seed in (0, 1, 42, -5, 2 ** 31 - 1, 2 ** 40 + 3):
        mx.random.seed(seed)
        calls = []
        for _ in range(3):
            for i in choose.permutation(len(exact) + len(close)):
                code = (exact + close)[i].format(n=SIZES[choose.randint(len(SIZES))], m=3)
                calls.append(result(code, i >= len(exact)))
        cases.append({"seed": seed, "calls": calls})
    for code in LAST if two else ():
        mx.random.seed(7)
        cases.append({"seed": 7, "calls": [result(code, True)]})
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"random_mx{2 if two else 1}.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


sys.exit(main())
