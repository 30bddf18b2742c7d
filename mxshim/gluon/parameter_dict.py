"""Dictionaries of parameters, MXNet 1.x's with a prefix and MXNet 2's plain ones in one class."""
from __future__ import annotations

import re

from ..arguments import check, checked
from ..base import as_dtype
from ..util import is_np_array
from .parameter import Constant, Parameter
from .saving import given, load_into, plain, read, write


class ParameterDict(dict):
    """Parameters by name: a dict with the methods of MXNet 1.x's mxnet.gluon.ParameterDict.

    prefix: what the names of parameters made by `get` begin with.  shared: another ParameterDict to take them from first.
    What a block collects is keyed "0.weight" in np programs and "dense0_weight" in nd programs; d[name] knows both.
    """

    def __init__(self, prefix="", shared=None):
        super().__init__()
        self._prefix, self._shared = prefix, shared
        self._others = {}  # the same parameters by the names of the other generation
        self._home = None  # where `get` makes parameters, if not here
        self._collected = False  # from a block, as MXNet 2 gives a plain dict

    @classmethod
    def collected(cls, prefix, structural, select=None, home=None):
        """The parameters of {structural name: Parameter} whose key the regular expression `select` matches from its start.

        Where none does, the names of the other generation are tried. What `get` makes becomes part of the dictionary `home`, and thus of
        its block, or of none. Raises: AssertionError if two share a 1.x name.
        """
        found = cls(prefix)
        found._home, found._collected = home, True
        full = {}
        for p in structural.values():
            name = p._full_name or p._name
            if full.setdefault(name, p) is not p and not is_np_array():
                raise AssertionError(f"two parameters are named '{name}'; give their blocks different prefixes, or share one")
        mine, found._others = (structural, full) if is_np_array() else (full, structural)
        if select is not None:
            check("collect_params", "select", select, "a pattern")
            pattern = re.compile(select)
            kept = {k: p for k, p in mine.items() if pattern.match(k)}
            if not kept:
                wanted = {id(p) for k, p in found._others.items() if pattern.match(k)}
                kept = {k: p for k, p in mine.items() if id(p) in wanted}
            mine = kept
        dict.update(found, mine)
        return found

    def __missing__(self, name):
        found = self._others.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __repr__(self):
        if is_np_array():
            return dict.__repr__(self)
        lines = "\n".join("  " + repr(p) for p in self.values())
        return f"{self._prefix + ' ' if self._prefix else ''}(\n{lines}\n)"

    def __reduce__(self):
        return _rebuilt, (self._prefix, dict(self))

    @property
    def _params(self):
        """The dictionary that MXNet 1.x's object of this name holds, and that libraries write to: here it is one itself."""
        return self

    @property
    def prefix(self) -> str:
        return self._prefix

    @checked(name="a text")
    def get(self, name, default=None, **kwargs):
        """The parameter prefix + name, made with Parameter's arguments if it does not exist. Keys are found as well.

        With nothing but a default, as dict.get: nothing is made.
        Raises: AssertionError if it exists and `kwargs` contradict it.
        """
        if not kwargs:
            found = dict.get(self, name) or dict.get(self, self._prefix + name) or self._others.get(name)
            if found is not None or default is not None or self._collected:
                return default if found is None else found
        if self._home is not None:
            self[name] = p = self._home.get(name, **kwargs)
            return p
        p = self._existing(self._prefix + name)
        if p is None:
            p = Parameter(name, **kwargs)
            return self._add(p, name)
        _agree(p, kwargs)
        return p

    @checked(name="a text")
    def get_constant(self, name, value=None):
        """The Constant prefix + name, made with `value` if it does not exist. Raises: as get."""
        if self._home is not None:
            self[name] = p = self._home.get_constant(name, value)
            return p
        p = self._existing(self._prefix + name)
        if p is None:
            if value is None:
                raise KeyError(f"there is no constant '{self._prefix + name}'; give its value")
            return self._add(Constant(name, value), name)
        if not isinstance(p, Constant):
            raise AssertionError(f"'{p.name}' is no Constant, but a trained parameter")
        if value is not None and not (plain(value).shape == p.value.shape and (plain(value) == p.value.asnumpy()).all()):
            raise AssertionError(f"Constant '{p.name}' exists with other values")
        return p

    def _add(self, p, name):
        p._full_name = self._prefix + name
        self[p._full_name] = p
        return p

    def _existing(self, full):
        if full not in self and self._shared is not None:
            shared = dict.get(self._shared, full) or self._shared._others.get(full)
            if shared is not None:
                self[full] = shared
        return dict.get(self, full)

    def update(self, *others, **more):
        """As dict.update. Raises: AssertionError if another parameter has one of the names."""
        new = dict(*others, **more)
        for name, p in new.items():
            if name in self and self[name] is not p:
                raise AssertionError(f"another parameter is named '{name}' already")
        dict.update(self, new)

    # -- all parameters at once ------------------------------------------------------------------------------------

    def _each(self):
        return list({id(p): p for p in self.values()}.values())

    def initialize(self, init=None, ctx=None, verbose=False, force_reinit=False, device=None):
        """Parameter.initialize for all; `init` is for those without their own."""
        if verbose and hasattr(init, "set_verbosity"):
            init.set_verbosity(verbose=verbose)
        for p in self._each():
            p.initialize(None, ctx or device, init, force_reinit)

    def reset_ctx(self, ctx=None, device=None):
        """Move all parameters to a device, or several."""
        for p in self._each():
            p.reset_ctx(ctx or device)

    reset_device = reset_ctx

    def zero_grad(self):
        """Set all gradients to zero."""
        for p in self._each():
            p.zero_grad()

    @checked(name="a text")
    def setattr(self, name, value):
        """Set an attribute of all parameters: params.setattr("grad_req", "null")."""
        for p in self._each():
            setattr(p, name, value)

    def list_ctx(self):
        """All devices that any parameter is on."""
        found = []
        for p in self._each():
            found.extend(d for d in p.list_ctx() if d not in found)
        return found

    list_device = list_ctx

    def save(self, filename, strip_prefix=""):
        """Write all parameters to a file, their names without `strip_prefix`. Raises: ValueError for a name without it."""
        for name in self:
            if not name.startswith(strip_prefix):
                raise ValueError(f"parameter '{name}' does not begin with the prefix '{strip_prefix}' that is to be removed")
        write(filename, {name[len(strip_prefix):]: p for name, p in self.items()})

    def load(self, filename, ctx=None, allow_missing=False, ignore_extra=False, restore_prefix="", cast_dtype=False,
             dtype_source="current", device=None):
        """Read all parameters from a file, `restore_prefix` put before its names; see Block.load_parameters."""
        loaded = {restore_prefix + name: value for name, value in read(filename).items()}
        load_into(self, loaded, repr(filename), ctx or device, allow_missing, ignore_extra, cast_dtype, dtype_source)

    def load_dict(self, param_dict, ctx=None, allow_missing=False, ignore_extra=False, restore_prefix="", filename=None,
                  cast_dtype=False, dtype_source="current", device=None):
        """As load, from a dict of arrays."""
        loaded = {restore_prefix + name: value for name, value in given(param_dict).items()}
        load_into(self, loaded, filename or "the dict", ctx or device, allow_missing, ignore_extra, cast_dtype, dtype_source)


def _agree(p, wanted):
    """Hold the arguments of a second `get` against the parameter that exists."""
    for name, value in wanted.items():
        if name == "shape" and value is not None:
            p.shape = (value,) if isinstance(value, int) else value
        elif name == "dtype":
            if as_dtype(value) != as_dtype(p._dtype):
                raise AssertionError(f"Parameter '{p.name}' exists with dtype={p._dtype}, not {value}")
        elif name == "init" and p.init is None:
            p.init = value
        elif value is not None and name in ("grad_req", "lr_mult", "wd_mult", "init") and getattr(p, name) != value:
            raise AssertionError(f"Parameter '{p.name}' exists with {name}={getattr(p, name)!r}, not {value!r}")


def _rebuilt(prefix, parameters):
    found = ParameterDict(prefix)
    dict.update(found, parameters)
    return found
