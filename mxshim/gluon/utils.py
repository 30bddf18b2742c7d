"""Batches over several devices, gradient clipping, files from the network (MXNet: mxnet.gluon.utils)."""
from __future__ import annotations

import hashlib
import math
import os
import shutil
import ssl
import urllib.error
import urllib.request
import warnings

from .. import ndarray as nd
from .. import numpy as np
from ..arguments import check, checked
from ..base import ArgumentValueError
from ..initializer import fused_parts
from ..ops.nn.rnn import GATES
from ..util import is_np_array, is_np_shape
from .dialect import ARRAYS, as_class
from .hooks import HookHandle as HookHandle

__all__ = ["check_sha1", "clip_global_norm", "download", "replace_file", "split_and_load", "split_data"]


@checked(data="an array", num_slice="a whole number that is positive", batch_axis="a whole number")
def split_data(data, num_slice, batch_axis=0, even_split=True):
    """A batch as `num_slice` slices along batch_axis, the first ones longer by one where it does not divide evenly.

    Raises: ValueError if it does not and even_split is True.
    """
    if not -len(data.shape) <= batch_axis < len(data.shape):
        raise ArgumentValueError(f"split_data: `data` of shape {data.shape} has no axis {batch_axis} to be split along, `batch_axis`")
    size = data.shape[batch_axis]
    if even_split and size % num_slice:
        raise ValueError(f"split_data: {size} rows along axis {batch_axis} of {data.shape} do not make {num_slice} equal slices. Choose a "
                         f"batch size that {num_slice} divides, or pass even_split=False for slices of different sizes")
    each, longer = divmod(size, num_slice)
    ends = [0]
    for k in range(num_slice):
        ends.append(ends[-1] + each + (k < longer))
    before = (slice(None),) * (batch_axis % data.ndim)
    return [data[(*before, slice(a, b))] for a, b in zip(ends, ends[1:])]


def split_and_load(data, ctx_list=None, batch_axis=0, even_split=True, device_list=None):
    """A batch, an array or what makes one, split along batch_axis with one slice on each device.

    Raises: ValueError if there are no devices, and as split_data.
    """
    devices = ctx_list if device_list is None else device_list
    if not isinstance(devices, list | tuple):
        raise TypeError(f"split_and_load: a list of devices such as [mx.cpu()] is needed, got {devices!r}")
    if not devices:
        raise ValueError("split_and_load: the list of devices is empty, as a list of all GPUs is on a machine without one: use [mx.cpu()]")
    if not isinstance(data, ARRAYS):
        data = (np if is_np_array() else nd).array(data, ctx=devices[0])
    if len(devices) == 1:
        return [data.as_in_context(devices[0])]
    return [s.as_in_context(d) for s, d in zip(split_data(data, len(devices), batch_axis, even_split), devices)]


@checked(arrays="a list of arrays", max_norm="a number")
def clip_global_norm(arrays, max_norm, check_isfinite=True):
    """Scale arrays in place so that the 2-norm of all their elements together is at most max_norm.

    Returns: the norm before that, a float (of nd arrays numpy.float32, as in MXNet 1.x); with check_isfinite=False an array of one
        element, and nothing is waited for.
    Warns: UserWarning if the norm is nan or inf.
    """
    if not len(arrays):
        raise AssertionError("clip_global_norm: there are no arrays")
    own = [as_class(a, nd.NDArray).detach() for a in arrays]
    ctx = own[0].ctx
    squares = [nd.sum(nd.square(a)).as_in_context(ctx) for a in own]
    total = nd.sqrt(squares[0] if len(squares) == 1 else nd.add_n(*squares))
    scale = nd.minimum(max_norm / (total + 1e-8), 1.0)
    for a in own:
        a *= scale.as_in_context(a.ctx).astype(a.dtype)
    if not check_isfinite:
        return as_class(total, type(arrays[0]))
    norm = total.asnumpy().reshape(-1)[0]
    if not math.isfinite(norm):
        warnings.warn("clip_global_norm: the norm is nan or inf, so the clipped arrays mean nothing", UserWarning, stacklevel=2)
    return float(norm) if isinstance(arrays[0], np.ndarray) else norm


def shape_is_known(shape) -> bool:
    """Whether a shape has no unknown sizes: -1 where np shape semantics are on, else 0. None, and in nd programs (), is unknown."""
    if shape is None:
        return False
    check("shape_is_known", "shape", shape, "whole numbers")
    unknown = -1 if is_np_shape() else 0
    if any(n < unknown for n in shape):
        raise AssertionError(f"a size cannot be less than {unknown}, got shape {tuple(shape)}")
    return unknown not in shape if shape else unknown == -1


# -- files -------------------------------------------------------------------------------------------------------------

@checked(filename="a file's name")
def check_sha1(filename, sha1_hash) -> bool:
    """Whether a file's SHA-1 is `sha1_hash`, in hexadecimal digits."""
    digest = hashlib.sha1()
    with open(filename, "rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == sha1_hash


def replace_file(src, dst):
    """Move a file over another one, at once."""
    os.replace(src, dst)


@checked(url="a text", path="a file's name", retries="a whole number")
def download(url, path=None, overwrite=False, sha1_hash=None, retries=5, verify_ssl=True) -> str:
    """Fetch a file and return its name; nothing is fetched if it is there already, with the right hash.

    Args:
        path: the file, or a folder; by default the URL's last part in the current folder.
        overwrite: fetch it in any case.  sha1_hash: what it must hash to.
        retries: how often to try again; a transfer that was cut off is resumed, with a sha1_hash also one of an earlier call.
        verify_ssl: False trusts every server.
    Raises: OSError if it cannot be fetched, which names the file to put there by hand; UserWarning if the hash is wrong. The file
        is then as it was before.
    """
    name = url.split("/")[-1]
    if path is None:
        if not name:
            raise AssertionError(f"download: {url!r} does not end in a file's name; give one with path=")
        target = name
    else:
        path = os.path.expanduser(path)
        target = os.path.join(path, name) if os.path.isdir(path) else path
    if retries < 0:
        raise AssertionError(f"download: retries must be at least 0, got {retries}")
    if os.path.exists(target) and not overwrite and (not sha1_hash or check_sha1(target, sha1_hash)):
        return target
    if not verify_ssl:
        warnings.warn("download: verify_ssl=False trusts every server", stacklevel=2)
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    for left in range(retries, -1, -1):
        try:
            print(f"Downloading {target} from {url}...")
            _fetch(url, target, sha1_hash, verify_ssl, resume=left < retries or sha1_hash is not None)
            return target
        except (OSError, urllib.error.URLError) as error:
            if not left:
                raise OSError(f"{url} could not be fetched ({error}). Without a network, put the file there yourself: "
                              f"{os.path.abspath(target)}") from error
            print(f"download failed due to {error!r}, retrying, {left} attempt{'s' if left > 1 else ''} left")
    raise AssertionError("unreachable")


def _fetch(url, target, sha1_hash, verify_ssl, resume):
    """Fetch into target.part, which becomes the target when all of it is there; resume: go on where an earlier try was cut off."""
    part = f"{target}.part"
    have = os.path.getsize(part) if resume and os.path.exists(part) else 0
    context = None if verify_ssl or not url.startswith("https") else ssl._create_unverified_context()
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=60, context=context) as source:
            goes_on = have > 0 and getattr(source, "status", None) == 206
            with open(part, "ab" if goes_on else "wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            whole = source.headers.get("Content-Length")
            got = os.path.getsize(part) - (have if goes_on else 0)
            if whole is not None and got < int(whole):
                raise OSError(f"the connection ended after {got} of {whole} bytes")
    except urllib.error.HTTPError as error:
        if error.code == 416:  # what is there is no beginning of that file
            os.remove(part)
        raise
    if sha1_hash and not check_sha1(part, sha1_hash):
        with open(part, "rb") as file:
            found = hashlib.file_digest(file, "sha1").hexdigest()
        os.remove(part)
        raise UserWarning(f"{url} was fetched, but its SHA-1 is {found}, not {sha1_hash}; nothing was written")
    os.replace(part, target)



def _get_repo_url() -> str:
    """Where MXNet's data and models are: MXNET_GLUON_REPO, or Apache's mirror; ends in a slash."""
    found = os.environ.get("MXNET_GLUON_REPO", "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/")
    return found if found.endswith("/") else found + "/"


def _get_repo_file_url(namespace, filename) -> str:
    """Where a file of MXNet's data and models is."""
    return f"{_get_repo_url()}{namespace}/{filename}"


def _indent(s_, numSpaces):
    """A text with spaces before all its lines but the first, for the __repr__ of containers (MXNet: mxnet.gluon.utils._indent)."""
    return s_.replace("\n", "\n" + numSpaces * " ")


def _brief_print_list(lst, limit=7):
    """Elements in quotes, the middle left out where there are more than `limit`, as messages show them (MXNet: mxnet.gluon.utils)."""
    lst = list(lst)
    if len(lst) > limit:
        return f"{_brief_print_list(lst[:limit // 2], limit)}, ..., {_brief_print_list(lst[-limit // 2:], limit)}"
    return ", ".join(f"'{element}'" for element in lst)


@checked(param="an array", num_layers="a whole number", input_size="a whole number", hidden_size="a whole number that is positive",
         projection_size="a whole number")
def split_rnn_params(param, mode, num_layers, input_size, hidden_size, bidirectional=False, projection_size=None):
    """The parts of the parameter vector of a fused recurrent network, such as rnn.LSTM's rnn_param in np programs (MXNet 2).

    Args:
        param: the vector.  mode: "rnn_relu", "rnn_tanh", "lstm" or "gru".  num_layers, ..., projection_size: as the layer's.
    Returns: a dict of arrays by names such as "l0_i2h_weight" and "r1_h2h_bias", all weights before all biases.
    Raises: KeyError for another mode; MXNetError for a vector that is too short.
    """
    if not isinstance(mode, str) or mode not in GATES:
        raise KeyError(f"split_rnn_params: `mode` must be one of {', '.join(GATES)}, got {mode!r}")
    found, start = {}, 0
    directions = 2 if bidirectional else 1
    for (layer, direction, name), shape in fused_parts(GATES[mode], num_layers, hidden_size, directions, projection_size, input_size):
        end = start + math.prod(shape)
        found[f"{'lr'[direction]}{layer}_{name}"] = param[start:end].reshape(shape)
        start = end
    return found
