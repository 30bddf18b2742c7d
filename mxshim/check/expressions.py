"""The values of expressions, and the names of MXNet that they speak of."""
from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from mxshim.check.known import ARRAYS as ARRAY_CLASSES
from mxshim.check.known import Answer, Known
from mxshim.check.values import (
    ARRAYS,
    DISTINCT,
    GIVES,
    PARAMETERS,
    PLAIN,
    SYMBOL,
    Bound,
    Class,
    Either,
    Function,
    Instance,
    Many,
    Method,
    Object,
    Place,
    Row,
    Scope,
    Space,
    Thing,
    Value,
    join,
    options,
)


class Use(NamedTuple):
    """A name of MXNet in a program.  guarded: the program itself provides for its absence."""

    answer: Answer
    place: Place
    line: int
    column: int
    guarded: bool


class Expressions:
    def __init__(self, known: Known):
        self.known = known
        self.uses: dict[tuple, Use] = {}
        self.scope = Scope()
        self.place: Place | None = None
        self.owner: Class | None = None  # the class whose body is followed
        self.this: Value = None
        self.returns: list[list[Value]] = []
        self.guard = self.depth = 0
        self.uncalled: dict[Function, None] = {}
        self.followed: dict[tuple, Value] = {}
        self.contexts: dict[ast.AST, int] = {}

    def run(self, body: Iterable[ast.stmt]) -> None:
        raise NotImplementedError  # Follow's

    # Findings.

    def found(self, answer: Answer, node: ast.AST) -> None:
        place = self.place
        assert place is not None
        line, column = (node.end_lineno, node.end_col_offset) if isinstance(node, ast.Attribute) else (node.lineno, node.col_offset)  # type: ignore[attr-defined]
        line = (line or 1) + place.line - 1
        self.uses.setdefault((place, line, column, answer.name), Use(answer, place, line, column or 0, self.guard > 0))

    # Values of expressions.

    def value(self, node: ast.AST | None, inner: bool = False) -> Value:
        """inner: the expression is followed by a dot."""
        if node is None:
            return None
        if isinstance(node, ast.Attribute):
            return self.x_Attribute(node, inner)
        method = getattr(self, "x_" + type(node).__name__, None)
        if method is not None:
            return method(node)
        for child in ast.iter_child_nodes(node):
            self.value(child)
        return None

    def x_Name(self, node: ast.Name) -> Value:
        return self.scope.get(node.id)

    def x_Attribute(self, node: ast.Attribute, inner: bool = False) -> Value:
        return self.attribute(self.value(node.value, True), node.attr, node, inner)

    def x_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.bind(node.target, value)
        return value

    def x_IfExp(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        return join([self.value(node.body), self.value(node.orelse)])

    def x_BoolOp(self, node: ast.BoolOp) -> Value:
        return join([self.value(value) for value in node.values])

    def x_BinOp(self, node: ast.BinOp) -> Value:
        return self.combined(self.value(node.left), self.value(node.right), node.right)

    def x_UnaryOp(self, node: ast.UnaryOp) -> Value:
        return self.combined(self.value(node.operand), None, node)

    def x_Compare(self, node: ast.Compare) -> Value:
        values = [self.value(node.left), *(self.value(c) for c in node.comparators)]
        return self.combined(values[0], values[1], node)

    def combined(self, left: Value, right: Value, node: ast.AST) -> Value:
        """What arithmetic gives: an array if one of them is an array."""
        for value, other in ((left, right), (right, left)):
            kinds = [option for option in options(value) if is_array(option)]
            if kinds:
                certain = isinstance(node, ast.Constant | ast.UnaryOp) or other == value
                return value if certain else join([Object(option.path) for option in kinds])
        return None

    def x_Tuple(self, node: ast.Tuple) -> Value:
        return Row(tuple(self.value(item) for item in node.elts))

    def x_List(self, node: ast.List) -> Value:
        items = [self.value(item) for item in node.elts]
        return Many(join(items)) if items else None

    def x_Starred(self, node: ast.Starred) -> Value:
        return self.items(self.value(node.value))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        outer = self.scope
        self.scope = Scope(outer)
        for part in node.generators:
            self.bind(part.target, self.items(self.value(part.iter)))
            for test in part.ifs:
                self.value(test)
        if isinstance(node, ast.DictComp):
            self.value(node.key)
            item = self.value(node.value)
        else:
            item = self.value(node.elt)
        self.scope = outer
        return Many(item) if item is not None and not isinstance(node, ast.DictComp) else None

    x_ListComp = x_SetComp = x_GeneratorExp = x_DictComp = comprehension

    def x_Lambda(self, node: ast.Lambda) -> Value:
        self.function_defaults(node.args)
        assert self.place is not None
        function = Function(node, self.scope, self.place)
        self.uncalled[function] = None
        return function

    def x_Yield(self, node: ast.Yield) -> Value:
        value = self.value(node.value)
        if self.returns:
            self.returns[-1].append(Many(value))
        return None

    def x_Subscript(self, node: ast.Subscript) -> Value:
        value = self.value(node.value)
        self.value(node.slice)
        if isinstance(value, Row) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            return value.items[node.slice.value] if -len(value.items) <= node.slice.value < len(value.items) else None
        if isinstance(value, Many):
            return value if isinstance(node.slice, ast.Slice) else value.item
        if isinstance(value, Object) and value.path == "mx.gluon.ParameterDict":
            return Object("mx.gluon.Parameter")
        if isinstance(value, Instance) or isinstance(value, Object) and "mx.gluon.Block" in self.known.mro(value.path):
            return None
        return self.combined(value, None, node)

    # Names behind dots.

    def attribute(self, value: Value, short: str, node: ast.AST, inner: bool = False) -> Value:
        """What `value.short` is; notes the name if it is MXNet's. inner: more follows, so a module is not yet what is missing."""
        if isinstance(value, Either):
            return self._either(value, short, node, inner)
        if isinstance(value, Thing):
            return self._of_thing(value, short, node, inner)
        if isinstance(value, Object):
            return self._of_object(value, short, node)
        if isinstance(value, Space):
            return value.scope.names.get(short)
        if isinstance(value, Instance):
            return self._of_instance(value, short, node)
        if isinstance(value, Class):
            found = value.find(short)
            if found is None:
                for path in value.known():
                    self.attribute(Object(path), short, node)
            return found[0] if found else None
        if value is None and short in DISTINCT:
            self.found(Answer(DISTINCT[short], "here"), node)
            return Method(Object("nd.NDArray"), short) if DISTINCT[short].startswith("nd.") else None
        return None

    def _either(self, value: Either, short: str, node: ast.AST, inner: bool) -> Value:
        # The first that has it here, else the first that MXNet gives it to, answers for all.
        asked = [option for option in value.options if isinstance(option, Thing | Object)]
        others = [self.attribute(option, short, node, inner) for option in value.options if not isinstance(option, Thing | Object)]
        statuses = [self.known.member(option.path, short).status for option in asked]
        if not asked or others and set(statuses) == {"unknown"}:
            return join(others)
        if "missing" in statuses and asked[statuses.index("missing")] == Thing("nd"):
            chosen = asked[statuses.index("missing")]  # F is nd when it runs
        else:
            chosen = asked[min(range(len(asked)), key=lambda i: ("here", "missing", "unknown").index(statuses[i]))]
        given = self.attribute(chosen, short, node, inner)
        if isinstance(given, Method):  # of whichever array it is
            return Either(tuple(Method(option, short) for option in asked if isinstance(option, Object)))
        return join([given, *others]) if others else given

    def _of_thing(self, value: Thing, short: str, node: ast.AST, inner: bool) -> Value:
        kind = self.known.kind(value.path)
        if kind not in ("module", "class") and (self.known.is_here(value.path) or kind in ("function", "constant")):
            return None  # what a function or a number has is not MXNet's
        if short.startswith("__") and short != "__version__":
            return None
        answer = self.known.member(value.path, short)
        path = f"{value.path}.{short}"
        if answer.status == "here" and self.known.kind(path) == "module":
            pass  # what is taken from it counts
        elif kind == "class" and not self.known.is_here(value.path):
            pass  # the class is reported
        elif kind == "class" and answer.status == "unknown" and not answer.near:
            return None  # set by a metaclass, or by the program
        elif not (answer.status == "missing" and inner and self.known.kind(answer.name) == "module"):
            self.found(answer, node)
        return None if answer.status == "unknown" else self.meaning(path)

    def meaning(self, path: str) -> Value:
        """The value behind a name of MXNet."""
        path = self.known.canonical(path)
        kind = self.known.kind(path)
        return Thing(path) if kind in ("module", "class", "function") else None

    def _of_object(self, value: Object, short: str, node: ast.AST) -> Value:
        if short.startswith("_") or not self.known.is_here(value.path):
            return None
        answer = self.known.member(value.path, short)
        is_array = value.path in ARRAY_CLASSES
        if answer.status != "unknown":
            self.found(answer, node)
        elif value.sure and isinstance(getattr(node, "ctx", None), ast.Load) and (is_array or answer.near):
            self.found(answer, node)
        if short in PARAMETERS and not is_array and "mx.gluon.Block" in self.known.mro(value.path):
            return Object("mx.gluon.Parameter")
        given = self.known.live(answer.name) if answer.status == "here" else None
        if isinstance(given, property):
            return GIVES[answer.name] if answer.name in GIVES else Object(value.path) if is_array and short not in PLAIN else None
        return Method(value, short) if answer.status != "unknown" else None

    def _of_instance(self, value: Instance, short: str, node: ast.AST) -> Value:
        found = value.of.find(short)
        field = value.of.field(short)
        if found is not None:
            member = found[0]
            if isinstance(member, Function):
                if member.kind == "property":
                    return self.follow(member, [value], {})
                return member if member.kind == "staticmethod" else Bound(member, value)
            return join([member, field]) if field is not None else member
        if field is None:
            for path in value.of.known():
                given = self.attribute(Object(path), short, node)
                if given is not None:
                    return given
        return field

    # Calls; calls.py has them.

    def function_defaults(self, args: ast.arguments) -> None:
        raise NotImplementedError

    def follow(self, function: Function, args: list[Value], named: dict[str | None, Value], starred: bool = False) -> Value:
        raise NotImplementedError

    # Assignments.

    def bind(self, target: ast.AST, value: Value) -> None:
        if isinstance(target, ast.Name):
            self.scope.set(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            row = isinstance(value, Row) and len(value.items) == len(target.elts)
            for i, item in enumerate(target.elts):
                self.bind(item.value if isinstance(item, ast.Starred) else item, value.items[i] if row else self.items(value))
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            for option in options(owner):
                if isinstance(option, Instance):
                    fields = option.of.fields
                    fields[target.attr] = join([fields[target.attr], value]) if target.attr in fields else value
                elif isinstance(option, Object):
                    self.attribute(option, target.attr, target)
                elif isinstance(option, Class):
                    option.scope.names[target.attr] = value
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value)
        else:
            self.value(target)

    def items(self, value: Value) -> Value:
        """What iterating over a value gives."""
        if isinstance(value, Many):
            return value.item
        if isinstance(value, Row):
            return join(value.items) if value.items else None
        if isinstance(value, Either):
            return join([self.items(option) for option in value.options])
        if isinstance(value, Object):
            if value.path == "mx.gluon.data.DataLoader":
                return ARRAYS
            return Object(value.path) if value.path in ARRAY_CLASSES else None
        return None


def is_array(value: Value) -> bool:
    return isinstance(value, Object) and (value.path in ARRAY_CLASSES or value == SYMBOL)
