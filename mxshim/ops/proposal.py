"""Region proposals of Faster R-CNN (Ren et al., 2015): the best boxes of an anchor at every place of a feature map."""
from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as onp

from ..base import MXNetError
from ..engine.op import op
from .axes import number
from .boxes import best_first, suppressed
from .detection import _numbers
from .nn.spatial import has_shape, uniform


def _anchors(stride, scales, ratios, height, width):
    """(height * width * anchors, 4): at every place the anchors of all ratios, and of each all scales, ends included."""
    found = []
    for ratio in ratios:
        w = onp.floor(onp.sqrt(onp.floor(stride * stride / ratio)) + 0.5)
        for scale in scales:
            half = (onp.array([w * scale, onp.floor(w * ratio + 0.5) * scale]) - 1) / 2
            found.append(onp.concatenate([(stride - 1) / 2 - half, (stride - 1) / 2 + half]))
    y, x = onp.meshgrid(onp.arange(height) * stride, onp.arange(width) * stride, indexing="ij")
    return (onp.stack([x, y, x, y], -1)[:, :, None] + onp.array(found)).reshape(-1, 4)


def _moved(anchors, deltas, iou_loss):
    if iou_loss:
        return anchors + deltas
    size = anchors[:, 2:] - anchors[:, :2] + 1
    middle = deltas[..., :2] * size + anchors[:, :2] + (size - 1) / 2
    half = (jnp.exp(deltas[..., 2:]) * size - 1) / 2
    return jnp.concatenate([middle - half, middle + half], -1)


def _proposals(cls_prob, bbox_pred, im_info, before, after, threshold, min_size, scales, ratios, stride, output_score, iou_loss):
    uniform(cls_prob=cls_prob, bbox_pred=bbox_pred, im_info=im_info)
    scales, ratios = _numbers("scales", scales), _numbers("ratios", ratios)
    kinds = len(scales) * len(ratios)
    if cls_prob.ndim != 4 or cls_prob.shape[1] != 2 * kinds:
        raise MXNetError(f"cls_prob of shape (N, 2 * {kinds}, H, W) is needed for {len(scales)} scales and {len(ratios)} ratios, "
                         f"got {cls_prob.shape}")
    n, _, height, width = cls_prob.shape
    has_shape("bbox_pred", bbox_pred, (n, 4 * kinds, height, width), "four numbers for each anchor")
    has_shape("im_info", im_info, (n, 3), "height, width and scale of each image")
    dtype, count = cls_prob.dtype, kinds * height * width
    after_all = after if after > 0 else count
    before = min(before, count) if before > 0 else count
    anchors = jnp.asarray(_anchors(stride, scales, ratios, height, width), dtype)
    deltas = jnp.moveaxis(bbox_pred.reshape(n, kinds, 4, height, width), (3, 4), (1, 2)).reshape(n, count, 4)
    scores = jnp.moveaxis(cls_prob[:, kinds:], 1, 3)  # (N, H, W, kinds)
    limit = number(threshold, dtype)

    def sorted_(scores, deltas, info):
        high = jnp.stack([info[1], info[0], info[1], info[0]]) - 1
        boxes = jnp.clip(_moved(anchors, deltas, iou_loss), 0, high)
        real = ((jnp.arange(height) < jnp.floor(info[0] / stride))[:, None] & (jnp.arange(width) < jnp.floor(info[1] / stride)))[..., None]
        scores = jnp.where(real, scores, -1).reshape(-1)
        least = number(min_size, dtype) * info[2]
        small = jnp.any(boxes[:, 2:] - boxes[:, :2] + 1 < least, axis=1)
        boxes = jnp.where(small[:, None], boxes + jnp.asarray([-0.5, -0.5, 0.5, 0.5], dtype) * least, boxes)
        scores = jnp.where(small, -1, scores)
        order, everyone = best_first(scores, jnp.ones_like(small), before)
        return boxes[order], scores[order], everyone

    def filled(boxes, scores, remain):
        kept = jnp.argsort(~remain, stable=True)
        chosen = kept[jnp.arange(after_all) % jnp.clip(remain.sum(), 1, after_all)]  # filled up from the start
        return boxes[chosen], scores[chosen]

    boxes, scores, everyone = jax.vmap(sorted_)(scores, deltas, im_info)
    ends = boxes + jnp.asarray([0, 0, 1, 1], dtype)  # the last pixel belongs to the box
    boxes, scores = jax.vmap(filled)(boxes, scores, suppressed(ends, None, everyone, limit))
    example = jnp.broadcast_to(jnp.arange(n, dtype=dtype)[:, None, None], (n, after_all, 1))
    rois = jnp.concatenate([example, boxes], -1).reshape(-1, 5)
    return (rois, scores.reshape(-1, 1)) if output_score else rois


_C = (onp.arange(12 * 6) * 37 % 97).astype("float32").reshape(2, 6, 2, 3) / 97
_B = ((onp.arange(24 * 6) * 31 % 89) - 44).astype("float32").reshape(2, 12, 2, 3) / 200
_I = onp.array([[32, 48, 1], [40, 40, 1.5]], "float32")
_OPTIONS = {"rpn_pre_nms_top_n": 12, "rpn_post_nms_top_n": 5, "rpn_min_size": 4, "scales": (1,), "ratios": (0.5, 1, 2)}
_SCALARS = ("threshold", "rpn_min_size")


@op("nd.contrib.MultiProposal", grad=False, scalars=_SCALARS, samples={"args": [((_C, _B, _I), _OPTIONS | {"output_score": True})]})
def multi_proposal(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n=6000, rpn_post_nms_top_n=300, threshold=0.7, rpn_min_size=16,
                   scales=(4.0, 8.0, 16.0, 32.0), ratios=(0.5, 1.0, 2.0), feature_stride=16, output_score=False, iou_loss=False):
    """The boxes that a region proposal network finds in each image, best first, after non-maximum suppression.

    Args:
        cls_prob: (N, 2 * anchors, H, W), probabilities of background, then of an object.
        bbox_pred: (N, 4 * anchors, H, W), offsets of middles in sizes of the anchor, and logarithms of sizes.
        im_info: (N, 3): height, width and scale of each image.
        rpn_pre_nms_top_n, rpn_post_nms_top_n: how many boxes enter the suppression and come out; not positive: all. Where fewer
            remain, they are repeated.
        threshold: intersection over union above which the worse box goes.
        rpn_min_size: smaller boxes come last, widened by it; times the image's scale.
        scales, ratios: of the anchors, in units of feature_stride pixels; heights over widths.
        output_score: also return the scores.  iou_loss: bbox_pred holds offsets of the corners instead.
    Returns: (N * rpn_post_nms_top_n, 5): image, x1, y1, x2, y2; scores (N * rpn_post_nms_top_n, 1). The gradient is zero.
    Raises: MXNetError if shapes or dtypes do not fit.
    """
    return _proposals(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n, rpn_post_nms_top_n, threshold, rpn_min_size, scales, ratios,
                      feature_stride, output_score, iou_loss)


@op("nd.contrib.Proposal", grad=False, scalars=_SCALARS, samples={"args": [((_C[:1], _B[:1], _I[:1]), _OPTIONS)]})
def proposal(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n=6000, rpn_post_nms_top_n=300, threshold=0.7, rpn_min_size=16,
             scales=(4.0, 8.0, 16.0, 32.0), ratios=(0.5, 1.0, 2.0), feature_stride=16, output_score=False, iou_loss=False):
    """The boxes that a region proposal network finds in one image; see nd.contrib.MultiProposal. Raises: MXNetError if N is not 1."""
    if cls_prob.ndim == 4 and cls_prob.shape[0] != 1:
        raise MXNetError(f"one image is taken, got {cls_prob.shape[0]}: use nd.contrib.MultiProposal")
    return _proposals(cls_prob, bbox_pred, im_info, rpn_pre_nms_top_n, rpn_post_nms_top_n, threshold, rpn_min_size, scales, ratios,
                      feature_stride, output_score, iou_loss)
