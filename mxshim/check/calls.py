"""What calls give, and the bodies of the program's own functions."""
from __future__ import annotations

import ast

from mxshim.check.expressions import Expressions, is_array
from mxshim.check.known import ARRAYS as ARRAY_CLASSES
from mxshim.check.values import (
    ARRAYS,
    GIVES,
    MAKES,
    PLAIN,
    SYMBOL,
    Bound,
    Class,
    F,
    Function,
    Instance,
    Many,
    Method,
    Object,
    Row,
    Scope,
    Thing,
    Value,
    join,
    options,
)

DEEPEST = 24  # calls inside calls
CONTEXTS = 8  # in how many ways one function is followed


class Calls(Expressions):
    def x_Call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("getattr", "hasattr") and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
            return self._getattr(node, name)
        if name == "super" and isinstance(self.this, Instance):
            bases = (self.owner or self.this.of).bases
            return join([Instance(b) if isinstance(b, Class) else Object(b.path) if isinstance(b, Thing) else None for b in bases])
        function = self.value(node.func)
        args = [self.value(arg) for arg in node.args]
        starred = any(isinstance(arg, ast.Starred) for arg in node.args)
        named = {keyword.arg: self.value(keyword.value) for keyword in node.keywords}
        if function is None and name in ("list", "tuple", "iter", "sorted", "reversed", "next", "zip", "enumerate") and args:
            return self._builtin(name, args)
        return join([self.call(option, args, named, starred) for option in options(function)])

    def _getattr(self, node: ast.Call, name: str) -> Value:
        asks = name == "hasattr" or len(node.args) > 2
        self.guard += asks
        value = self.attribute(self.value(node.args[0]), str(node.args[1].value), node)  # type: ignore[attr-defined]
        for rest in node.args[2:]:
            self.value(rest)
        self.guard -= asks
        return None if name == "hasattr" else value

    def _builtin(self, name: str, args: list[Value]) -> Value:
        items = [self.items(arg) for arg in args]
        if name == "next":
            return items[0]
        return Many(Row(tuple(items))) if name == "zip" else Many(Row((None, items[0]))) if name == "enumerate" else Many(items[0])

    def call(self, function: Value, args: list[Value], named: dict[str | None, Value], starred: bool = False) -> Value:
        if isinstance(function, Thing):
            return self._call_thing(function.path, args, named)
        if isinstance(function, Method):
            return self._call_method(function)
        if isinstance(function, Object):  # a layer, a loss
            if "mx.gluon.Block" in self.known.mro(function.path):
                return next((arg for arg in args if any(map(is_array, options(arg)))), ARRAYS)
            return None
        if isinstance(function, Class):
            this = Instance(function)
            found = function.find("__init__")
            if found is not None and isinstance(found[0], Function):
                self.follow(found[0], [this, *args], named, starred)
            return this
        if isinstance(function, Instance):
            for method in ("__call__", "forward", "hybrid_forward"):
                found = function.of.find(method)
                if found is not None and isinstance(found[0], Function):
                    return self.follow(found[0], [function, *([F] if method == "hybrid_forward" else []), *args], named, starred)
            return ARRAYS if function.of.known() else None
        if isinstance(function, Bound):
            return self.follow(function.function, [function.this, *args], named, starred)
        if isinstance(function, Function):
            return self.follow(function, args, named, starred)
        return None

    def _call_thing(self, path: str, args: list[Value], named: dict[str | None, Value]) -> Value:
        if path in GIVES:
            return GIVES[path]
        kind, (space, _, short) = self.known.kind(path), path.rpartition(".")
        if kind == "class":
            cls = self.known.live(path)
            ours = not self.known.is_here(path) or getattr(cls, "__module__", "").startswith(("mxshim", "mxnet"))
            return Object(path, sure=ours) if ours else None
        if kind != "function":
            return None
        if space.split(".")[0] in ("np", "nd"):
            made = space in ("np", "nd") and short in MAKES or space.endswith(".random") and short in ("uniform", "normal", "randn")
            return Object(ARRAY_CLASSES[space.startswith("nd")], sure=made)
        if space.startswith("npx"):
            return Object("np.ndarray")
        if space.startswith("mx.sym"):
            return SYMBOL
        return Object("mx.gluon.HybridBlock") if space.startswith("mx.gluon.model_zoo") else None

    def _call_method(self, method: Method) -> Value:
        path = method.owner.path
        if path in ARRAY_CLASSES:
            return None if method.short in PLAIN else Object(path)
        if path == "mx.sym.Symbol":
            return SYMBOL
        name = self.known.member(path, method.short).name
        if name in GIVES:
            return GIVES[name]
        return method.owner if method.short in ("transform", "transform_first", "shuffle", "take") else None

    # Functions of the program.

    def function_defaults(self, args: ast.arguments) -> None:
        for default in (*args.defaults, *args.kw_defaults):
            self.value(default)
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            self.value(arg.annotation)

    def follow(self, function: Function, args: list[Value], named: dict[str | None, Value], starred: bool = False) -> Value:
        """Follow a function's body with these arguments; what it returns."""
        node = function.node
        key = node, tuple(args), tuple(sorted(((k or "**", v) for k, v in named.items()), key=lambda item: item[0]))
        if key in self.followed:
            return self.followed[key]
        if self.depth >= DEEPEST or self.contexts.get(node, 0) >= CONTEXTS:
            return None
        self.followed[key] = None  # a recursive call meanwhile
        self.contexts[node] = self.contexts.get(node, 0) + 1
        self.uncalled.pop(function, None)
        state = self.scope, self.place, self.this, self.owner, self.guard
        self.scope, self.place, self.owner, self.guard = Scope(function.scope), function.place, function.owner, 0
        self.this = args[0] if function.owner and args else self.this
        self.depth += 1
        self._parameters(function, args, named, starred)
        if isinstance(node, ast.Lambda):
            result = self.value(node.body)
        else:
            self.returns.append([])
            self.run(node.body)
            result = join(self.returns.pop())
        self.depth -= 1
        self.scope, self.place, self.this, self.owner, self.guard = state
        self.followed[key] = result
        return result

    def _parameters(self, function: Function, args: list[Value], named: dict[str | None, Value], starred: bool) -> None:
        given = function.node.args
        names = [arg.arg for arg in (*given.posonlyargs, *given.args)]
        forward = function.name in ("forward", "hybrid_forward", "backward") and function.owner is not None and function.owner.known()
        for i, name in enumerate(names):
            value = named.get(name) if name in named else args[i] if i < len(args) and not (starred and i) else None
            if value is None and name == "F":
                value = F if function.name == "hybrid_forward" else join([F, None])
            elif value is None and forward and i:
                value = ARRAYS
            self.scope.names[name] = value
        for arg in given.kwonlyargs:
            self.scope.names[arg.arg] = named.get(arg.arg)
        if given.vararg:
            self.scope.names[given.vararg.arg] = Many(join(args[len(names):])) if len(args) > len(names) else None
        if given.kwarg:
            self.scope.names[given.kwarg.arg] = None

    def follow_uncalled(self) -> None:
        """The functions that nobody calls here; constructors first, since they say what `self.X` is."""
        while self.uncalled:
            function = next((f for f in self.uncalled if f.name == "__init__"), next(iter(self.uncalled)))
            del self.uncalled[function]
            this = Instance(function.owner) if function.owner and not function.kind.endswith("method") else None
            self.follow(function, [this] if this or function.kind == "classmethod" else [], {})
