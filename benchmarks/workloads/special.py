"""Operators of detection, speech, language models, and sparse matrices, with the sizes that programs have. PyTorch alone lacks some."""
from __future__ import annotations

import re

from ..calls import Call


def _nd(call):
    """An expression of nd on np's arrays, in which A, B, ... stand for the arguments."""
    call = re.sub(r"\b[A-D]\b", lambda found: f"{found[0].lower()}.as_nd_ndarray()", call)
    return f"nd.{call}.as_np_ndarray()"


_NMS = _nd("contrib.box_nms(A, overlap_thresh=0.5, topk={topk}, coord_start=2, score_index=1, id_index=-1, in_format='center')")
_ALIGN = _nd("contrib.ROIAlign(A, nd.cast(B, dtype='float32'), pooled_size=(7, 7), spatial_scale=1.0, sample_ratio=2)")
_POOL = _nd("ROIPooling(A, nd.cast(B, dtype='float32'), pooled_size=(7, 7), spatial_scale=1.0)")
_CTC = _nd("CTCLoss(A, nd.cast(B, dtype='float32') + 1)")
_THEIR_CTC = ("F.ctc_loss(F.log_softmax(a, -1), b + 1, t.full((a.shape[1],), a.shape[0]), t.full((a.shape[1],), b.shape[1]), "
              "reduction='none')")
_DEFORM = _nd("contrib.DeformableConvolution(A, B * 0.1, C, D, kernel=(3, 3), pad=(1, 1), num_filter={filters})")

# name, mxshim's and MXNet's expression, PyTorch's or "", arguments, whether it has a gradient
_TABLE = [
    ("box_nms, 100 boxes", _NMS.format(topk=-1), "", "p1x100x6", False),
    ("box_nms, 1000 boxes that remain", _NMS.format(topk=-1).replace("0.5", "1"), "", "p1x1000x6", False),
    ("box_nms, 2000 boxes", _NMS.format(topk=400), "", "p4x2000x6", False),
    ("ROIAlign, small", _ALIGN, "", "4x8x16x16 i16x5<4", True),
    ("ROIAlign, large", _ALIGN, "", "32x64x32x32 i256x5<32", True),
    ("ROIPooling, large", _POOL, "", "32x64x32x32 i256x5<32", True),
    ("CTC, small", _CTC, _THEIR_CTC, "20x4x10 i4x5<9", True),
    ("CTC, large", _CTC, _THEIR_CTC, "200x32x80 i32x30<79", True),
    ("deformable convolution, small", _DEFORM.format(filters=8), "", "1x4x8x8 1x18x8x8 8x4x3x3 8", True),
    ("deformable convolution, large", _DEFORM.format(filters=64), "", "4x64x28x28 4x18x28x28 64x64x3x3 64", True),
    ("bias of a wide layer", "a + b", "a + b", "64x30000 30000", True),
    ("sparse dot, small", "nd.sparse.dot(a, b.as_nd_ndarray()).as_np_ndarray()", "a @ b", "s32x100 100x16", True),
    ("sparse dot, large", "nd.sparse.dot(a, b.as_nd_ndarray()).as_np_ndarray()", "a @ b", "s1000x20000 20000x64", True),
]


def _rows():
    for name, ours, theirs, words, differentiable in _TABLE:
        arguments = tuple(words.split())
        yield Call(name, ours, theirs, arguments)
        if differentiable:
            yield Call(f"{name}, gradients", ours, theirs, arguments, True)


ROWS = list(_rows())
