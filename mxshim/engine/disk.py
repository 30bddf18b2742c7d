"""Compiled programs on disk, in a folder of the user's own: the next process neither traces nor compiles them again.

An executable lies under the name of what XLA was given. Where the results of a trace are found in which executable lies under
the name of the trace's structure, if all that it consists of can be named: operators of this package, plain static arguments,
shapes. With it a program is there without being traced. Both depend on the versions, the processor, and JAX's settings; the
second on mxshim's source, too.
"""
from __future__ import annotations

import functools
import os
import pickle
import platform
import sys
import tempfile
import warnings
import zlib
from functools import partial
from hashlib import sha256
from types import FunctionType

import jax
import jaxlib
import numpy as onp
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from ..base import CORES
from . import spec as _spec
from .cell import Aval
from .op import Op
from .spec import Arr, Lit, Num, Recorded, Spec
from .stretch import Pull, Stretch

_folder: str | None = None  # where; None: nowhere
_flags: tuple = ()  # what XLA was started with


def use():
    """Keep programs on disk, unless the user has chosen JAX's own cache: MXSHIM_CACHE_DIR moves the folder, empty means none."""
    global _folder, _flags
    folder = os.environ.get("MXSHIM_CACHE_DIR")
    if folder == "" or not hasattr(jax.config, "values") or _jax_keeps():
        return
    if folder is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        folder = os.path.join(base, "mxshim")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # Compiled code from somebody else's folder is not to be run.
        if os.stat(folder).st_uid != os.getuid() or not os.access(folder, os.W_OK):
            return
    except (OSError, AttributeError):
        return
    _folder, _flags = folder, (os.environ.get("XLA_FLAGS"), os.environ.get("LIBTPU_INIT_ARGS"))


def _jax_keeps() -> bool:
    return bool(jax.config.values.get("jax_compilation_cache_dir"))


def executable(lowered, device, options: dict) -> tuple:
    """(what XLA makes of a lowered function, what `keep` may call it); found on disk, or compiled and kept there."""
    text = "" if _folder is None else lowered.as_text()
    if not text or "callback" in text:  # into this very process
        return lowered.compile(compiler_options=options), None
    name = _name("xla", text, sorted(options.items()), _device(device), _settings())
    compiled = _read(name, partial(_loaded, device))
    if compiled is None:
        compiled = lowered.compile(compiler_options=options)
        if not _take_down(name, compiled):
            return compiled, None
    # JAX prepares libraries, LAPACK say, when it lowers a call of theirs: without that the call would crash.
    return compiled, None if "custom_call" in text else name


def _take_down(name, compiled) -> bool:
    if _jax_keeps():  # what comes from JAX's cache cannot be taken down again
        return False
    try:
        entry = serialize(compiled)
    except Exception as error:  # whatever JAX cannot take down still runs
        warnings.warn(f"a compiled program cannot be kept on disk: {error}", stacklevel=2)
        return False
    _write(name, entry)
    return True


def structure(device, codes, *facts) -> str | None:
    """The name on disk of a trace's structure; None if it has none that means the same to another process.

    facts: what else decides about the program, plain data.
    """
    if _folder is None:
        return None
    try:
        return _name("program", tuple(map(_mark, codes)), facts, _spec._precision, _device(device), _settings(), _source())
    except _Nameless:
        return None


def program(name: str | None, device) -> tuple | None:
    """(executable, facts) that `keep` was given under this name, or None."""
    found = None if name is None else _read(name)
    if found is None:
        return None
    there, facts = found
    compiled = _read(there, partial(_loaded, device))
    return None if compiled is None else (compiled, facts)


def _loaded(device, entry):
    serialized, taken, given = entry
    return deserialize_and_load(serialized, taken, given, device.client, [device])


def keep(name: str | None, executable: str | None, facts):
    """Note under a structure's name in which executable, and where in it, its results are."""
    if name is not None and executable is not None:
        _write(name, (executable, facts))


def _name(kind, *parts) -> str:
    return f"{sha256(repr(parts).encode()).hexdigest()[:40]}.{kind}"


def _read(name, load=lambda entry: entry):
    try:
        with open(os.path.join(_folder, name), "rb") as file:
            return load(pickle.loads(zlib.decompress(file.read())))
    except FileNotFoundError:
        return None
    except Exception as error:  # somebody damaged it: as good as not there
        warnings.warn(f"{os.path.join(_folder, name)} cannot be used and is made again: {error}", stacklevel=2)
        return None


def _write(name, entry):
    """A file of this name, whole or not at all; none if the folder takes none."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=_folder)
        with open(handle, "wb") as file:
            file.write(zlib.compress(pickle.dumps(entry), 1))
        os.replace(temporary, os.path.join(_folder, name))
        temporary = None
    except OSError as error:
        warnings.warn(f"a compiled program could not be kept in {_folder}: {error}", stacklevel=2)
    finally:
        if temporary is not None:
            os.unlink(temporary)


def _settings() -> tuple:
    """What decides how JAX traces and XLA compiles, beside what they are given."""
    config = {name: value for name, value in jax.config.values.items() if name != "jax_compilation_cache_dir"}
    return _versions(), _flags, sorted(config.items())


@functools.cache
def _versions() -> tuple:
    features = ""
    try:
        with open("/proc/cpuinfo") as file:
            features = next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        features = platform.processor()
    return (jax.__version__, jaxlib.__version__, onp.__version__, sys.version_info[:2], platform.machine(), features, CORES,
            jax.default_backend())


def _device(device) -> tuple:
    return device.platform, device.device_kind, device.client.platform_version, device.id


class _Nameless(Exception):
    """Something that means nothing to another process."""


@functools.cache
def _source() -> dict:
    """Every file of this package, with the time of its last change and its size."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = {}
    for folder, _, files in sorted(os.walk(root)):
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                about = os.stat(path)
                found[os.path.relpath(path, root)] = about.st_mtime_ns, about.st_size
    return found


@functools.lru_cache(20_000)
def _mark(code) -> str:
    """A code as text of one length. Raises: _Nameless."""
    kind = type(code)
    if kind is Spec and code.origin is not None:
        return _name("spec", _plain((code.origin, code.avals, code.kinds)))
    if kind is Recorded:
        return _name("recorded", _plain((code.spec, code.mask)))
    if kind is Stretch:
        return _name("stretch", _plain((code.parts, code.seeds)))
    if kind is Pull:
        return _name("pull", _plain((code.code, code.given)))
    raise _Nameless


_PLAIN = frozenset({type(None), type(Ellipsis), bool, int, float, complex, str, bytes, slice})


def _plain(x, inside=()):
    """The same with names for what is no plain data; inside: the functions that it is a part of. Raises: _Nameless."""
    kind = type(x)
    if kind in _PLAIN:
        return x
    if kind is tuple or kind is list:
        return tuple([_plain(y, inside) for y in x])
    if kind is Spec or kind is Recorded or kind is Stretch:
        return "code", _mark(x)
    if kind is Aval:
        return "aval", x.shape, x.dtype.str, x.dtype.name
    if kind is Arr:
        return "array", x.index
    if kind is Num:
        return "number", x.kind
    if kind is Lit:
        return "literal", x.value
    if isinstance(x, onp.dtype):
        return "dtype", x.str, x.name
    if kind is Op:
        return "op", x.name, _plain((x.fn, x.diff), inside)
    for i, outer in enumerate(inside):
        if outer is x:
            return "again", i
    return _function(x, (*inside, x))


def _function(x, inside):
    """A name for a function of this package or of those it computes with. Raises: _Nameless."""
    if type(x) is partial:
        return "partial", _plain((x.func, x.args, list(x.keywords.items())), inside)
    if type(x) is jax.custom_jvp:
        return "custom_jvp", _plain((x.fun, x.jvp, x.nondiff_argnums), inside)
    if hasattr(x, "primitive"):  # see ops/outline.py
        return "outlined", x.primitive.name, _plain(x.compute, inside)
    module, name = getattr(x, "__module__", None) or "", getattr(x, "__qualname__", None) or getattr(x, "__name__", "")
    if module.partition(".")[0] not in _OURS:
        raise _Nameless
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is x:
        return "function", module, name
    if type(x) is not FunctionType:
        raise _Nameless
    around = [cell.cell_contents for cell in x.__closure__ or ()]
    return "function", module, name, _code(x.__code__), _plain((around, x.__defaults__, list((x.__kwdefaults__ or {}).items())), inside)


_OURS = frozenset({__name__.partition(".")[0], "jax", "jaxlib", "numpy", "builtins", "operator", "math"})


def _code(code) -> tuple:
    return code.co_code, code.co_names, tuple([_code(c) if type(c) is type(code) else _plain(c) for c in code.co_consts])
