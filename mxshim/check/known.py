"""What MXNet has, what is here, and what is in neither: the answer for one name."""
from __future__ import annotations

import difflib
import functools
import inspect
from types import ModuleType
from typing import Any, NamedTuple

from mxshim import absent, coverage

ARRAYS = ("np.ndarray", "nd.NDArray")
_NONE = object()


class Answer(NamedTuple):
    """status: "here", "missing" (MXNet has it, we do not), or "unknown" (no version of MXNet has it).

    reason: why it is missing, and what to use.  near: names that may have been meant.
    """

    name: str
    status: str
    reason: str = ""
    near: tuple[str, ...] = ()


class Known:
    """MXNet's names: the table of both versions beside the package itself, which is imported and asked."""

    def __init__(self) -> None:
        self.table = coverage.read()
        self.spaces = {name.space for name in self.table.values()}
        self._shorts: dict[str, list[str]] = {}
        self._children: dict[str, set[str]] = {}
        for name in self.table.values():
            self._shorts.setdefault(name.short, []).append(name.name)
            self._children.setdefault(name.space, set()).add(name.short)
        self._live: dict[str, Any] = {}
        self._answers: dict[tuple[str, str], Answer] = {}
        self._homes = {name.home: name.name for name in self.table.values() if name.kind == "module" and name.name in self.spaces}

    # Names.

    def canonical(self, path: str) -> str:
        """A module or class under the name that its members stand under: mx.kv is mx.kvstore, mx.gluon.nn.Block is mx.gluon.Block."""
        path = coverage.spelled("mxnet" + path[2:]) if path.startswith("mx.") else path
        if path not in self.spaces and isinstance(self.live(path), ModuleType):  # nd.np is np
            here = coverage.spelled("mxnet" + self.live(path).__name__.removeprefix("mxshim"))
            if here in self.spaces:
                return here
        row = self.table.get(path)
        if row is None or path in self.spaces or not row.home or row.home == "-":
            return path
        return row.home if row.home in self.spaces or row.home in self.table else self._homes.get(row.home, path)

    def live(self, path: str) -> Any:
        """What the name leads to here; None as well as nothing gives `_NONE`."""
        if path not in self._live:
            try:
                self._live[path] = coverage.resolve(path)
            except AttributeError:
                self._live[path] = _NONE
        return self._live[path]

    def is_here(self, path: str) -> bool:
        return self.live(path) is not _NONE

    def kind(self, path: str) -> str:
        """module, class, function, or "" for anything else: by what is here, else by MXNet's table."""
        value = self.live(path)
        if value is _NONE:
            row = self.table.get(path)
            return "module" if path in self.spaces and (row is None or row.kind != "class") else row.kind if row else ""
        if isinstance(value, ModuleType):
            return "module"
        return "class" if inspect.isclass(value) else "function" if callable(value) else ""

    # Answers.

    def member(self, owner: str, short: str) -> Answer:
        """What is to be said of `owner.short`; `owner` is a module or class in the table's spelling."""
        key = owner, short
        if key not in self._answers:
            is_class = self.kind(owner) == "class"
            self._answers[key] = self._of_class(owner, short) if is_class else self._of_module(owner, short)
        return self._answers[key]

    def _of_module(self, owner: str, short: str) -> Answer:
        name = self.canonical(f"{owner}.{short}")
        if self.is_here(f"{owner}.{short}"):
            return Answer(name, "here")
        if name in self.table or name in self.spaces:
            return Answer(name, "missing", self._reason(name))
        if owner not in self.spaces or short.startswith("_"):  # one of MXNet's files, whose names nobody has listed
            return Answer(name, "missing", self._reason(name) or self._elsewhere(owner, short))
        if absent.reason(owner)[0] and self.kind(owner) == "module" and not self.is_here(owner):
            return Answer(name, "missing", self._reason(name))
        return Answer(name, "unknown", "", self._near(short, self._children.get(owner, set()) | self._dir(owner)))

    def _elsewhere(self, owner: str, short: str) -> str:
        """For a name in a file of MXNet's own code: where programs get it from."""
        public = [name for name in self._shorts.get(short, ()) if owner.startswith(self.table[name].space + ".") and self.is_here(name)]
        return f"in a file of MXNet's own code; use {public[0]}" if public else "one of MXNet's internals"

    def _of_class(self, owner: str, short: str) -> Answer:
        mro = self.mro(owner)
        listed = next((f"{path}.{short}" for path in mro if f"{path}.{short}" in self.table), None)
        if short in self.members(owner):
            return Answer(listed or f"{owner}.{short}", "here")
        if listed:
            return Answer(listed, "missing", self._reason(listed) or self._instead(owner, short))
        return Answer(f"{owner}.{short}", "unknown", self._instead(owner, short), self._near(short, self.public(owner)))

    def _reason(self, name: str) -> str:
        why = absent.reason(name)[0]
        if not why and name in self.table:
            rule = coverage.internal(self.table[name], self.table, self.spaces)
            why = f"one of MXNet's internals ({rule})" if rule else ""
        return why

    @staticmethod
    def _instead(owner: str, short: str) -> str:
        if owner in ARRAYS:
            use = (absent.NP_METHODS if owner == "np.ndarray" else absent.ND_METHODS).get(short)
            return f"use {use}" if use else ""
        return absent.BLOCK_METHODS.get(short, "")

    @staticmethod
    def _near(short: str, names: set[str]) -> tuple[str, ...]:
        return tuple(difflib.get_close_matches(short, sorted(n for n in names if not n.startswith("_")), 3, 0.75))

    def _dir(self, path: str) -> set[str]:
        return set(dir(self.live(path))) if self.is_here(path) else set()

    # Classes.

    @functools.lru_cache(None)  # noqa: B019  # one Known for a run
    def mro(self, path: str) -> tuple[str, ...]:
        """A class and its bases by the table's names, as far as they have any there."""
        cls = self.live(path)
        if not inspect.isclass(cls):
            return (path,)
        found = [path]
        for base in cls.__mro__:
            beside = path.rpartition(".")[0]
            for name in sorted(self._shorts.get(base.__name__, ()), key=lambda name: not name.startswith(beside)):
                if self.table[name].kind == "class" and self.live(name) is base and self.canonical(name) not in found:
                    found.append(self.canonical(name))
        return tuple(found)

    @functools.lru_cache(None)  # noqa: B019
    def members(self, path: str) -> frozenset[str]:
        """Everything that an object of a class may have: what its class lists, and every name its methods speak of."""
        cls = self.live(path)
        if not inspect.isclass(cls):
            return frozenset()
        names = set(dir(cls))
        if path not in ARRAYS:  # arrays keep nothing of their own that a program may ask for
            for base in cls.__mro__[:-1]:
                for value in vars(base).values():
                    code = getattr(inspect.unwrap(value) if callable(value) else getattr(value, "fget", None), "__code__", None)
                    names.update(code.co_names if code else ())
        return frozenset(names)

    def public(self, path: str) -> set[str]:
        """The names a program should use on objects of a class."""
        return self._dir(path) | {short for base in self.mro(path) for short in self._children.get(base, ())}

    def exported(self, path: str) -> set[str]:
        """What `from PATH import *` binds, here or in MXNet."""
        return {n for n in self._children.get(path, set()) | self._dir(path) if not n.startswith("_")}
