"""Follows a program without running it: every name of MXNet that it speaks of, with its place."""
from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from mxshim.check.calls import Calls
from mxshim.check.known import Known
from mxshim.check.values import BOOK, Class, Function, Instance, Object, Place, Scope, Space, Thing, Value, join, options

OURS = ("mxnet", "mxshim")
_HANDLES_ABSENCE = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}


class Code(NamedTuple):
    """A module of the program: its cells, parsed."""

    cells: Sequence[tuple[ast.Module, Place]]


class Follow(Calls):
    """find: gives a module of the program's own by (its dotted name, level of a relative import, the importing file), or None."""

    def __init__(self, known: Known, find: Callable[[str, int, str], tuple[str, Code] | None]):
        super().__init__(known)
        self.find = find
        self.modules: dict[str, Space] = {}
        book = Scope()
        book.names = {name: Thing(path) for name, path in BOOK.items()}
        self.book = Space(book)

    def module(self, key: str, code: Code) -> Space:
        """Follow a module, once; what it defines."""
        if key in self.modules:
            return self.modules[key]
        space = self.modules[key] = Space(Scope())
        state = self.scope, self.place, self.returns, self.guard, self.depth
        self.scope, self.returns, self.guard, self.depth = space.scope, [], 0, 0
        for tree, place in code.cells:
            self.place = place
            self.run(tree.body)
        self.follow_uncalled()
        self.scope, self.place, self.returns, self.guard, self.depth = state
        return space

    # Statements.

    def run(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            getattr(self, "on_" + type(node).__name__, self.on_other)(node)

    def on_other(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif isinstance(child, ast.stmt):
                self.run([child])

    def on_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.split(".")[0]
            if top in OURS:
                found = self.import_module(alias.name, node, whole=True)
                self.scope.set(alias.asname or top, found if alias.asname else Thing("mx"))
            else:
                whole = self.outside(alias.name if alias.asname else top)
                if alias.asname is None and "." in alias.name:
                    self.outside(alias.name)
                self.scope.set(alias.asname or top, whole)

    def on_ImportFrom(self, node: ast.ImportFrom) -> None:
        source = node.module or ""
        if not node.level and source.split(".")[0] in OURS:
            owner: Value = self.import_module(source, node, whole=node.names[0].name == "*")
        else:
            owner = self.outside(source, node.level)
        for alias in node.names:
            if alias.name == "*":
                self.import_all(owner)
                continue
            if isinstance(owner, Thing):
                value = self.attribute(owner, alias.name, node)
            elif owner is self.book and alias.name in ("mxnet", "torch", "tensorflow", "paddle", "jax"):
                value = self.book if alias.name == "mxnet" else None
            else:
                value = owner.scope.names.get(alias.name) if isinstance(owner, Space) else None
                if value is None:
                    value = self.outside(f"{source}.{alias.name}".strip("."), node.level)
            self.scope.set(alias.asname or alias.name, value)

    def import_module(self, dotted: str, node: ast.AST, whole: bool) -> Value:
        """whole: the module itself is wanted, so that it is the name to speak of if it is not here."""
        value: Value = Thing("mx")
        parts = dotted.split(".")[1:]
        for i, part in enumerate(parts):
            if not isinstance(value, Thing):
                return None
            value = self.attribute(value, part, node, inner=not whole or i < len(parts) - 1)
        return value

    def import_all(self, owner: Value) -> None:
        if isinstance(owner, Thing):
            for name in self.known.exported(owner.path):
                self.scope.set(name, self.meaning(f"{owner.path}.{name}"))
        elif isinstance(owner, Space):
            for name, value in list(owner.scope.names.items()):
                self.scope.set(name, value)

    def outside(self, dotted: str, level: int = 0) -> Space | None:
        """A module that is not MXNet's: the program's own, the book's, or nothing we follow."""
        assert self.place is not None
        found = self.find(dotted, level, self.place.file)
        if found is not None:
            return self.module(*found)
        return self.book if dotted in ("d2l", "d2l.mxnet") else None

    def on_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.function_defaults(node.args)
        assert self.place is not None
        function = Function(node, self.scope, self.place, self.owner if self.scope.is_class else None)
        value: Value = function
        for decorator in node.decorator_list:
            found = self.value(decorator)
            name = decorator.id if isinstance(decorator, ast.Name) else ""
            if name in ("staticmethod", "classmethod", "property"):
                function.kind = name
            elif isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "getter", "deleter"):
                value = self.scope.get(node.name)
            elif not isinstance(found, Thing):
                value = None  # it may give anything; the body is followed all the same
        self.uncalled[function] = None
        if function.owner is not None and node.name in ("forward", "hybrid_forward"):  # MXNet calls it by this name
            for path in function.owner.known():
                self.attribute(Object(path), node.name, node)
        self.scope.set(node.name, value)

    on_AsyncFunctionDef = on_FunctionDef

    def on_ClassDef(self, node: ast.ClassDef) -> None:
        bases = tuple(self.value(base) for base in node.bases)
        for keyword in node.keywords:
            self.value(keyword.value)
        for decorator in node.decorator_list:
            self.value(decorator)
        cls = Class(node.name, tuple(option for base in bases for option in options(base)), Scope(self.scope, is_class=True))
        outer = self.scope, self.owner
        self.scope, self.owner = cls.scope, cls
        self.run(node.body)
        self.scope, self.owner = outer
        self.scope.set(node.name, cls)

    def on_Return(self, node: ast.Return) -> None:
        value = self.value(node.value) if node.value else None
        if self.returns:
            self.returns[-1].append(value)

    def on_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.bind(target, value)

    def on_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.value(node.annotation)
        if node.value is not None:
            self.bind(node.target, self.value(node.value))

    def on_AugAssign(self, node: ast.AugAssign) -> None:
        old = self.value(node.target)
        new = self.value(node.value)
        if isinstance(node.target, ast.Name):
            self.scope.set(node.target.id, self.combined(old, new, node.value))

    def on_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.bind(node.target, self.items(self.value(node.iter)))
        self.branches([node.body, []])
        self.run(node.orelse)

    on_AsyncFor = on_For

    def on_While(self, node: ast.While) -> None:
        self.value(node.test)
        self.branches([node.body, []])
        self.run(node.orelse)

    def on_If(self, node: ast.If) -> None:
        self.value(node.test)
        asks = _asks_what_is_there(node.test)
        self.guard += asks
        self.branches([node.body, node.orelse], self.narrowed(node.test))
        self.guard -= asks

    def narrowed(self, test: ast.expr) -> dict[str, Value]:
        """What `if isinstance(x, C):` says of x in its body."""
        asks = isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance" and len(test.args) == 2
        if not asks or not isinstance(test.args[0], ast.Name):  # type: ignore[attr-defined]
            return {}
        kind = self.value(test.args[1])  # type: ignore[attr-defined]
        value = Object(kind.path) if isinstance(kind, Thing) else Instance(kind) if isinstance(kind, Class) else None
        return {test.args[0].id: value}  # type: ignore[attr-defined]

    def on_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.value(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value)
        self.run(node.body)

    on_AsyncWith = on_With

    def on_Try(self, node: ast.Try) -> None:
        handled = any(_handles_absence(handler) for handler in node.handlers)
        self.guard += handled
        self.run(node.body)
        self.guard -= handled
        for handler in node.handlers:
            if handler.type is not None:
                self.value(handler.type)
        self.branches([node.orelse, *(handler.body for handler in node.handlers)])
        self.run(node.finalbody)

    on_TryStar = on_Try

    def on_Global(self, node: ast.Global) -> None:
        for name in node.names:
            self.scope.outside[name] = self.scope.top()

    def on_Nonlocal(self, node: ast.Nonlocal) -> None:
        for name in node.names:
            scope = self.scope.parent
            while scope is not None and name not in scope.names:
                scope = scope.parent
            if scope is not None:
                self.scope.outside[name] = scope

    def on_Match(self, node: ast.Match) -> None:
        self.value(node.subject)
        self.branches([case.body for case in node.cases] + [[]])

    def branches(self, bodies: Sequence[Sequence[ast.stmt]], first: dict[str, Value] | None = None) -> None:
        """Follow bodies of which one runs; afterwards a variable may hold what any of them gave it. first: what the first knows more."""
        before, ends = self.scope.names, []
        for i, body in enumerate(bodies):
            self.scope.names = {**before, **(first or {})} if i == 0 else dict(before)
            self.run(body)
            ends.append(self.scope.names)
        merged = ends[0]
        for end in ends[1:]:
            for name, value in end.items():
                merged[name] = join([merged[name], value]) if name in merged and merged[name] is not value else value
        self.scope.names = merged


def _handles_absence(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _HANDLES_ABSENCE for kind in kinds)


def _asks_what_is_there(test: ast.expr) -> bool:
    """Whether a condition asks what the MXNet at hand has: hasattr(...), or its version."""
    return any(isinstance(n, ast.Name) and n.id == "hasattr" or isinstance(n, ast.Attribute) and n.attr == "__version__"
               for n in ast.walk(test))
