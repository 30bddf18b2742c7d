"""Single-shot detection (Liu et al., 2016): anchors over a feature map, their training targets, boxes from predictions."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp

from ..base import MXNetError
from ..engine.op import op
from .axes import number
from .boxes import best_first, centers, corners, matched, overlaps, suppressed
from .nn.spatial import floats_only, has_shape, uniform

_VARIANCES = (0.1, 0.1, 0.2, 0.2)


def _numbers(name, value, n=None):
    value = tuple(float(v) for v in (value if isinstance(value, tuple) else (value,)))
    if not value or n not in (None, len(value)):
        raise MXNetError(f"`{name}` needs {n or 'at least one'} number{'s' if n != 1 else ''}, got {value}")
    return value


@op("npx.multibox_prior", "nd.contrib.MultiBoxPrior", grad=False, samples={"args": [
    ((onp.zeros((1, 2, 2, 3), "float32"),), {"sizes": (0.5, 0.25), "ratios": (1, 2, 0.5)}),
    ((onp.zeros((1, 2, 2, 3), "float32"),), {"sizes": 0.5, "ratios": (2, 1), "clip": True, "steps": (0.4, 0.3), "offsets": (0.1, 0.2)})]})
def multibox_prior(data, sizes=(1.0,), ratios=(1.0,), clip=False, steps=(-1.0, -1.0), offsets=(0.5, 0.5)):
    """Anchor boxes around every place of a feature map, in units of the image: those of all sizes with the first ratio, then those
    of the first size with the other ratios.

    Args:
        data: (N, C, H, W), of which only the shape counts.
        sizes: heights of anchors of ratio 1, as shares of the image's.  ratios: widths over heights.
        clip: cut the boxes off at 0 and 1.
        steps: (y, x), the distance of neighbours; by default 1/H and 1/W.  offsets: (y, x), the middle of the first, in steps.
    Returns: (1, H * W * (sizes + ratios - 1), 4), float32 corners. The gradient is zero.
    Raises: MXNetError if data or a parameter has the wrong form.
    """
    floats_only(data)
    sizes, ratios = _numbers("sizes", sizes), _numbers("ratios", ratios)
    steps, offsets = _numbers("steps", steps, 2), _numbers("offsets", offsets, 2)
    if data.ndim < 4:
        raise MXNetError(f"data of shape (N, C, H, W) is needed, got {data.shape}")
    if min(ratios) <= 0:
        raise MXNetError(f"`ratios` must be positive, got {ratios}")
    h, w = data.shape[2:4]
    step_y, step_x = (s if s > 0 else 1 / n for s, n in zip(steps, (h, w), strict=True))
    y, x = onp.meshgrid((onp.arange(h) + offsets[0]) * step_y, (onp.arange(w) + offsets[1]) * step_x, indexing="ij")
    shapes = [(s, r) for s, r in [(s, ratios[0]) for s in sizes] + [(sizes[0], r) for r in ratios[1:]]]
    half = onp.array([(s * h / w * r ** 0.5 / 2, s / r ** 0.5 / 2) for s, r in shapes])  # (anchors, x and y)
    middle = onp.stack([x, y], -1)[:, :, None]  # (H, W, 1, 2)
    boxes = onp.concatenate([middle - half, middle + half], -1).reshape(1, -1, 4)
    return jnp.asarray((boxes.clip(0, 1) if clip else boxes).astype("float32"))


def _targets(anchors, labels, prediction, iou_limit, mine, mining_limit, ignore, variances):
    """Targets of one example: (offsets (N, 4), mask (N, 1), classes (N,))."""
    n = anchors.shape[0]
    real = jnp.cumprod(labels[:, 0] != -1).astype(bool)  # the boxes before the first row of -1
    iou = overlaps(anchors, labels[:, 1:5])
    iou = jnp.where(real, iou, -jnp.ones_like(iou))
    own, _ = matched(iou, 1e-6, False, labels.shape[0])  # every box gets the best anchor that is left
    best, highest = jnp.argmax(iou, 1), jnp.max(iou, 1)
    match = jnp.where(own >= 0, own, jnp.where((iou_limit > 0) & (highest > iou_limit), best, -1))
    positive = match >= 0
    if mine is None:
        negative = ~positive
    else:  # those that look least like background
        doubt = -jax.nn.softmax(prediction, axis=0)[0]
        eligible = ~positive & (highest < mining_limit)
        count = positive.sum()
        most = jnp.minimum((count * mine).astype("int32"), n - count)
        order = jnp.argsort(jnp.where(eligible, -doubt, jnp.inf), stable=True)
        rank = jnp.zeros(n, "int32").at[order].set(jnp.arange(n, dtype="int32"))
        negative = eligible & (rank < most)
    box, at = centers(labels[match, 1:5]), centers(anchors)
    offsets = jnp.concatenate([(box[:, :2] - at[:, :2]) / at[:, 2:], jnp.log(jnp.where(positive[:, None], box[:, 2:] / at[:, 2:], 1))], 1)
    classes = jnp.where(positive, labels[match, 0] + 1, jnp.where(negative & real.any(), jnp.zeros_like(ignore), ignore))
    return jnp.where(positive[:, None], offsets / variances, jnp.zeros_like(offsets)), positive[:, None], classes


_A = onp.array([[[.1, .1, .3, .3], [.2, .2, .6, .7], [.5, .5, .9, .9], [0, 0, 1, 1], [.45, .45, .85, .9]]], "float32")
_L = onp.array([[[1, .1, .1, .35, .35], [0, .5, .5, .8, .9]], [[2, .2, .2, .5, .7], [-1, -1, -1, -1, -1]]], "float32")
_P = onp.array((onp.arange(30) * 7 % 11).reshape(2, 3, 5) / 11, "float32")


@op("npx.multibox_target", "nd.contrib.MultiBoxTarget", grad=False,
    scalars=("overlap_threshold", "ignore_label", "negative_mining_ratio", "negative_mining_thresh"),
    samples={"args": [((_A, _L, _P), {"negative_mining_ratio": 1.5, "negative_mining_thresh": 0.3}), ((_A, _L, _P), {})]})
def multibox_target(anchor, label, cls_pred, overlap_threshold=0.5, ignore_label=-1.0, negative_mining_ratio=-1.0,
                    negative_mining_thresh=0.5, minimum_negative_samples=0, variances=_VARIANCES):
    """What a single-shot detector is trained to predict at each anchor.

    Every labelled box gets the anchor it overlaps best; further anchors take the box they overlap best, if by more than
    overlap_threshold. The others are background, or with mining, only the negative_mining_ratio times as many as there are matched
    anchors that look least like it, among those that overlap every box by less than negative_mining_thresh.

    Args:
        anchor: (1, N, 4), corners.  label: (B, M, 5 or more): class, x1, y1, x2, y2; after the last box rows of -1.
        cls_pred: (B, classes + 1, N), scores before the softmax, background first; used for mining.
        ignore_label: the class of anchors that are neither matched nor background; also of all, if there is no box.
        minimum_negative_samples: without effect, as on MXNet's CPUs.  variances: what the four targets are divided by.
    Returns: offsets of the boxes (B, 4 N) as in box_encode; masks (B, 4 N), 1 for matched anchors; classes (B, N), 0 for background,
        else the label's + 1. The gradient is zero.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    uniform(anchor=anchor, label=label, cls_pred=cls_pred)
    if anchor.ndim != 3 or label.ndim != 3 or cls_pred.ndim != 3 or anchor.shape[2] != 4 or label.shape[2] < 5:
        raise MXNetError(f"anchor (1, N, 4), label (B, M, 5) and cls_pred (B, C, N) are needed, got {anchor.shape}, {label.shape} "
                         f"and {cls_pred.shape}")
    n, dtype = anchor.shape[1], label.dtype
    has_shape("cls_pred", cls_pred, (label.shape[0], cls_pred.shape[1], n), "examples as in `label`, anchors as in `anchor`")
    variances = jnp.asarray(_numbers("variances", variances, 4), dtype)
    iou_limit, mine, mining, ignore = (number(v, dtype) for v in (
        overlap_threshold, negative_mining_ratio, negative_mining_thresh, ignore_label))
    anchors = anchor.reshape(-1, 4)[:n]

    def example(boxes, prediction):
        mined = _targets(anchors, boxes, prediction, iou_limit, mine, mining, ignore, variances)
        plain = _targets(anchors, boxes, prediction, iou_limit, None, mining, ignore, variances)
        return mined[0], mined[1], jnp.where(mine > 0, mined[2], plain[2])

    offsets, mask, classes = jax.vmap(example)(label, cls_pred)
    mask = jnp.broadcast_to(mask.astype(dtype), offsets.shape)
    return offsets.reshape(-1, 4 * n), mask.reshape(-1, 4 * n), classes


@op("npx.multibox_detection", "nd.contrib.MultiBoxDetection", grad=False, scalars=("threshold", "nms_threshold"), samples={"args": [
    ((_P, onp.sin(onp.arange(40, dtype="float32")).reshape(2, 20), _A), {"threshold": 0.2, "nms_topk": 3}),
    ((_P, onp.cos(onp.arange(40, dtype="float32")).reshape(2, 20), _A), {"nms_threshold": 0.2, "force_suppress": True, "clip": False})]})
def multibox_detection(cls_prob, loc_pred, anchor, clip=True, threshold=0.01, background_id=0, nms_threshold=0.5, force_suppress=False,
                       variances=_VARIANCES, nms_topk=-1):
    """The boxes that a single-shot detector predicts, after non-maximum suppression.

    Args:
        cls_prob: (B, classes + 1, N), background first.  loc_pred: (B, 4 N), offsets as box_encode gives them.
        anchor: (1, N, 4), corners.  clip: cut the boxes off at 0 and 1.
        threshold: anchors whose best class is less probable give no box.
        nms_threshold: a box goes if a more probable one overlaps it by at least this; not in (0, 1]: all remain, unsorted.
        force_suppress: boxes of different classes suppress each other too.
        nms_topk: only so many of the most probable boxes remain; -1: all.
        variances: what the four offsets are multiplied by.  background_id: without effect, as in MXNet.
    Returns: (B, N, 6): class, probability, x1, y1, x2, y2 by falling probability. Class -1 says that there is no box.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    uniform(cls_prob=cls_prob, loc_pred=loc_pred, anchor=anchor)
    if cls_prob.ndim != 3 or anchor.ndim != 3 or cls_prob.shape[1] < 2:
        raise MXNetError(f"cls_prob (B, C, N) with at least 2 classes and anchor (1, N, 4) are needed, got {cls_prob.shape} and "
                         f"{anchor.shape}")
    batch, _, n = cls_prob.shape
    has_shape("loc_pred", loc_pred, (batch, 4 * n), "four offsets for each anchor of `cls_prob`")
    has_shape("anchor", anchor, (1, n, 4), "a box for each anchor of `cls_prob`")
    dtype = cls_prob.dtype
    variances = jnp.asarray(_numbers("variances", variances, 4), dtype)
    limit, nms = number(threshold, dtype), number(nms_threshold, dtype)
    at = centers(anchor)
    offsets = loc_pred.reshape(batch, n, 4) * variances
    boxes = corners(jnp.concatenate([offsets[..., :2] * at[..., 2:] + at[..., :2], jnp.exp(offsets[..., 2:]) * at[..., 2:]], -1))
    boxes = jnp.clip(boxes, 0, 1) if clip else boxes
    score, kind = jnp.max(cls_prob[:, 1:], 1), jnp.argmax(cls_prob[:, 1:], 1)
    valid = score >= limit
    rows = jnp.concatenate([kind.astype(dtype)[..., None], score[..., None], boxes], -1)
    packed, _ = best_first(-jnp.ones_like(score), valid, n)
    count = valid.sum(1, keepdims=True)
    there = jnp.arange(n) < count
    plain = jnp.where(there[..., None], jnp.take_along_axis(rows, packed[..., None], 1), -jnp.ones_like(rows))
    order, alive = best_first(score, valid, n if nms_topk <= 0 else min(nms_topk, n))
    best = jnp.take_along_axis(rows, order[..., None], 1)
    group = None if force_suppress else best[..., 0]
    remain = suppressed(best[..., 2:], group, alive, nms, jnp.greater_equal)
    chosen = best.at[..., 0].set(jnp.where(remain, best[..., 0], -1))
    chosen = jnp.where(alive[..., None], chosen, -jnp.ones_like(chosen))
    # MXNet leaves what it had before sorting in the rows beyond nms_topk.
    rest = jnp.where(there[..., None], plain.at[..., 0].set(-1), plain)
    chosen = jnp.concatenate([chosen, rest[:, chosen.shape[1]:]], 1)
    return jnp.where((nms > 0) & (nms <= 1), chosen, plain)
