"""Every operator with empty arrays, 0-d arrays, nan and infinities, and other dtypes: what MXNet answered, or an error of ours.

One part of the operators per run; MXSHIM_TEST_PART=0..7 chooses which.
"""
from __future__ import annotations

import os
from fnmatch import fnmatch

import pytest

import mxshim as mx
from mxshim.base import MXNetError
from tests.support.registry import Inputs, host, run
from tests.support.special import answer, calls, differs, part, recorded

pytestmark = pytest.mark.filterwarnings("ignore:.*different programs were compiled")
PARTS, PART = 8, int(os.environ.get("MXSHIM_TEST_PART", "0"))
ERRORS = (MXNetError, TypeError, ValueError, IndexError, AssertionError)

# Deliberate differences: patterns of "name variant", and why.
DIFFERENT = {
    "nd.softmax nan; nd.log_softmax nan; nd.SoftmaxOutput nan; npx.softmax nan; npx.log_softmax nan; npx.masked_softmax nan":
        "MXNet's largest element passes nan over and leaves zeros beside it; here a nan makes the row nan",
    "nd.Activation nan; npx.activation nan; nd.Pooling nan; npx.pooling nan":
        "relu and max pooling of MXNet hide nan; here it stays",
    "nd.sort nan; nd.argsort nan; np.sort nan; np.argsort nan": "MXNet's order is no order where nan occurs; here nan comes last",
    "np.median nan; np.percentile nan; np.quantile nan": "the same: MXNet sorts, and takes what is in the middle",
    "np.median empty; np.percentile empty; np.quantile empty; np.nan*median empty; np.nan*quantile empty; np.nan*percentile empty":
        "there is none, which is an error here",
    **dict.fromkeys((f"np.nanquantile {v}; np.nanpercentile {v}" for v in ("plain", "0-d", "nan", "float16")),
                    "NumPy's scalars are float64; here the dtype stays"),
    "nd.CTCLoss plain; npx.ctc_loss plain; npx.ctc_loss nan": "a label 0.5 is a blank in the middle to MXNet; here it ends the labels",
    "nd.contrib.isinf int32; nd.contrib.isfinite int32": "integers are finite",
    "nd.norm int32; npx.norm int32; nd.contrib.div_sqrt_dim int32; np.var int32": "roots and means of integers are cut off at other places",
    "nd.take nan; nd.ravel_multi_index nan": "nan as an index",
    "nd.multi_sum_sq float16": "MXNet squares in float16; here in float32",
    "nd.linalg_trmm nan; nd.linalg_potri nan; nd.linalg_gelqf nan; nd.linalg_inverse nan; nd.linalg_slogdet nan":
        "LAPACK's answers for matrices with nan differ",
    "nd.image.normalize int32; npx.image.normalize int32": "MXNet cuts mean and std off to integers; here integers are refused",
    "nd.contrib.box_iou nan; npx.box_iou nan; npx.multibox_detection nan; nd.contrib.MultiBoxDetection nan":
        "a box with nan meets none here",
    "np.empty_like plain; np.empty_like 0-d; np.empty_like nan; np.empty_like float*; np.empty_like int32": "what the memory held",
    "npx.bipartite_matching empty": "MXNet shows memory that it has not written; here nothing to match is an error",
    "nd.contrib.ROIAlign plain; nd.contrib.ROIAlign float16; nd.contrib.ROIAlign float64; nd.contrib.ROIAlign nan; "
    "nd.contrib.PSROIPooling float16":
        "MXNet shows memory that it has not written where a region has a negative batch index; here zeros",
    "nd.contrib.Proposal nan; nd.contrib.MultiProposal nan": "clipping to the image keeps nan; MXNet's comparisons pass it over",
    "nd.contrib.BilinearResize2D nan; nd.image.resize nan; npx.image.resize nan":
        "resizing is a product of matrices here, in which nan times 0 is nan",
    "nd.contrib.AdaptiveAvgPooling2D nan; nd.contrib.PSROIPooling nan; nd.random_pdf_uniform nan; npx.digamma nan; np.interp nan; "
    "npx.batch_norm_with_relu nan":
        "where nan and infinities spread",
    "npx.sldwin_atten_score nan; npx.sldwin_atten_context nan":
        "a key or value that does not exist is 0 here, and nan times 0 is nan; MXNet takes no product",
    "nd.BilinearSampler nan; nd.SpatialTransformer nan": "an infinite place lies outside, which is 0 here",
    "np.mean float64": "MXNet's mean of float64 is float32; here the dtype stays",
    "np.divmod int32": "integers divided by 0",
    "npx.contrib_quantize_v2 nan; nd.contrib.quantize_v2 nan": "nan as an integer",
    "nd.contrib.hawkesll int32": "MXNet takes logarithms of integers; here floats are wanted",
    "np.linalg.lstsq empty; np.linalg.cholesky empty; npx.instance_norm empty; npx.slice_like 0-d; np.bincount 0-d; "
    "npx.sldwin_atten_mask_like empty":
        "shapes that do not fit, which MXNet does not notice",
    "np.polymul empty": "no coefficients are no polynomial",
}


def listed(key):
    return any(fnmatch(key, pattern) for patterns in DIFFERENT for pattern in patterns.split("; "))


def rows():
    by_name: dict[str, list] = {}
    for dialect in ("np", "nd"):
        for key, name, args, kwargs in calls(dialect):
            by_name.setdefault(name, []).append((dialect, key, args, kwargs))
    return [pytest.param(name, found, id=name) for name, found in by_name.items() if part(name, PARTS) == PART]


ANSWERS = {dialect: recorded(dialect) for dialect in ("np", "nd")}


@pytest.mark.parametrize("name, found", rows())
def test_special_arguments(name, found):
    results = {}
    with mx.util.np_shape(not name.startswith("nd.")):
        for dialect, key, args, kwargs in found:
            try:
                results[dialect, key] = run(name, args, kwargs, Inputs())
            except ERRORS as error:
                results[dialect, key] = type(error).__name__
                assert str(error).startswith(name), f"{key}: {error}"
        answers = {k: v if isinstance(v, str) else answer(host(v)) for k, v in results.items()}  # one program for all
    for (dialect, key), got in answers.items():
        what = differs(got, ANSWERS[dialect].get(key))
        assert not what if not listed(key) else what, f"{key}: {what or 'is listed as different, but agrees'}"
