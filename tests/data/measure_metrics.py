"""Records what the metrics of the real MXNet answer for random batches: python measure_metrics.py

Run it with MXNet 1.9.1 (mx.metric) and with 2.0.0b1 (gluon.metric); it writes metrics_mx1.json and metrics_mx2.json next to
itself. `batches` makes the same arrays everywhere.
"""
import json
import os

import numpy as onp


def batches(kind):
    """[(label, pred)] of three batches, the last one smaller."""
    rng = onp.random.RandomState(3)
    found = []
    for n in (6, 6, 5):
        if kind == "classes":
            p = rng.uniform(0.05, 1, (n, 4))
            found.append((rng.randint(0, 4, n), p / p.sum(axis=1, keepdims=True)))
        elif kind == "binary":
            p = rng.uniform(0, 1, n)
            found.append((rng.randint(0, 2, n), onp.stack([1 - p, p], axis=1)))
        elif kind == "one score":
            found.append((rng.randint(0, 2, n), rng.uniform(0, 1, n)))
        elif kind == "one column":
            found.append((rng.randint(0, 2, (n, 1)), rng.uniform(0, 1, (n, 1))))
        elif kind == "multilabel":
            found.append((rng.randint(0, 2, (n, 3)), rng.uniform(0, 1, (n, 3))))
        elif kind == "vectors":
            found.append((rng.normal(size=n), rng.normal(size=n)))
        elif kind == "columns":
            found.append((rng.normal(size=(n, 1)), rng.normal(size=(n, 1))))
        elif kind == "vector and column":
            found.append((rng.normal(size=n), rng.normal(size=(n, 1))))
        elif kind == "column and vector":
            found.append((rng.normal(size=(n, 1)), rng.normal(size=n)))
        elif kind == "matrices":
            found.append((rng.normal(size=(n, 3)), rng.normal(size=(n, 3))))
        elif kind == "blocks":
            found.append((rng.normal(size=(n, 2, 3)), rng.normal(size=(n, 2, 3))))
        elif kind == "sequences":  # classes along axis 1, one label for each position
            found.append((rng.randint(0, 4, (n, 3)), rng.uniform(0, 1, (n, 4, 3))))
        elif kind == "same classes":
            found.append((rng.randint(0, 4, n), rng.randint(0, 4, n)))
        elif kind == "more classes":
            found.append((rng.randint(0, 3 + len(found), n), rng.uniform(0, 1, (n, 6))))
        elif kind == "unequal":
            found.append((rng.randint(0, 2, n), rng.uniform(0, 1, (n + 1, 2))))
        elif kind == "too large":
            found.append((rng.randint(0, 9, n), rng.uniform(0, 1, (n, 2))))
    return [(label.astype("float32"), pred.astype("float32")) for label, pred in found]


ERRORS = ("vectors", "columns", "vector and column", "column and vector", "matrices", "blocks", "unequal")
BOTH = [("Accuracy", {}, ("classes", "same classes", "sequences", "unequal", "binary", "columns")),
        ("Accuracy", {"axis": 0}, ("classes", "sequences")),
        ("TopKAccuracy", {"top_k": 2}, ("classes", "more classes", "blocks", "unequal")),
        ("TopKAccuracy", {"top_k": 3}, ("classes", "binary")),
        ("MAE", {}, ERRORS), ("MSE", {}, ERRORS), ("RMSE", {}, ERRORS),
        ("CrossEntropy", {}, ("classes", "binary", "unequal")), ("CrossEntropy", {"eps": 0.1}, ("classes",)),
        ("PCC", {}, ("classes", "same classes", "more classes", "binary")), ("Loss", {}, ("vectors", "blocks")),
        ("Torch", {}, ("vectors",)),
        ("PearsonCorrelation", {}, ("vectors", "matrices", "vector and column"))]
ONE = [("F1", {}, ("binary", "unequal", "too large")), ("F1", {"average": "micro"}, ("binary", "too large")),
       ("MCC", {}, ("binary", "too large")), ("MCC", {"average": "micro"}, ("binary",)),
       ("PearsonCorrelation", {"average": "micro"}, ("vectors", "matrices")), ("Caffe", {}, ("vectors",)),
       ("NegativeLogLikelihood", {}, ("classes", "unequal")), ("CrossEntropy", {}, ("too large",)),
       ("Perplexity", {"ignore_label": None}, ("classes", "unequal", "sequences")), ("Perplexity", {"ignore_label": 1}, ("classes",)),
       ("Perplexity", {"ignore_label": 1, "axis": 1}, ("classes",))]
CLASSES = ("binary", "one score", "one column", "unequal", "too large")
TWO = [("F1", {}, CLASSES), ("F1", {"average": "macro"}, CLASSES[:2]), ("F1", {"average": None}, CLASSES[:1]),
       ("F1", {"threshold": 0.3}, CLASSES[:2]),
       *[(name, {"class_type": "multiclass", "average": a, **more}, ("classes", "too large", "more classes"))
         for a in ("micro", "macro") for name, more in (("F1", {}), ("Fbeta", {"beta": 2}))],
       *[(name, {"class_type": "multilabel", "average": a, **more}, ("multilabel", "classes"))
         for a in ("micro", "macro") for name, more in (("F1", {"threshold": 0.4}), ("Fbeta", {"beta": 0.5}))],
       ("F1", {"class_type": "nope"}, CLASSES[:1]), ("MCC", {}, CLASSES), ("Fbeta", {}, CLASSES[:2]),
       ("BinaryAccuracy", {}, ("one score", "one column", "multilabel")), ("BinaryAccuracy", {"threshold": 0.7}, ("one score", "unequal")),
       ("BinaryAccuracy", {"threshold": 1}, ("one score",)), ("MeanPairwiseDistance", {}, ERRORS[:2] + ERRORS[4:]),
       ("MeanPairwiseDistance", {"p": 4}, ERRORS[4:6]),
       ("MeanCosineSimilarity", {}, ("matrices", "blocks", "vectors")), ("CrossEntropy", {"ignore_label": 1}, ("classes",)),
       ("CrossEntropy", {"from_logits": True}, ("classes",)), ("Perplexity", {}, ("classes", "unequal", "sequences")),
       ("Perplexity", {"ignore_label": 1, "from_logits": True, "axis": 1}, ("classes",))]
NAMES = [["acc", {}], ["accuracy", {}], ["top_k_acc", {"top_k": 3}], ["ce", {}], ["nll_loss", {}], ["pearsonr", {}], ["composite", {}],
         ["mse", {}],
         ["f1", {}], ["perplexity", {"ignore_label": 0}], ["nope", {}], ["loss", {}], ["torch", {}], ["caffe", {}], ["top_k_accuracy", {}]]


def plain(value):
    """A result as JSON holds it."""
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "asnumpy"):
        value = value.asnumpy()
    if isinstance(value, onp.ndarray):
        return [plain(v) for v in value] if value.ndim else plain(value[()])
    return value if isinstance(value, str) or value is None else float(f"{value:.9g}")


def run(module, array, name, arguments, kind):
    """What get() says after every batch, get_global() after a local reset and one more batch; or the class of an exception."""
    try:
        metric = getattr(module, name)(**arguments)
        found = []
        for label, pred in batches(kind):
            metric.update([array(label)], [array(pred)])
            found.append(plain(metric.get()))
        if hasattr(module, "Caffe"):
            metric.reset_local()
            label, pred = batches(kind)[0]
            metric.update([array(label)], [array(pred)])
            found += [plain(metric.get()), plain(metric.get_global())]
        metric.reset()
        return found + [plain(metric.get()), plain(metric.num_inst)]
    except Exception as error:
        return type(error).__name__


def main():
    import mxnet as mx
    generation = int(mx.__version__.split(".")[0])
    if generation == 2:
        mx.npx.set_np()
    module, array = (mx.gluon.metric, mx.np.array) if generation == 2 else (mx.metric, mx.nd.array)
    rows = [[name, arguments, kind, run(module, array, name, arguments, kind)] for name, arguments,
            kinds in BOTH + (TWO if generation == 2 else ONE)
            for kind in kinds]
    for name, arguments in NAMES:
        try:
            made = module.create(name, **arguments)
            rows.append(["create", arguments, name, [made.get_config()]])
        except Exception as error:
            rows.append(["create", arguments, name, type(error).__name__])
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"metrics_mx{generation}.json")
    with open(target, "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")


if __name__ == "__main__":
    main()
