"""What real MXNet's iterators give: `python tests/data/measure_io.py > tests/data/io.json`, with MXNet 1.9.1. For each case three epochs;
for each batch its data, its labels and its pad."""
import itertools
import json
import os
import struct
import tempfile

import numpy as onp

X, Y = onp.arange(14).reshape(7, 2), onp.arange(7)
ARRAYS = {f"{last} {shuffle} {size}": {"last_batch_handle": last, "shuffle": shuffle, "batch_size": size}
          for last, shuffle, size in itertools.product(("pad", "discard", "roll_over"), (False, True), (2, 3, 7, 10))}
CASES = {
    **{f"arrays {k}": f"mx.io.NDArrayIter(X, Y, **{v})" for k, v in ARRAYS.items()},
    "arrays dict": "mx.io.NDArrayIter({'b': X, 'a': X * 2}, {'l': Y}, 3, True)",
    "resize": "mx.io.ResizeIter(mx.io.NDArrayIter(X, Y, 3), 4)",
    "resize outside": "mx.io.ResizeIter(mx.io.NDArrayIter(X, Y, 3), 2, reset_internal=False)",
    "prefetch": "mx.io.PrefetchingIter([mx.io.NDArrayIter(X, Y, 3), mx.io.NDArrayIter({'z': X}, {'y': Y}, 3)])",
    **{f"csv {size}": f"mx.io.CSVIter(data_csv='d.csv', data_shape=(3,), label_csv='l.csv', batch_size={size})" for size in (2, 3, 4, 5)},
    "csv kept": "mx.io.CSVIter(data_csv='d.csv', data_shape=(3,), label_csv='l.csv', batch_size=3, round_batch=False)",
    "csv int": "mx.io.CSVIter(data_csv='d.csv', data_shape=(3, 1), batch_size=2, dtype='int32')",
    "libsvm": "mx.io.LibSVMIter(data_libsvm='d.t', data_shape=(3,), batch_size=3)",
    "libsvm labels": "mx.io.LibSVMIter(data_libsvm='d.t', data_shape=(3,), label_libsvm='l.t', label_shape=(3,), batch_size=3)",
    **{f"mnist {k}": f"mx.io.MNISTIter(image='im', label='la', batch_size=4, silent=True, {v})" for k, v in {
        "default": "", "flat": "shuffle=False, flat=True", "seed": "seed=10", "part": "num_parts=3, part_index=2, seed=1"}.items()},
}


def files():
    for name, content in {"d.csv": "1,2,3\n2,3,4\n3,4,5\n4,5,6\n", "l.csv": "1\n2\n3\n4\n",
                          "d.t": "1.0 0:0.5 2:1.25\n-2.0\n-3.0 0:0.75 1:2.5 2:1.25\n4 2:-1.25\n",
                          "l.t": "1.0\n-2.0 0:0.125\n-3.0 2:1.25\n4 1:1.0 2:-1.25\n"}.items():
        with open(name, "w") as f:
            f.write(content)
    with open("im", "wb") as f:
        f.write(struct.pack(">IIII", 2051, 20, 2, 3) + bytes(range(120)))
    with open("la", "wb") as f:
        f.write(struct.pack(">II", 2049, 20) + bytes(range(20)))


def measure(mx, code):
    """Descriptions, and three epochs; `mx` is MXNet or what stands for it. In a folder with the files."""
    onp.random.seed(5)
    iterator = eval(code, {"mx": mx, "X": X, "Y": Y})
    described = [[list(d.shape), onp.dtype(d.dtype).name, d.name] for d in iterator.provide_data + iterator.provide_label]
    epochs = []
    for _ in range(3):
        epochs.append([[[a.asnumpy().tolist() for a in b.data], [a.asnumpy().tolist() for a in b.label], b.pad] for b in iterator])
        iterator.reset()
    return [described, epochs]


if __name__ == "__main__":
    import mxnet
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        files()
        print("{" + ",\n".join(f"{json.dumps(k)}: {json.dumps(measure(mxnet, v))}" for k, v in CASES.items()) + "}")
        os.chdir("/")
