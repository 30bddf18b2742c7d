"""The operators that tutorials and books call most, each at a small and a large size."""
from __future__ import annotations

from ..calls import Call

# name, mxshim's and MXNet's expression, PyTorch's, small arguments, large arguments, whether it has a gradient
_TABLE = [
    ("add", "a + b", "a + b", "32x32 32x32", "1024x1024 1024x1024", True),
    ("subtract", "a - b", "a - b", "32x32 32", "1024x1024 1024", True),
    ("multiply", "a * b", "a * b", "32x32 32x32", "1024x1024 1024x1024", True),
    ("multiply, a number", "a * 2.5", "a * 2.5", "32x32", "1024x1024", True),
    ("divide", "a / b", "a / b", "32x32 p32x1", "1024x1024 p1024x1", True),
    ("power", "a ** 2", "a ** 2", "32x32", "1024x1024", True),
    ("abs", "np.abs(a)", "t.abs(a)", "32x32", "1024x1024", True),
    ("exp", "np.exp(a)", "t.exp(a)", "32x32", "1024x1024", True),
    ("log", "np.log(a)", "t.log(a)", "p32x32", "p1024x1024", True),
    ("sqrt", "np.sqrt(a)", "t.sqrt(a)", "p32x32", "p1024x1024", True),
    ("square", "np.square(a)", "t.square(a)", "32x32", "1024x1024", True),
    ("tanh", "np.tanh(a)", "t.tanh(a)", "32x32", "1024x1024", True),
    ("sin", "np.sin(a)", "t.sin(a)", "32x32", "1024x1024", True),
    ("cos", "np.cos(a)", "t.cos(a)", "32x32", "1024x1024", True),
    ("sigmoid", "npx.sigmoid(a)", "t.sigmoid(a)", "32x32", "1024x1024", True),
    ("relu", "npx.relu(a)", "F.relu(a)", "32x32", "1024x1024", True),
    ("maximum", "np.maximum(a, 0.5)", "t.clamp(a, min=0.5)", "32x32", "1024x1024", True),
    ("clip", "np.clip(a, -1, 1)", "t.clamp(a, -1, 1)", "32x32", "1024x1024", True),
    ("greater", "a > 0", "a > 0", "32x32", "1024x1024", False),
    ("equal", "a == b", "a == b", "32x32 32x32", "1024x1024 1024x1024", False),
    ("where", "np.where(a > 0, a, b)", "t.where(a > 0, a, b)", "32x32 32x32", "1024x1024 1024x1024", True),
    ("astype", "a.astype('int32')", "a.to(t.int32)", "32x32", "1024x1024", False),
    ("copy", "a.copy()", "a.clone()", "32x32", "1024x1024", False),
    ("reshape", "a.reshape(-1)", "a.reshape(-1)", "32x32", "1024x1024", True),
    ("transpose", "a.T + 0", "a.T + 0", "32x32", "1024x1024", True),
    ("transpose, 4 axes", "a.transpose(0, 2, 3, 1) + 0", "a.permute(0, 2, 3, 1).contiguous() + 0", "2x4x8x8", "16x64x32x32",
     True),
    ("swapaxes", "np.swapaxes(a, 1, 2) + 0", "a.swapaxes(1, 2).contiguous() + 0", "4x8x16", "64x128x128", True),
    ("expand_dims", "np.expand_dims(a, 1)", "a.unsqueeze(1)", "32x32", "1024x1024", True),
    ("concatenate", "np.concatenate([a, b], axis=1)", "t.cat([a, b], 1)", "32x32 32x32", "1024x512 1024x512", True),
    ("stack", "np.stack([a, b])", "t.stack([a, b])", "32x32 32x32", "1024x512 1024x512", True),
    ("split", "np.split(a, 4, axis=1)", "[x.contiguous() for x in t.split(a, a.shape[1] // 4, 1)]", "32x32", "1024x1024", True),
    ("repeat", "np.repeat(a, 4, axis=1)", "t.repeat_interleave(a, 4, 1)", "32x8", "1024x256", True),
    ("tile", "np.tile(a, (1, 4))", "t.tile(a, (1, 4))", "32x8", "1024x256", True),
    ("pad", "np.pad(a, ((1, 1), (2, 2)))", "F.pad(a, (2, 2, 1, 1))", "32x32", "1024x1024", True),
    ("slice", "a[1:, ::2] + 0", "a[1:, ::2] + 0", "32x32", "1024x1024", True),
    ("sum", "a.sum()", "a.sum()", "32x32", "1024x1024", True),
    ("sum, axis 0", "a.sum(axis=0)", "a.sum(0)", "32x32", "4096x256", True),
    ("sum, axis 1", "a.sum(axis=1)", "a.sum(1)", "32x32", "4096x256", True),
    ("sum, outer axes", "a.sum(axis=(0, 2, 3))", "a.sum((0, 2, 3))", "2x4x8x8", "16x64x32x32", True),
    ("mean", "a.mean()", "a.mean()", "32x32", "1024x1024", True),
    ("max, axis 1", "a.max(axis=1)", "a.amax(1)", "32x32", "4096x256", True),
    ("argmax, axis 1", "a.argmax(axis=1)", "a.argmax(1)", "32x10", "4096x256", False),
    ("std", "np.std(a, axis=0)", "a.std(0, unbiased=False)", "32x32", "4096x256", True),
    ("norm", "np.linalg.norm(a)", "t.linalg.norm(a)", "32x32", "1024x1024", True),
    ("cumsum", "np.cumsum(a, axis=1)", "t.cumsum(a, 1)", "32x32", "1024x1024", True),
    ("dot", "np.dot(a, b)", "a @ b", "32x64 64x16", "512x1024 1024x512", True),
    ("dot, with a vector", "np.dot(a, b)", "a @ b", "32x64 64", "1024x1024 1024", True),
    ("batch_dot", "npx.batch_dot(a, b)", "t.bmm(a, b)", "4x8x16 4x16x8", "64x64x64 64x64x64", True),
    ("fully_connected", "npx.fully_connected(a, b, c, num_hidden=b.shape[0], no_bias=False)", "F.linear(a, b, c)",
     "32x20 16x20 16", "256x784 256x784 256", True),
    ("softmax", "npx.softmax(a)", "F.softmax(a, -1)", "32x10", "1024x1000", True),
    ("log_softmax", "npx.log_softmax(a)", "F.log_softmax(a, -1)", "32x10", "1024x1000", True),
    ("pick", "npx.pick(a, b)", "t.gather(a, 1, b[:, None])[:, 0]", "32x10 i32<10", "1024x1000 i1024<1000", True),
    ("cross entropy", "-npx.pick(npx.log_softmax(a), b).mean()", "F.cross_entropy(a, b)", "32x10 i32<10", "1024x1000 i1024<1000",
     True),
    ("one_hot", "npx.one_hot(a, 100)", "F.one_hot(a, 100).to(t.float32)", "i32<10", "i4096<100", False),
    ("take", "np.take(a, b, axis=0)", "a.index_select(0, b)", "32x16 i32<32", "10000x128 i2048<10000", True),
    ("embedding", "npx.embedding(b, a, input_dim=a.shape[0], output_dim=a.shape[1])", "F.embedding(b, a)", "50x16 i4x8<50",
     "20000x128 i64x64<20000", True),
    ("sort", "np.sort(a, axis=1)", "t.sort(a, 1)[0]", "32x32", "256x1000", True),
    ("argsort", "np.argsort(a, axis=1)", "t.argsort(a, 1)", "32x32", "256x1000", False),
    ("topk", "npx.topk(a, k=5, ret_typ='value')", "t.topk(a, 5, -1)[0]", "32x32", "256x10000", True),
    ("dropout", "npx.dropout(a, p=0.5)", "F.dropout(a, 0.5)", "32x32", "256x784", True),
    ("dropout, wide", "npx.dropout(a, p=0.5)", "F.dropout(a, 0.5)", "16x16", "256x4096", True),
    ("layer_norm", "npx.layer_norm(a, b, c)", "F.layer_norm(a, a.shape[-1:], b, c)", "32x16 16 16", "4096x256 256 256", True),
    ("batch_norm", "npx.batch_norm(a, b, c, d, e, fix_gamma=False)",
     "F.batch_norm(a, d, e, b, c, a.requires_grad, 0.1, 1e-3)", "2x4x8x8 4 4 n4 np4", "32x64x32x32 64 64 n64 np64", True),
    ("arange", "np.arange(1000)", "t.arange(1000, dtype=t.float32)", "", "", False),
    ("zeros", "np.zeros((32, 32))", "t.zeros(32, 32)", "", "", False),
    ("random.normal, nd, small", "nd.random.normal(shape=(32, 10)).as_np_ndarray()", "t.randn(32, 10)", "", "", False),
    ("random.multinomial, 500 rows", "np.random.multinomial(10, [0.2, 0.3, 0.5], size=500)", "", "", "", False),
    ("random.normal", "np.random.normal(size=(1000,))", "t.randn(1000)", "", "", False),
    ("random.uniform", "np.random.uniform(size=(100000,))", "t.rand(100000)", "", "", False),
]
RANDOM = ("random", "dropout")  # in these names: contestants draw different numbers


def _rows():
    for name, ours, theirs, small, large, differentiable in _TABLE:
        for size, words in (("small", small), ("large", large)) if small else (("", ""),):
            label = f"{name}, {size}" if size else name
            arguments = tuple(words.split())
            yield Call(label, ours, theirs, arguments)
            if differentiable:
                yield Call(f"{label}, gradients", ours, theirs, arguments, True)


ROWS = list(_rows())
