"""The calls of npx and of nd's counterparts that measure_extension.py records, by family and dialect, one expression a line."""

SETUP = """
import numpy as onp
A = F.array
v = A([3, 1, 2])
rois = A([[0, 0, 0, 4, 5], [1, 1, 1, 3, 3], [0, 2.6, 1.2, 9, 9], [1, -3, -2, 1, 1], [0, 3, 3, 3, 3]])
bytes = A((onp.arange(60) * 37 % 256).reshape(4, 5, 3), dtype="uint8")
dilation = A([1, 2], dtype="int32")
q8 = A([[-127, 0, 64]], dtype="int8")
boxes = A([[.1, .1, .5, .5], [.2, .2, .6, .7], [.75, .75, .9, .8], [.1, .1, .5, .5]])
dets = A([[0, .5, .1, .1, .2, .2], [1, .4, .1, .1, .2, .2], [0, .3, .1, .1, .14, .14], [2, .6, .5, .5, .7, .8],
          [0, .5, .1, .1, .2, .2], [1, .5, .11, .1, .2, .2], [0, .01, .5, .5, .6, .6], [-1, .9, .3, .3, .35, .35],
          [0, -.1, 0, 0, .1, .1]])
anchors = A([[[.1, .1, .3, .3], [.2, .2, .6, .7], [.5, .5, .9, .9], [0, 0, 1, 1], [.45, .45, .85, .9]]])
labels = A([[[1, .1, .1, .35, .35], [0, .5, .5, .8, .9], [-1] * 5], [[2, .2, .2, .5, .7], [-1] * 5, [-1] * 5]])
probs = A([[[.1, .3, .2, .5, .2], [.5, .4, .5, .2, .1], [.4, .3, .3, .3, .7]], [[.9, .1, .3, .3, .6], [0, .3, .3, .4, .1], [.1, .6, .4, .3, .3]]])

def some(*shape, step=7, dtype="float32"):
    n = 1
    for k in shape:
        n *= k
    return F.array(((onp.arange(n) * step + 3) % 23 - 11).reshape(shape) / 16, dtype=dtype)

def with_numpy_dtypes(fn):
    "The results of a function while NumPy's default dtypes are on."
    npx.set_np(dtype=True)
    try:
        return fn()
    finally:
        npx.set_np()

def seeded(fn):
    "Five results in a row after a seed."
    seed(3)
    return [fn() for _ in range(5)]

def both(fn, *xs):
    "The results, then the gradients of the arguments, the results weighted with fixed numbers."
    for x in xs:
        x.attach_grad()
    with autograd.record():
        ys = fn(*xs)
        ys = list(ys) if isinstance(ys, (list, tuple)) or type(ys).__name__ == "ADT" else [ys]
        heads = [some(*y.shape, step=5, dtype=y.dtype) for y in ys]
    autograd.backward(ys, heads)
    return [y for y in ys] + [x.grad for x in xs]
"""

EXPRESSIONS = {
    ("rnn", "nd"): """
both(lambda *a: nd.RNN(*a, mode="rnn_relu", state_size=3, num_layers=2, state_outputs=True), some(4, 2, 3), some(48), some(2, 2, 3))
both(lambda *a: nd.RNN(*a, mode="rnn_tanh", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(114), some(4, 2, 3))
both(lambda *a: nd.RNN(*a, mode="lstm", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(456), some(4, 2, 3), some(4, 2, 3, step=3))
both(lambda *a: nd.RNN(*a, mode="lstm", state_size=3, num_layers=1), some(4, 2, 5), some(120), some(1, 2, 3), some(1, 2, 3, step=3))
both(lambda *a: nd.RNN(*a, mode="gru", state_size=3, num_layers=2, bidirectional=True, state_outputs=True), some(4, 2, 3), some(342), some(4, 2, 3))
both(lambda *a: nd.RNN(*a, mode="gru", state_size=3, num_layers=1, state_outputs=True), some(4, 2, 2), some(63), some(1, 2, 3))
nd.RNN(some(4, 2, 3), some(168), some(2, 2, 2), some(2, 2, 3), mode="lstm", state_size=3, num_layers=2, projection_size=2, state_outputs=True)
nd.RNN(some(4, 2, 3), some(384), some(4, 2, 2), some(4, 2, 3), mode="lstm", state_size=3, num_layers=2, projection_size=2, state_outputs=True, bidirectional=True)
nd.RNN(some(4, 2, 3, dtype="float64"), some(24, dtype="float64"), some(1, 2, 3, dtype="float64"), mode="rnn_tanh", state_size=3, num_layers=1, p=0.5)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, p=1.5)
nd.RNN(some(4, 2, 3), some(96), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(25), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 1, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="tanh", state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), state_size=3, num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", num_layers=1)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, use_sequence_length=True)
nd.RNN(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1, foo=1)
nd.RNN(some(4, 2, 3, dtype="float64"), some(24), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
""",
    ("rnn", "np"): """
both(lambda *a: npx.rnn(*a, mode="rnn_relu", state_size=3, num_layers=1), some(4, 2, 3), some(24), some(1, 2, 3))
npx.rnn(some(4, 2, 3), some(84), some(2, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
both(lambda *a: npx.rnn(*a, mode="lstm", state_size=3, num_layers=2), some(4, 2, 3), some(192), some(2, 2, 3), some(2, 2, 3, step=3))
both(lambda *a: npx.rnn(*a, mode="gru", state_size=3, num_layers=1, bidirectional=True), some(4, 2, 2), some(126), some(2, 2, 3))
list(npx.rnn(some(4, 2, 3), some(96), some(1, 2, 3), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1, state_outputs=True))
npx.rnn(some(4, 2, 3), some(96), some(1, 2, 3), mode="lstm", state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(1, 2, 3), state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(1, 2, 3), mode="rnn_tanh", num_layers=1)
npx.rnn(some(4, 2, 3), some(25), some(1, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
npx.rnn(some(4, 2, 3), some(24), some(2, 2, 3), mode="rnn_tanh", state_size=3, num_layers=1)
""",
    ("control_flow", "nd"): """
nd.contrib.foreach(lambda d, s: (d + s, d * 2 + s), some(3, 2), some(2))
nd.contrib.foreach(lambda d, s: ([d[0] + s, d[1]], s + 1), [some(3, 2), some(3, 4)], some(2))
nd.contrib.foreach(lambda d, s: (d + s[0], [s[0] + 1, s[1]]), some(3, 2), [some(2), some(2)])
nd.contrib.foreach(lambda d, s: ([d + s], s), some(3, 2), some(2))
nd.contrib.foreach(lambda d, s: (d + s[0][0], [[s[0][0]], s[1]]), some(3, 2), [[some(2)], some(2)])
nd.contrib.foreach(lambda d, s: (d, []), some(3, 2), [])
nd.contrib.foreach(lambda d, s: (d[0], s), (some(3, 2), some(3)), some(2))
nd.contrib.foreach(lambda d, s: ([], s + 1), some(3, 2), some(2))
nd.contrib.foreach(lambda d, s: ((d, d + 1), s), some(3, 2), some(2))
nd.contrib.foreach(lambda d, s: (d, s), some(3, 2), None)
nd.contrib.foreach(lambda d, s: (d[0], s), [some(3, 2), some(2, 2)], some(2))
nd.contrib.foreach(lambda d, s: (d, s), 3, some(2))
nd.contrib.foreach(lambda d, s: (3, s), some(3, 2), some(2))
nd.contrib.foreach(3, some(3, 2), some(2))
both(lambda x, s: nd.contrib.foreach(lambda d, s: (d * s, d * 2 + s * s), x, s), some(3, 2), some(2))
nd.contrib.while_loop(lambda i, s: i < 6, lambda i, s: ([i + s], [i + 1, s + i]), (A([0.]), A([1.])), max_iterations=6)
nd.contrib.while_loop(lambda i, s: i < 3, lambda i, s: ([], (i + 1, s + i)), (A([0.]), A([1.])), max_iterations=6)
nd.contrib.while_loop(lambda i, s: i < 3, lambda i, s: (None, (i + 1, s + i)), (A([0.]), A([1.])), max_iterations=6)
nd.contrib.while_loop(lambda i: i <= 30, lambda i: (i, i + 1), A([0.]), max_iterations=3)
nd.contrib.while_loop(lambda i: i <= 30, lambda i: (i, [i + 1]), [A([0.])], max_iterations=3)
nd.contrib.while_loop(lambda i: i <= -3, lambda i: (i, i + 1), A([0.]), max_iterations=3)
nd.contrib.while_loop(lambda i: True, lambda i: (i, i + 1), A([0.]), max_iterations=3)
nd.contrib.while_loop(lambda i, s: i < 2, lambda i, s: ([[i], s[0]], [i + 1, [s[0] + 1]]), [A([0.]), [some(3)]], max_iterations=2)
nd.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0.]))
nd.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0., 1.]), max_iterations=3)
nd.contrib.while_loop(lambda: True, lambda: (1, []), [], max_iterations=3)
nd.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0.]), max_iterations="a")
nd.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0.]), max_iterations=2.7)
nd.contrib.while_loop(lambda i, s: i < 2, lambda i, s: (s, [i + 1]), [A([0.]), A([1.])], max_iterations=3)
nd.contrib.while_loop(lambda i: i < 2, lambda i: i + 1, [A([0.])], max_iterations=3)
nd.contrib.while_loop(lambda i: i < 3, lambda i: (3, i + 1), A([0.]), max_iterations=3)
both(lambda i, x: nd.contrib.while_loop(lambda i, x: i < 3, lambda i, x: (x * i, [i + 1, x * x]), [i, x], max_iterations=3)[0], A([0.]), some(3))
nd.contrib.cond(A([1.]), lambda: v * 2, lambda: v * 3)
nd.contrib.cond(A([0.]), lambda: v * 2, lambda: [v * 3])
nd.contrib.cond(True, lambda: v * 2, lambda: v * 3)
nd.contrib.cond(v, lambda: v * 2, lambda: v * 3)
nd.contrib.cond(A([1.]), 3, 4)
both(lambda x: nd.contrib.cond(x.sum() > 0, lambda: x * x, lambda: x * 3), some(3))
""",
    ("control_flow", "np"): """
list(npx.foreach(lambda d, s: (d + s, d * 2 + s), some(3, 2), some(2)))
list(npx.foreach(lambda d, s: ([d[0] + s, d[1]], s + 1), [some(3, 2), some(3, 4)], some(2)))
list(npx.foreach(lambda d, s: (d + s[0][0], [[s[0][0]], s[1]]), some(3, 2), [[some(2)], some(2)]))
list(npx.foreach(lambda d, s: ((d, d + 1), (s[0], s[0] + 1)), some(3, 2), (some(2), some(2))))
npx.foreach(lambda d, s: (d, s), some(3, 2), None)
npx.foreach(lambda d, s: (d, s), 3, some(2))
npx.foreach(lambda d, s: (3, s), some(3, 2), some(2))
npx.foreach(lambda d, s: (d, s), some(0, 2), some(2))
npx.foreach(3, some(3, 2), some(2))
both(lambda x, s: list(npx.foreach(lambda d, s: (d * s, d * 2 + s * s), x, s)), some(3, 2), some(2))
list(npx.while_loop(lambda i, s: i < 6, lambda i, s: ([i + s], [i + 1, s + i]), (A([0.]), A([1.])), max_iterations=6))
list(npx.while_loop(lambda i, s: i < 3, lambda i, s: ([], (i + 1, s + i)), (A([0.]), A([1.])), max_iterations=6))
list(npx.while_loop(lambda i: i <= 30, lambda i: (i, i + 1), A([0.]), max_iterations=3))
list(npx.while_loop(lambda i: i <= -3, lambda i: (i, i + 1), A([0.]), max_iterations=3))
npx.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0.]))
npx.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0., 1.]), max_iterations=3)
npx.while_loop(lambda: True, lambda: (1, []), [], max_iterations=3)
npx.while_loop(lambda i: i < 3, lambda i: (i, i + 1), A([0.]), max_iterations=-1)
npx.while_loop(lambda i, s: i < 2, lambda i, s: (s, [i + 1]), [A([0.]), A([1.])], max_iterations=3)
npx.while_loop(lambda i: i < 3, lambda i: (i, i + 1), 3, max_iterations=3)
npx.cond(lambda a, b: a.sum() > b.sum(), lambda a, b: a * 2, lambda a, b: b * 3, [A([1., 2.]), A([0., 1.])])
npx.cond(lambda a, b: a.sum() < b.sum(), lambda a, b: (a * 2, b), lambda a, b: (b * 3, a), (A([1., 2.]), A([0., 1.])))
npx.cond(lambda a: a.sum() > 1, lambda a: a * 2, lambda a: a * 3, A([1., 2.]))
npx.cond(lambda a: a > 1, lambda a: a * 2, lambda a: a * 3, A([1., 2.]))
npx.cond(lambda a: a.sum() > 1, lambda a: a, lambda a: a * 3, 3)
npx.cond(A([1.]), lambda a: a * 2, lambda a: a * 3, A([1., 2.]))
""",
    ("boxes", "nd"): """
nd.contrib.box_iou(boxes, boxes[:2])
nd.contrib.box_iou(boxes.reshape((2, 2, 4)), boxes[:3])
nd.contrib.box_iou(boxes, boxes[:2], format="center")
nd.contrib.box_iou(boxes.astype("float64"), boxes.astype("float64"))
nd.contrib.box_iou(boxes[0], boxes)
nd.contrib.box_iou(boxes, boxes[:, :2])
nd.contrib.box_iou(boxes, boxes, format="x")
nd.contrib.box_iou(boxes.astype("int32"), boxes.astype("int32"))
nd.contrib.box_iou(boxes, boxes.astype("float64"))
both(lambda x: nd.contrib.box_iou(x, boxes), boxes * 1)
nd.contrib.box_nms(dets)
nd.contrib.box_nms(dets, id_index=0)
nd.contrib.box_nms(dets, id_index=0, force_suppress=True)
nd.contrib.box_nms(dets, id_index=0, valid_thresh=0.1, overlap_thresh=0.1)
nd.contrib.box_nms(dets, id_index=0, topk=3)
nd.contrib.box_nms(dets, topk=1)
nd.contrib.box_nms(dets, topk=0)
nd.contrib.box_nms(dets, id_index=0, background_id=0)
nd.contrib.box_nms(dets, in_format="center", out_format="corner")
nd.contrib.box_nms(dets, in_format="corner", out_format="center")
nd.contrib.box_nms(nd.stack(dets, dets * 0.5), valid_thresh=0.3)
nd.contrib.box_nms(dets[:, 1:].astype("float64"), coord_start=1, score_index=0)
nd.contrib.box_non_maximum_suppression(dets, valid_thresh=5)
both(lambda x: nd.contrib.box_nms(x, id_index=0), dets * 1)
nd.contrib.box_nms(dets[0])
nd.contrib.box_nms(dets[:, :5])
nd.contrib.box_nms(dets, coord_start=3)
nd.contrib.box_nms(dets, score_index=7)
nd.contrib.box_nms(dets, id_index=9)
nd.contrib.box_nms(dets.astype("int32"))
nd.contrib.bipartite_matching(A([[.5, .6], [.1, .2], [.3, .4]]), threshold=1e-12)
nd.contrib.bipartite_matching(A([[.5, .6], [.1, .2], [.3, .4]]), is_ascend=True, threshold=0.35)
nd.contrib.bipartite_matching(A([[.5, .75], [.1, .25], [.3, .4]]), threshold=0.75)
nd.contrib.bipartite_matching(A([[.9, .1, .2], [.1, .8, .3], [.3, .2, .7]]), threshold=0.1, topk=1)
nd.contrib.bipartite_matching(A([[.9, .1, .2], [.1, .8, .3], [.3, .2, .7]]), threshold=0.1, topk=0)
nd.contrib.bipartite_matching(A([[[.5, .6], [.1, .2], [.3, .4]], [[.3, .1], [.4, .2], [.7, .5]]]), threshold=0.15)
nd.contrib.bipartite_matching(nd.ones((3, 2)), threshold=0.1)
nd.contrib.bipartite_matching(nd.ones((3, 2)))
nd.contrib.bipartite_matching(nd.ones((3,)), threshold=0.1)
nd.contrib.box_encode(A([[1, 0, 1]]), A([[0, 1, 1]]), anchors[:, :3], A([[[.1, .1, .4, .5], [.4, .4, .8, .9]]]), A([0, 0, 0, 0]), A([.1, .1, .2, .2]))
nd.contrib.box_encode(A([[1, -1, 0.4]]), A([[0, 1, 1]]), anchors[:, :3], A([[[.1, .1, .4, .5], [.4, .4, .8, .9]]]), A([.1, .2, .3, .4]), A([.1, .1, .2, .2]))
nd.contrib.box_decode(anchors - 0.3, anchors, 0.1, 0.1, 0.2, 0.2)
nd.contrib.box_decode(anchors - 0.3, anchors, 0.1, 0.2, 0.3, 0.4, clip=0.05, format="corner")
both(lambda x: nd.contrib.box_decode(x, anchors), anchors * 1)
nd.contrib.box_decode(anchors[:, :2], anchors)
""",
    ("boxes", "np"): """
npx.box_iou(boxes, boxes[:2])
npx.box_nms(dets, id_index=0)
npx.box_nms(dets, valid_thresh=5)
npx.bipartite_matching(A([[.5, .6], [.1, .2], [.3, .4]]), threshold=0.15)
npx.box_decode(anchors - 0.3, anchors, 0.1, 0.1, 0.2, 0.2)
npx.box_encode(A([[1, 0, 1]]), A([[0, 1, 1]]), anchors[:, :3], A([[[.1, .1, .4, .5], [.4, .4, .8, .9]]]), A([0, 0, 0, 0]), A([.1, .1, .2, .2]))
""",
    ("multibox", "nd"): """
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3), sizes=(.5, .25), ratios=(1, 2, .5))
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3), sizes=(.5, .25), ratios=(2, 1), steps=(.4, .3), offsets=(.1, .2), clip=True)
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3))
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3), sizes=.5, ratios=2)
nd.contrib.MultiBoxPrior(some(1, 2, 3))
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3), sizes=())
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3), steps=(1,))
nd.contrib.MultiBoxPrior(some(1, 1, 2, 3).astype("int32"))
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5))
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), overlap_threshold=.2, variances=(.1, .2, .3, .4))
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), overlap_threshold=-1)
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), overlap_threshold=-1, negative_mining_ratio=3, negative_mining_thresh=.2)
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), negative_mining_ratio=1)
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), negative_mining_ratio=3, negative_mining_thresh=.2, ignore_label=-5)
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), negative_mining_ratio=.6, minimum_negative_samples=2)
nd.contrib.MultiBoxTarget(anchors, labels * 0 - 1, some(2, 4, 5), ignore_label=7)
nd.contrib.MultiBoxTarget(anchors, nd.concat(labels, labels[:, :, :1], dim=2), some(2, 4, 5))
nd.contrib.MultiBoxTarget(anchors[0], labels, some(2, 4, 5))
nd.contrib.MultiBoxTarget(anchors, labels[0], some(2, 4, 5))
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 3))
nd.contrib.MultiBoxTarget(anchors, labels[:, :, :4], some(2, 4, 5))
nd.contrib.MultiBoxTarget(anchors, labels, some(2, 4, 5), variances=(1, 2))
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, threshold=.4)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_threshold=.2)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_threshold=.2, force_suppress=True)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_topk=2)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_topk=2, threshold=.4)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, clip=False, variances=(1, 1, 1, 1))
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, background_id=1)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_threshold=-1, threshold=.4)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, nms_threshold=1.5)
nd.contrib.MultiBoxDetection(probs, A([[0] * 20] * 2), A([[[0, 0, 1, 1], [0, 0, 1, .5], [0, 0, .5, .5], [.5, .5, 1, 1], [0, 0, .5, 1]]]), force_suppress=True)
both(lambda x: nd.contrib.MultiBoxDetection(x, some(2, 20), anchors), probs * 1)
nd.contrib.MultiBoxDetection(probs[0], some(2, 20), anchors)
nd.contrib.MultiBoxDetection(probs, some(2, 4), anchors)
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors[:, :3])
nd.contrib.MultiBoxDetection(probs, some(2, 20), anchors, variances=(1, 1))
""",
    ("multibox", "np"): """
npx.multibox_prior(some(1, 1, 2, 3), sizes=(.5, .25), ratios=(1, 2, .5))
npx.multibox_target(anchors, labels, some(2, 4, 5), negative_mining_ratio=1)
npx.multibox_detection(probs, some(2, 20), anchors, nms_threshold=.2)
npx.multibox_detection(probs, some(2, 20), anchors[:, :3])
""",
    ("roi", "nd"): """
both(lambda x, r: nd.ROIPooling(x, r, pooled_size=(2, 2), spatial_scale=1.), some(2, 2, 6, 5), rois * 1)
nd.ROIPooling(some(2, 2, 6, 5), rois * 2, pooled_size=(3, 2), spatial_scale=.5)
nd.ROIPooling(some(2, 2, 6, 5), A([[0, 7, 7, 9, 9], [5, 0, 0, 1, 1], [-1, 0, 0, 2, 2]]), pooled_size=(2, 2), spatial_scale=1.)
both(lambda x: nd.ROIPooling(x, rois, pooled_size=(2, 2), spatial_scale=1.), some(2, 1, 4, 4) * 0)
nd.ROIPooling(some(2, 2, 6, 5), rois[:, :4], pooled_size=(2, 2), spatial_scale=1.)
nd.ROIPooling(some(2, 2, 6, 5), rois, pooled_size=(2, 2))
nd.ROIPooling(some(2, 2, 6, 5), rois, spatial_scale=1.)
nd.ROIPooling(some(2, 2, 6, 5), rois, pooled_size=2, spatial_scale=1.)
nd.ROIPooling(some(2, 2, 6, 5), rois, pooled_size=(2, 2), spatial_scale=2.)
nd.ROIPooling(some(2, 6, 5), rois, pooled_size=(2, 2), spatial_scale=1.)
both(lambda x, r: nd.contrib.ROIAlign(x, r, pooled_size=(2, 2), spatial_scale=.8), some(2, 2, 6, 5), rois * 1)
nd.contrib.ROIAlign(some(2, 2, 6, 5, dtype="float64"), rois.astype("float64"), pooled_size=(2, 2), spatial_scale=.8)
nd.contrib.ROIAlign(some(2, 2, 6, 5), rois[:4], pooled_size=(2, 2), spatial_scale=.8, aligned=True)
nd.contrib.ROIAlign(some(2, 2, 6, 5), rois, pooled_size=(3, 2), spatial_scale=.8, sample_ratio=2)
nd.contrib.ROIAlign(some(2, 8, 6, 5), rois, pooled_size=(2, 2), spatial_scale=.8, position_sensitive=True)
nd.contrib.ROIAlign(some(2, 2, 6, 5), A([[-1, 0, 0, 3, 3], [0, 20, 20, 30, 30]]), pooled_size=(2, 2), spatial_scale=.8)
nd.contrib.ROIAlign(some(2, 2, 6, 5), rois[:, :4], pooled_size=(2, 2), spatial_scale=1.)
both(lambda x: nd.contrib.PSROIPooling(x, rois, spatial_scale=1., output_dim=2, pooled_size=2), some(2, 8, 6, 5))
nd.contrib.PSROIPooling(some(2, 8, 6, 5), rois, spatial_scale=.7, output_dim=2, pooled_size=4, group_size=2)
both(lambda x, t: nd.contrib.DeformablePSROIPooling(x, rois, t, spatial_scale=.9, output_dim=2, group_size=2, pooled_size=2, part_size=2, sample_per_part=2, trans_std=.1), some(2, 8, 6, 5), some(5, 4, 2, 2))
nd.contrib.DeformablePSROIPooling(some(2, 8, 6, 5), rois, spatial_scale=1., output_dim=2, group_size=2, pooled_size=3, sample_per_part=2, no_trans=True)
nd.contrib.RROIAlign(some(2, 2, 6, 5), A([[0, 2, 3, 3, 2, 30], [1, 1, 1, 2, 2, -45]]), pooled_size=(2, 3), spatial_scale=1., sampling_ratio=2)
nd.contrib.RROIAlign(some(2, 2, 6, 5), A([[0, 2, 3, 3, 2, 30], [1, 1, 1, 2, 2, -45]]), pooled_size=(2, 2), spatial_scale=1.)
nd.contrib.Proposal(some(1, 6, 3, 4), some(1, 12, 3, 4) / 4, A([[48, 64, 1]]), rpn_pre_nms_top_n=12, rpn_post_nms_top_n=5, rpn_min_size=4, scales=(1,), output_score=True)
nd.contrib.Proposal(some(1, 6, 3, 4), some(1, 12, 3, 4) / 4, A([[48, 64, 1]]), rpn_pre_nms_top_n=12, rpn_post_nms_top_n=5, threshold=.3, rpn_min_size=20, scales=(1,), iou_loss=True)
nd.contrib.Proposal(some(1, 6, 3, 4), some(1, 8, 3, 4), A([[48, 64, 1]]), scales=(1,))
nd.contrib.Proposal(some(2, 6, 3, 4), some(2, 12, 3, 4), A([[48, 64, 1], [48, 64, 1]]), scales=(1,))
nd.contrib.MultiProposal(some(2, 24, 3, 4), some(2, 48, 3, 4) / 4, A([[48, 64, 1], [40, 40, 2]]), rpn_post_nms_top_n=4)
""",
    ("roi", "np"): """
npx.roi_pooling(some(2, 2, 6, 5), rois, pooled_size=(2, 2), spatial_scale=1.)
npx.roi_pooling(some(2, 2, 6, 5), rois, pooled_size=(2, 2))
""",
    ("warp", "nd"): """
both(lambda x, g: nd.BilinearSampler(x, g), some(1, 2, 4, 5), some(1, 2, 3, 3) * 1.7)
nd.BilinearSampler(some(1, 2, 4, 5), some(1, 1, 3, 3))
nd.BilinearSampler(some(1, 2, 4, 5), some(2, 2, 3, 3))
both(lambda x: nd.GridGenerator(x, "affine", (3, 4)), some(2, 6))
both(lambda x: nd.GridGenerator(x, "warp"), some(1, 2, 3, 4))
nd.GridGenerator(some(2, 6), "affine")
nd.GridGenerator(some(2, 5), "affine", (3, 4))
nd.GridGenerator(some(2, 6))
nd.GridGenerator(some(1, 1, 3, 4), "warp")
both(lambda x, a: nd.SpatialTransformer(x, a, (3, 4), "affine", "bilinear"), some(1, 2, 4, 5), A([[1.1, .2, .1, -.1, .9, -.2]]))
nd.SpatialTransformer(some(1, 2, 4, 5), some(1, 6), (3, 4))
nd.SpatialTransformer(some(1, 2, 4, 5), some(1, 6), transform_type="affine", sampler_type="bilinear")
both(lambda a, b: nd.Correlation(a, b, kernel_size=3, max_displacement=1, stride1=2, pad_size=1), some(1, 2, 5, 6), some(1, 2, 5, 6, step=5))
both(lambda a, b: nd.Correlation(a, b, max_displacement=2, stride2=2, pad_size=2, is_multiply=False), some(1, 2, 5, 6), some(1, 2, 5, 6, step=5) + 0.01)
nd.Correlation(some(1, 2, 5, 6), some(1, 2, 5, 6), kernel_size=2)
nd.Correlation(some(1, 2, 5, 6), some(1, 2, 5, 6), kernel_size=9)
both(lambda *a: nd.contrib.DeformableConvolution(*a, kernel=(2, 2), num_filter=3), some(1, 2, 4, 5), some(1, 8, 3, 4) * 1.3, some(3, 2, 2, 2), some(3))
nd.contrib.DeformableConvolution(some(1, 2, 4, 5), some(1, 16, 2, 3), some(4, 1, 2, 2), kernel=(2, 2), num_filter=4, num_group=2, num_deformable_group=2, no_bias=True, stride=(2, 2), pad=(1, 1), dilate=(2, 2))
nd.contrib.ModulatedDeformableConvolution(some(1, 2, 4, 5), some(1, 8, 3, 4) * 1.3, some(1, 4, 3, 4, step=3), some(3, 2, 2, 2), some(3), kernel=(2, 2), num_filter=3)
nd.contrib.DeformableConvolution(some(1, 2, 4, 5), some(1, 4, 3, 4), some(3, 2, 2, 2), some(3), kernel=(2, 2), num_filter=3)
nd.contrib.DeformableConvolution(some(1, 2, 4, 5), some(1, 8, 3, 4), some(3, 2, 2, 2), some(3), num_filter=3)
nd.contrib.DeformableConvolution(some(1, 2, 4, 5), some(1, 8, 3, 4), some(3, 2, 2, 2), some(3), kernel=(2, 2), num_filter=3, layout="NHWC")
both(lambda x: nd.im2col(x, kernel=(2, 3), stride=(2, 1), dilate=(1, 2), pad=(1, 1)), some(1, 2, 4, 5))
both(lambda x: nd.col2im(x, output_size=(4, 5), kernel=(2, 3), stride=(2, 1), dilate=(1, 2), pad=(1, 1)), some(1, 12, 9))
nd.col2im(some(1, 8, 11), output_size=(4, 5), kernel=(2, 2))
nd.im2col(some(1, 2, 4, 5))
both(lambda x: nd.contrib.BilinearResize2D(x, height=7, width=3), some(1, 2, 4, 5))
both(lambda x: nd.contrib.BilinearResize2D(x, height=3, width=7, align_corners=False), some(1, 2, 4, 5))
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), scale_height=2, scale_width=.5)
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), scale_height=2, scale_width=.5, mode="odd_scale")
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), mode="to_even_down").shape
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), mode="to_even_up").shape
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), mode="to_odd_down").shape
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), mode="to_odd_up").shape
nd.contrib.BilinearResize2D(some(1, 2, 4, 5), some(1, 1, 6, 3), mode="like")
nd.Crop(some(1, 2, 4, 5), h_w=(2, 3), offset=(1, 1))
nd.Crop(some(1, 2, 4, 5), some(1, 1, 2, 2), center_crop=True)
nd.Crop(some(1, 2, 4, 5), h_w=(9, 2))
nd.Crop(some(1, 2, 4, 5), h_w=(2, 2), offset=(3, 3))
""",
    ("warp", "np"): """
both(lambda *a: npx.deformable_convolution(*a, kernel=(2, 2), num_filter=3), some(1, 2, 4, 5), some(1, 8, 3, 4) * 1.3, some(3, 2, 2, 2), some(3))
npx.modulated_deformable_convolution(some(1, 2, 4, 5), some(1, 8, 3, 4) * 1.3, some(1, 4, 3, 4, step=3), some(3, 2, 2, 2), some(3), kernel=(2, 2), num_filter=3)
npx.deformable_convolution(some(1, 2, 4, 5), some(1, 4, 3, 4), some(3, 2, 2, 2), some(3), kernel=(2, 2), num_filter=3)
""",
    ("image", "nd"): """
nd.image.to_tensor(bytes)
nd.image.to_tensor(nd.stack(bytes, bytes)).shape
nd.image.to_tensor(some(2, 3, 3))
nd.image.to_tensor(bytes[0])
both(lambda x: nd.image.normalize(x, mean=(.1, .2, .3), std=(1, 2, 3)), some(3, 2, 2))
nd.image.normalize(some(2, 3, 2, 2), mean=.1, std=2)
nd.image.normalize(some(3, 2, 2))
nd.image.normalize(some(3, 2, 2), mean=(1, 2))
nd.image.normalize(some(5, 2, 2), mean=1, std=1)
nd.image.resize(bytes, size=(3, 6))
nd.image.resize(bytes, size=8)
nd.image.resize(bytes, size=3, keep_ratio=True).shape
nd.image.resize(bytes, size=(7, 2), interp=0)
nd.image.resize(some(4, 5, 3), size=(3, 6))
nd.image.resize(some(4, 5, 3), size=(2, 2), interp=2)
nd.image.resize(some(4, 5, 3), size=(2, 2), interp=3)
nd.image.resize(nd.stack(bytes, bytes), size=(3, 6)).shape
nd.image.resize(bytes)
nd.image.resize(bytes, size=-1)
both(lambda x: nd.image.crop(x, 1, 2, 3, 2), some(4, 5, 3))
nd.image.crop(bytes, 4, 2, 3, 2)
nd.image.crop(bytes, 1, 2)
nd.image.crop(bytes, 1, 2, 0, 2)
nd.image.flip_left_right(bytes[:, :4])
nd.image.flip_top_bottom(bytes)
nd.image.flip_left_right(bytes[0])
nd.image.adjust_lighting(some(2, 2, 3), alpha=(.1, .2, .3))
nd.image.adjust_lighting(bytes, alpha=(.1, .2, .3))
seeded(lambda: nd.image.random_brightness(bytes, min_factor=.5, max_factor=1.5))
seeded(lambda: nd.image.random_contrast(some(2, 2, 3), min_factor=.5, max_factor=1.5))
seeded(lambda: nd.image.random_saturation(bytes, min_factor=.5, max_factor=1.5))
seeded(lambda: nd.image.random_hue(some(2, 2, 3) + 1, min_factor=.5, max_factor=1.5))
seeded(lambda: nd.image.random_lighting(some(2, 2, 3), alpha_std=.1))
seeded(lambda: nd.image.random_color_jitter(some(2, 2, 3) + 1, brightness=.4, contrast=.3, saturation=.2, hue=.1))
seeded(lambda: nd.image.random_color_jitter(bytes, brightness=.4, contrast=.3, saturation=0, hue=0))
seeded(lambda: nd.image.random_flip_left_right(some(2, 2, 3)))
nd.image.random_brightness(bytes)
nd.image.random_brightness(bytes, min_factor=-1, max_factor=1)
nd.image.random_hue(nd.stack(bytes, bytes), min_factor=0, max_factor=1)
""",
    ("image", "np"): """
npx.image.to_tensor(bytes)
npx.image.normalize(some(3, 2, 2), mean=(.1, .2, .3), std=(1, 2, 3))
npx.image.resize(bytes, size=(3, 6))
npx.image.crop(bytes, 1, 2, 3, 2)
npx.image.flip_left_right(bytes[:, :4])
seeded(lambda: npx.image.random_color_jitter(some(2, 2, 3) + 1, brightness=.4, contrast=.3, saturation=.2, hue=.1))
npx.image.random_brightness(bytes)
""",
    ("attention", "nd"): """
both(lambda x: nd.contrib.interleaved_matmul_selfatt_qk(x, heads=2), some(3, 2, 24))
both(lambda x, a: nd.contrib.interleaved_matmul_selfatt_valatt(x, a, heads=2), some(3, 2, 24), some(4, 3, 3))
both(lambda q, k: nd.contrib.interleaved_matmul_encdec_qk(q, k, heads=2), some(3, 2, 8), some(5, 2, 16))
both(lambda k, a: nd.contrib.interleaved_matmul_encdec_valatt(k, a, heads=2), some(5, 2, 16), some(4, 3, 5))
nd.contrib.interleaved_matmul_selfatt_qk(some(3, 24), heads=2)
nd.contrib.interleaved_matmul_selfatt_qk(some(3, 2, 24))
nd.contrib.interleaved_matmul_encdec_qk(some(3, 2, 8), some(5, 1, 16), heads=2)
""",
    ("attention", "np"): """
npx.interleaved_matmul_selfatt_qk(some(3, 2, 24), heads=2)
both(lambda q, k: npx.sldwin_atten_score(q, k, dilation, w=2, symmetric=True), some(2, 6, 2, 3), some(2, 6, 2, 3, step=5))
both(lambda q, k: npx.sldwin_atten_score(q, k, dilation, w=2, symmetric=False), some(2, 6, 2, 3), some(2, 6, 2, 3, step=5))
npx.sldwin_atten_mask_like(some(2, 6, 2, 5), dilation, np.array([4, 6], dtype="int32"), w=2, symmetric=True)
npx.sldwin_atten_mask_like(some(2, 6, 2, 3), dilation, np.array([4, 6], dtype="int32"), w=2, symmetric=False)
both(lambda s, v: npx.sldwin_atten_context(s, v, dilation, w=2, symmetric=True), some(2, 6, 2, 5), some(2, 6, 2, 3, step=5))
both(lambda s, v: npx.sldwin_atten_context(s, v, dilation, w=2, symmetric=False), some(2, 6, 2, 3), some(2, 6, 2, 3, step=5))
npx.sldwin_atten_score(some(2, 6, 2, 3), some(2, 6, 2, 3), dilation, w=2)
""",
    ("quantize", "nd"): """
nd.contrib.quantize(A([[-1, .5, 2]]), A([-1]), A([2]))
nd.contrib.quantize(A([[-1, .5, 2]]), A([-1]), A([2]), out_type="int8")
nd.contrib.quantize(A([[-1, .5, 2]]), A([-1, 2]), A([2]))
nd.contrib.quantize(A([[.6166, .8754, .5, -1]]), A([-3]), A([3]))
nd.contrib.quantize(A([[1.4999, .8754, 2.96, -2.6]]), A([-3]), A([3]), out_type="int8")
nd.contrib.quantize_v2(A([[-1, .5, 2]]))
nd.contrib.quantize_v2(A([[-1, .5, 2]]), out_type="uint8")
nd.contrib.quantize_v2(A([[1, .5, 2]]), out_type="auto", min_calib_range=0., max_calib_range=2.)
nd.contrib.quantize_v2(A([[1, .5, 2]]), out_type="auto", min_calib_range=-1., max_calib_range=2.)
nd.contrib.dequantize(q8, A([-2]), A([1]))
nd.contrib.dequantize(A([[0, 128, 255]], dtype="uint8"), A([0]), A([2]))
nd.contrib.dequantize(A([1.]), A([0]), A([2]))
nd.contrib.requantize(A([[-900000, 0, 2000000]], dtype="int32"), A([-200]), A([200]))
nd.contrib.requantize(A([[-1000000, 0, 2680000]], dtype="int32"), A([-200]), A([200]), min_calib_range=-.5, max_calib_range=.5)
nd.contrib.quantized_act(q8, A([-2]), A([2]), act_type="relu")
nd.contrib.quantized_flatten(q8.reshape((1, 3, 1)), A([-2]), A([2]))
nd.contrib.quantized_fully_connected(q8, A([[10, 20, -30], [1, 2, 3]], dtype="int8"), A([5, -7], dtype="int8"), A([-2]), A([2]), A([-1]), A([1]), A([-3]), A([3]), num_hidden=2)
nd.contrib.quantized_fully_connected(q8, A([[10, 20, -30], [1, 2, 3]], dtype="int8"), min_data=A([-2]), max_data=A([2]), min_weight=A([-1]), max_weight=A([1]), num_hidden=2, no_bias=True)
nd.contrib.quantized_embedding(A([0, 1]), A([[10, 20, -30], [1, 2, 3]], dtype="int8"), A([-1]), A([1]), input_dim=2, output_dim=3)
""",
    ("quantize", "np"): """
list(npx.contrib_quantize_v2(A([[-1, .5, 2]])))
list(npx.quantized_transpose(q8, A([-2]), A([2]), axes=(1, 0)))
list(npx.quantized_elemwise_mul(q8, q8, A([-2]), A([2]), A([-1]), A([1])))
list(npx.quantized_conv(A([[[[1, 2, 3]]]], dtype="uint8"), A([[[[1, 2]]]], dtype="int8"), min_data=A([0]), max_data=A([2]), min_weight=A([-1]), max_weight=A([1]), kernel=(1, 2), num_filter=1, no_bias=True))
""",
    ("contrib", "nd"): """
nd.contrib.hawkesll(A([[.5, .6], [.4, .1]]), A([.2, .3]), A([1, 2]), A([[.1, .2], [.3, .4]]), A([[.1, .2, .3], [.2, .5, .1]]), A([[0, 1, 0], [1, 1, 0]], dtype="int32"), A([2, 3]), A([1, 2]))
both(lambda *a: nd.contrib.hawkesll(*a, A([[.1, .2], [.3, .4]]), A([[.1, .2, .3], [.2, .5, .1]]), A([[0, 1, 0], [1, 1, 0]], dtype="int32"), A([2, 3]), A([1, 2]))[0], A([[.5, .6], [.4, .1]]), A([.2, .3]), A([1, 2]))
nd.contrib.hawkesll(A([[.5, .6], [.4, .1]]), A([.2]), A([1, 2]), A([[.1, .2], [.3, .4]]), A([[.1, .2, .3], [.2, .5, .1]]), A([[0, 1, 0], [1, 1, 0]], dtype="int32"), A([2, 3]), A([1, 2]))
seeded(lambda: nd.contrib.rand_zipfian(A([3, 1]), 4, 10))
nd.contrib.getnnz(A([[1, 0], [2, 3]]).tostype("csr"))
nd.contrib.getnnz(A([[1, 0], [2, 3]]).tostype("csr"), axis=0)
nd.contrib.getnnz(A([[1, 0], [2, 3]]))
[f(x) for x in [nd.ones((2,))] for f in (lambda x: nd.reset_arrays(x, num_arrays=1), lambda x: x)]
nd.contrib.SparseEmbedding(A([0, 1]), some(2, 3), input_dim=2, output_dim=3)
nd.Convolution_v1(some(1, 1, 3, 3), some(1, 1, 2, 2), some(1), kernel=(2, 2), num_filter=1)
seeded(lambda: nd.contrib.uniform(1, 2, shape=(2,)))
""",
    ("contrib", "np"): """
seeded(lambda: npx.scalar_poisson(lam=3., shape=(4,)))
seeded(lambda: npx.tensor_poisson(np.array([1., 3.]), shape=(2,)))
""",
    ("edges", "np"): """
npx.nonzero(A(3))
np.meshgrid(A([1, 2]), some(2, 2))
np.frexp(A([3, 0.5]))
np.modf(A([3.5, -0.5]))
np.divmod(A([7, -3]), A([2, 2]))
np.percentile(v, 140)
np.quantile(v, A([0.5, -0.5]))
np.quantile(v, A([0.5, 1]))
np.identity(-2)
np.unique(some(2, 2), axis=2)
np.diff(v, n=-1)
np.unravel_index(A([22]), (7, 6), order="F")
np.linalg.qr(some(2, 2), "complete")
np.linalg.eigvals(A([[0, 1], [-1, 0]]))
np.linalg.eigvals(A([[2, 0], [0, 3]]))
np.linalg.eig(A([[0, 1], [-1, 0]]))
np.linalg.matrix_transpose(v)
np.einsum("ij,jk->ik")
v.astype("int32", order="F")
v.astype("int32", casting="safe")
v.astype("int32", subok=False)
v.astype("int32", order="C", casting="unsafe", subok=True, copy=False)
[f(A([1.5, -1.5])) for f in (__import__("math").floor, __import__("math").ceil, __import__("math").trunc)]
with_numpy_dtypes(lambda: [np.mean(A([1, 2], dtype=d)) for d in ("int32", "float16", "float32")] + [A([1, 2], dtype="int8").mean()])
with_numpy_dtypes(lambda: [f(3) for f in (np.hanning, np.hamming, np.blackman, np.tri, np.identity)])
with_numpy_dtypes(lambda: [str(onp.dtype(x.dtype)) for x in (np.random.exponential(1., 2), np.random.gumbel(0., 1., 2), np.random.laplace(0., 1., 2), np.random.logistic(0., 1., 2), np.random.pareto(1., 2), np.random.power(1., 2), np.random.rayleigh(1., 2), np.random.weibull(1., 2), np.random.lognormal(0., 1., 2), np.random.normal(0., 1., 2), np.random.uniform(0., 1., 2), npx.random.uniform_n(0., 1., (2,)), npx.random.normal_n(0., 1., (2,)), npx.random.bernoulli(0.5, size=(2,)))])
""",
    ("parameters", "np"): """
[np.clip(A([0, 1, 2, 3, 200], dtype="uint8"), *b) for b in ((0, 3), (1, None), (None, 2), (-1, 300), (0, 0), (1.5, 2.5))]
[np.clip(A([-128, -5, 0, 3, 127], dtype="int8"), *b) for b in ((-128, 127), (0, 3), (-200, 200), (-1.5, 0))]
[f(A([[0], [12], [-2**31]], dtype="int32"), A([0, 3, -2**31], dtype="int32")) for f in (np.gcd, np.lcm)]
[f(A([12, -18, -128], dtype="int8"), 3) for f in (np.gcd, np.lcm)]
[np.round(A([49.416, -3.14159, 281.63467, 0.125]), k) for k in (0, 1, 2, 3, 4, -1, -2)]
[np.around(A([49.416, -3.14159, 281.63467, 0.125], dtype="float64"), k) for k in (1, 2, 3, -1)]
both(lambda a, b: np.mod(a, b), A([5.5, -5.5, 1, 0, 2, onp.inf]), A([2, -2, 0, 0, onp.inf, 2]))
both(lambda a: a % 0, A([1.5, -2]))
[np.quantile(np.arange(n), A([k / (2 * n - 2) for k in range(2 * n - 1)]), interpolation="nearest") for n in (2, 3, 5)]
both(lambda a: 3 % a, A([2, -2, 0]))
npx.digamma(A([-onp.inf, onp.inf, onp.nan, 0, -1, -0.0, -1.5, 2]))
both(npx.digamma, A([0, -1.5, 2]))
npx.pick(A([0, 1, 2, 3]), A([2], dtype="int64"))
npx.pick(A([0, 1, 2, 3]), A([2], dtype="int64"), keepdims=True)
[np.linalg.norm(v, o) for o in ("inf", "-inf")]
[np.linalg.norm(A([[3, 4], [1, -2]]), o) for o in ("inf", "-inf")]
[np.linalg.norm(A([[3, 4], [1, -2]]), "inf", axis=a) for a in (1, (0, 1))]
npx.masked_softmax(A([[onp.nan, 1, 2], [1, 4, 2]]), A([[1, 0, 0], [1, 0, 1]], dtype="bool"))
[repr(np.zeros(s, dtype=t)) for s in ((0,), (2, 0)) for t in ("bool", "float32", "float64", "int32")]
""",
    ("parameters", "nd"): """
[nd.clip(A([0, 1, 2, 3, 200], dtype="uint8"), *b) for b in ((0, 3), (1, 2), (-1, 300), (0, 0))]
both(nd.modulo, A([5.5, -5.5, 1, 0]), A([2, -2, 0, 0]))
both(lambda x: nd.smooth_l1(x, scalar=2.0), A([-onp.inf, onp.inf, onp.nan, 0.1, -3]))
nd.contrib.arange_like(some(3, 1, dtype="float16"), axis=None)
nd.amp_cast(A([1.5, 2.5, -0.7]), dtype="int32")
nd.amp_cast(A([1, 2], dtype="int32"), dtype="float16")
nd.sparse.retain(nd.sparse.zeros("row_sparse", (4, 2)), A([0, 2], dtype="int64")).indices
A([0, 1, 2, 3, 4])[3:1:2].shape
A([0, 1, 2, 3, 4])[-3:1:3].shape
A([0, 1, 2, 3, 4])[3:1]
""",
}
