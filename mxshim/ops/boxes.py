"""Boxes: overlaps, non-maximum suppression, matching, encoding. A box is (x1, y1, x2, y2), format "corner", or (x, y, w, h) with
the middle (x, y), format "center".
"""
from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..base import MXNetError
from ..engine.op import op
from .axes import number, same_dtype
from .nn.spatial import floats_only, has_shape, one_of, required, uniform
from .platform import on_cpu
from .sorting import stable_order

FORMATS = ("center", "corner")
BLOCK = 256  # boxes that are compared with all others at a time


def corners(boxes, format="center"):
    """(..., 4) as corners."""
    if format == "corner":
        return boxes
    middle, half = boxes[..., :2], boxes[..., 2:] / 2
    return jnp.concatenate([middle - half, middle + half], axis=-1)


def centers(boxes, format="corner"):
    """(..., 4) as middles and sizes."""
    if format == "center":
        return boxes
    low, high = boxes[..., :2], boxes[..., 2:]
    return jnp.concatenate([(low + high) / 2, high - low], axis=-1)


def overlaps(a, b):
    """Intersection over union of boxes given as corners: (..., m, 4), (..., n, 4) -> (..., m, n); 0 where they do not meet."""
    return _overlap([x[..., :, None] for x in _coordinates(a)], [x[..., None, :] for x in _coordinates(b)])


def _coordinates(boxes):
    """(..., 4) as four arrays: long vectors are fast."""
    return [boxes[..., k] for k in range(4)]


def _overlap(a, b):
    (ax, ay, az, aw), (bx, by, bz, bw) = a, b
    zero = jnp.zeros((), ax.dtype)
    shared = (jnp.maximum(jnp.minimum(az, bz) - jnp.maximum(ax, bx), zero)
              * jnp.maximum(jnp.minimum(aw, bw) - jnp.maximum(ay, by), zero))
    union = (az - ax) * (aw - ay) + (bz - bx) * (bw - by) - shared
    return jnp.where(shared > 0, shared / union, zero)


_A = onp.array([[0.1, 0.1, 0.5, 0.5], [0.2, 0.2, 0.6, 0.7], [0.75, 0.75, 0.9, 0.8]], "float32")


@op("npx.box_iou", "nd.contrib.box_iou", grad=False, samples={"args": [
    ((_A, _A[:2]), {}), ((_A.reshape(1, 3, 4), _A), {"format": "center"})]})
def box_iou(lhs, rhs, format="corner"):
    """Intersection over union of every box of lhs with every box of rhs; 0 where they do not meet. The gradient is zero.

    lhs, rhs: (..., 4), of one floating dtype.  format: "corner" for (x1, y1, x2, y2) or "center" for (x, y, w, h).
    Returns: the leading dimensions of lhs, then those of rhs.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    one_of("format", format, FORMATS)
    uniform(lhs=lhs, rhs=rhs)
    for name, x in (("lhs", lhs), ("rhs", rhs)):
        if x.ndim < 2 or x.shape[-1] != 4:
            raise MXNetError(f"`{name}` must have shape (..., 4) with at least 2 dimensions, got {x.shape}")
    found = overlaps(corners(lhs, format).reshape(-1, 4), corners(rhs, format).reshape(-1, 4))
    return found.reshape(lhs.shape[:-1] + rhs.shape[:-1])


def suppressed(boxes, group, alive, threshold, above=jnp.greater):
    """Which of the boxes of each example (b, n, 4), best first, remain: a box goes if a remaining one before it overlaps it by too much.

    group: (b, n) or None: only boxes of one group suppress each other.  alive: (b, n), those that take part.
    above(overlap, threshold) says what is too much.
    On CPU box by box: of 2000 boxes of 4 images, of which 400 take part and 70 remain, this takes 0.5 ms, blocks take 2 ms.
    """
    if alive.size == 0:
        return alive

    def one_by_one(threshold, *examples):
        return lax.map(lambda example: _box_by_box(above, threshold, *example), examples)

    def together(threshold, *examples):
        return jax.vmap(partial(_block_by_block, above, threshold))(*examples)

    return on_cpu(one_by_one, together, threshold, alive, boxes, *([] if group is None else [group]))


def _box_by_box(above, threshold, alive, boxes, group=None):
    """Each box that remains is compared with all. Their coordinates lie apart: as rows of four they take twice the time."""
    n = boxes.shape[0]
    place, all_ = jnp.arange(n, dtype="int32"), lax.optimization_barrier(_coordinates(boxes))

    def first(alive, after):
        return jnp.min(jnp.where(alive & (place > after), place, n))

    def turn(state):
        alive, i = state

        def at(x):
            return lax.dynamic_index_in_dim(x, i, keepdims=False)

        hits = (place > i) & above(_overlap(list(map(at, all_)), all_), threshold)
        if group is not None:
            hits &= group == at(group)
        alive &= ~hits
        return alive, first(alive, i)

    return lax.while_loop(lambda state: state[1] < n, turn, (alive, first(alive, -1)))[0]


def _block_by_block(above, threshold, alive, boxes, group=None):
    """Blocks of boxes are compared with blocks before them, so that the memory does not grow with n * n."""
    n = boxes.shape[0]
    size = min(BLOCK, n)
    total = -(-n // size) * size
    boxes, alive = jnp.pad(boxes, ((0, total - n), (0, 0))), jnp.pad(alive, (0, total - n))
    group = None if group is None else jnp.pad(group, (0, total - n))
    earlier = jnp.arange(size)[:, None] < jnp.arange(size)

    def part(x, i):
        return lax.dynamic_slice_in_dim(x, i * size, size)

    def hits(i, j):
        """Which boxes of block i are too close to which of block j."""
        found = above(overlaps(part(boxes, i), part(boxes, j)), threshold)
        return found if group is None else found & (part(group, i)[:, None] == part(group, j))

    def turn(j, alive):
        def before(i, left):
            return left & ~jnp.any(hits(i, j) & part(alive, i)[:, None], axis=0)

        left = lax.fori_loop(0, j, before, part(alive, j))
        inside = hits(j, j) & earlier

        def refine(state):  # from "all remain" on, until what remains no longer changes
            remain, _ = state
            new = left & ~jnp.any(inside & remain[:, None], axis=0)
            return new, jnp.any(new != remain)

        remain, _ = lax.while_loop(lambda state: state[1], refine, (left, jnp.ones((), bool)))
        return lax.dynamic_update_slice_in_dim(alive, remain, j * size, axis=0)

    blocks = (jnp.sum(alive, dtype="int32") + size - 1) // size
    return lax.fori_loop(0, blocks, turn, alive)[:n]


def best_first(scores, valid, most):
    """(places of the best `most` scores, equal ones in order; which of them are valid), along the last axis."""
    order = stable_order(jnp.where(valid, -scores, jnp.inf), scores.ndim - 1)[..., :most]
    return order, jnp.take_along_axis(valid, order, -1)


_D = onp.array([[0, .5, .1, .1, .2, .2], [1, .4, .1, .1, .2, .2], [0, .3, .1, .1, .14, .14], [2, .6, .5, .5, .7, .8],
                [0, .45, .1, .1, .2, .2], [0, .01, .5, .5, .6, .6], [-1, .9, .3, .3, .35, .35]], "float32")


@op("npx.box_nms", "nd.contrib.box_nms", "nd.contrib.box_non_maximum_suppression", scalars=("overlap_thresh", "valid_thresh"),
    samples={"args": [((_D,), {"in_format": "center"}),
                      ((onp.stack([_D, _D / 2]),), {"background_id": 7, "id_index": 0, "force_suppress": True, "topk": 3,
                                                    "valid_thresh": 0.1})]})
def box_nms(data, overlap_thresh=0.5, valid_thresh=0.0, topk=-1, coord_start=2, score_index=1, id_index=-1, background_id=-1,
            force_suppress=False, in_format="corner", out_format="corner"):
    """Non-maximum suppression: the boxes by falling scores, without those that a better one overlaps; then rows of -1.

    Args:
        data: (..., n, width), a row for each box; floating.
        overlap_thresh: a box goes if its intersection over union with a better one is above.
        valid_thresh: boxes whose score is not above do not take part.  topk: only so many of the best take part; -1: all.
        coord_start, score_index, id_index: where in a row the 4 coordinates, the score and the class are; id_index -1: no classes.
        background_id: with classes, boxes of this one do not take part.
        force_suppress: boxes of different classes suppress each other too.
        in_format, out_format: "corner" for (x1, y1, x2, y2) or "center" for (x, y, w, h).
    Returns: data's shape. The gradient of a row goes to the row it came from.
    Raises: MXNetError if a row has no such places.
    """
    floats_only(data)
    one_of("in_format", in_format, FORMATS)
    one_of("out_format", out_format, FORMATS)
    if data.ndim < 2:
        raise MXNetError(f"data of shape (..., boxes, width) is needed, got {data.shape}")
    n, width = data.shape[-2:]
    if not (0 <= coord_start <= width - 4 and 0 <= score_index < width and -1 <= id_index < width):
        raise MXNetError(f"coord_start={coord_start}, score_index={score_index} and id_index={id_index} must fit rows of {width}")
    if topk == 0:
        return data
    most = n if topk < 0 else min(topk, n)
    rows = lax.stop_gradient(data).reshape(-1, n, width)
    valid = rows[..., score_index] > number(valid_thresh, data.dtype)
    if id_index >= 0:
        valid &= rows[..., id_index] != background_id
    order, alive = best_first(rows[..., score_index], valid, most)
    best = jnp.take_along_axis(rows, order[..., None], 1)
    boxes = corners(best[..., coord_start:coord_start + 4], in_format)
    limit = number(overlap_thresh, data.dtype)
    remain = suppressed(boxes, None if id_index < 0 or force_suppress else best[..., id_index], alive, limit)
    front = stable_order((~remain).astype("int32"), 1)
    chosen, there = jnp.take_along_axis(order, front, -1), jnp.take_along_axis(remain, front, -1)
    out = jnp.take_along_axis(data.reshape(-1, n, width), chosen[..., None], 1)
    if in_format != out_format:
        change = corners if out_format == "corner" else centers
        c = coord_start
        out = jnp.concatenate([out[..., :c], change(out[..., c:c + 4], in_format), out[..., c + 4:]], -1)
    out = jnp.where(there[..., None], out, -jnp.ones_like(out))
    return jnp.pad(out, ((0, 0), (0, n - most), (0, 0)), constant_values=-1).reshape(data.shape)


def matched(scores, limit, ascending, most):
    """Greedy matching of (rows, columns): the best pair first; at most `most` pairs, none of a score not better than limit.

    Returns (column of each row or -1, row of each column or -1).
    """
    rows, columns = scores.shape
    worst = jnp.inf if ascending else -jnp.inf

    def turn(_, state):
        left, row_match, column_match = state
        place = (jnp.argmin if ascending else jnp.argmax)(left)
        i, j = place // columns, place % columns
        best = left.reshape(-1)[place]
        good = (best < limit) if ascending else (best > limit)
        taken = (jnp.arange(rows) == i)[:, None] | (jnp.arange(columns) == j)
        return (jnp.where(good & taken, worst, left), jnp.where(good, row_match.at[i].set(j), row_match),
                jnp.where(good, column_match.at[j].set(i), column_match))

    start = scores, jnp.full(rows, -1, "int64"), jnp.full(columns, -1, "int64")
    _, row_match, column_match = lax.fori_loop(0, most, turn, start)
    return row_match, column_match


@op("npx.bipartite_matching", "nd.contrib.bipartite_matching", scalars=("threshold",), grad=False, samples={"args": [
    ((onp.array([[.5, .6], [.1, .2], [.3, .4]], "float32"),), {"threshold": 0.1}),
    ((onp.array([[[.5, .6], [.1, .2]]], "float32"),), {"threshold": 0.35, "is_ascend": True, "topk": 1})]})
def bipartite_matching(data, is_ascend=False, threshold=None, topk=-1):
    """Greedy matching by scores: the best pair of a free row and a free column, until none is better than threshold.

    Args: data: (..., rows, columns), floating.  is_ascend: small scores are good.  topk: the pairs are at most topk + 1, as in
        MXNet; -1 and 0 for no limit.
    Returns: (..., rows) with the column of each row and (..., columns) with the row of each column, -1 for none; data's dtype.
    Raises: MXNetError if threshold is missing or data has fewer than 2 dimensions.
    """
    required(threshold=threshold)
    floats_only(data)
    if data.ndim < 2:
        raise MXNetError(f"data of shape (..., rows, columns) is needed, got {data.shape}")
    *lead, rows, columns = data.shape
    most = min(rows, columns, topk + 1 if topk > 0 else rows)
    limit = number(threshold, data.dtype)
    pairs = jax.vmap(lambda s: matched(s, limit, is_ascend, most))(data.reshape(-1, rows, columns))
    return tuple(p.astype(data.dtype).reshape(*lead, -1) for p in pairs)


_N = onp.array([[[0.1, 0.1, 0.3, 0.4], [0.2, 0.2, 0.6, 0.7], [0.5, 0.5, 0.9, 0.9]]], "float32")


@op("npx.box_encode", "nd.contrib.box_encode", grad=False, samples={"args": [
    ((onp.array([[1, -1, 1]], "float32"), onp.array([[0, 1, 1]], "float32"), _N, _N[:, 1:], onp.zeros(4, "float32"),
      onp.array([.1, .1, .2, .2], "float32")), {})]})
def box_encode(samples, matches, anchors, refs, means, stds):
    """What a network has to predict at each anchor so that box_decode gives the matched box: the offset of the middle in sizes of the
    anchor, and the logarithm of the ratio of sizes, less `means`, divided by `stds`. The gradient is zero.

    Args:
        samples: (B, N), above 0.5 where an anchor counts.  matches: (B, N), the number of its box in refs.
        anchors: (B, N, 4) or (1, N, 4), corners.  refs: (B, M, 4), corners.  means, stds: (4,).
    Returns: targets (B, N, 4), and masks (B, N, 4): 1 where the anchor counts, both 0 elsewhere.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    uniform(samples=samples, matches=matches, anchors=anchors, refs=refs, means=means, stds=stds)
    if samples.ndim != 2 or refs.ndim != 3 or refs.shape[0] != samples.shape[0] or refs.shape[2] != 4:
        raise MXNetError(f"samples (B, N) and refs (B, M, 4) are needed, got {samples.shape} and {refs.shape}")
    b, n = samples.shape
    has_shape("matches", matches, (b, n), "as `samples`")
    has_shape("anchors", anchors, (anchors.shape[0] if anchors.shape[:1] == (1,) else b, n, 4), "a box for each sample")
    has_shape("means", means, (4,), "a number for each coordinate")
    has_shape("stds", stds, (4,), "a number for each coordinate")
    boxes, anchors = centers(jnp.take_along_axis(refs, matches.astype("int32")[..., None], 1)), centers(anchors)
    size = anchors[..., 2:]
    offset = jnp.concatenate([(boxes[..., :2] - anchors[..., :2]) / size, jnp.log(boxes[..., 2:] / size)], -1)
    counts = jnp.broadcast_to((samples > 0.5)[..., None], offset.shape)
    return jnp.where(counts, (offset - means) / stds, jnp.zeros_like(offset)), counts.astype(offset.dtype)


@op("npx.box_decode", "nd.contrib.box_decode", scalars=("std0", "std1", "std2", "std3", "clip"), grad=False, samples={"args": [
    ((_N - 0.3, _N), {"std0": 0.1, "std1": 0.1, "std2": 0.2, "std3": 0.2}), ((_N, _N), {"clip": 0.25, "format": "corner"})]})
def box_decode(data, anchors, std0=1.0, std1=1.0, std2=1.0, std3=1.0, clip=-1.0, format="center"):
    """The boxes that a network predicted at anchors, see box_encode, as corners. The gradient is zero.

    Args:
        data: (B, N, 4), offsets of the middle and logarithms of sizes.  anchors: (1, N, 4) in `format`.
        std0 .. std3: what the four are multiplied with.  clip: if positive, bound of the logarithms.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    one_of("format", format, FORMATS)
    floats_only(data)
    same_dtype(data, anchors)
    if data.ndim != 3 or data.shape[2] != 4:
        raise MXNetError(f"data of shape (B, N, 4) is needed, got {data.shape}")
    has_shape("anchors", anchors, (1, *data.shape[1:]), "a box for each prediction")
    a = centers(anchors, format)
    stds = [number(s, data.dtype) for s in (std0, std1, std2, std3)]
    middle = data[..., :2] * jnp.stack(stds[:2]) * a[..., 2:] + a[..., :2]
    logs, limit = data[..., 2:] * jnp.stack(stds[2:]), number(clip, data.dtype)
    logs = jnp.where(limit > 0, jnp.minimum(logs, limit), logs)
    return corners(jnp.concatenate([middle, jnp.exp(logs) * a[..., 2:]], -1))
