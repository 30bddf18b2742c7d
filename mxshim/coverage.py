"""How much of MXNet is here: `python -m mxshim coverage [--signatures FILE] [--json]`.

Every public name of MXNet 1.9.1 and 2.0.0b1, as introspection finds it, is one of

- present: the same path leads to something here;
- absent: `absent.py` says why, and what to use instead;
- internal: a name that MXNet's modules show without offering it. These rules say which, in this order:
    a ctypes structure; a file (a module that a package keeps its code in);
    an import (what `mx.base`, `mx.util`, `mx.context`, `mx.registry` or another module defines, seen in a module beside it);
    not exported (MXNet's own `__all__` leaves it out); machinery (the few in MACHINERY that no rule finds);
- missing: none of these.

Names are written as programs write them: `np.exp`, `npx.relu`, `nd.NDArray.exp`, everything else under `mx.`.
"""
from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from . import absent

FILE = Path(__file__).with_name("mxnet_names.tsv")
KINDS = ("present", "absent", "internal", "missing")


class Name(NamedTuple):
    """A public name of MXNet.

    versions: "1", "2" or "12".  kind: function, class, method, attribute, constant or module.  home: where MXNet defines it, if it is
    known and elsewhere; "-" if the module's __all__ leaves it out.  signature: as Python shows it, or nothing.
    """

    name: str
    versions: str
    kind: str
    home: str
    signature: str

    @property
    def space(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


# Reading.

def read(path: Path | str = FILE) -> dict[str, Name]:
    """The names in a file: our table, or the JSON that introspection of MXNet writes."""
    text = Path(path).read_text(encoding="utf-8")
    if str(path).endswith(".json"):
        return from_introspection(json.loads(text))
    rows = (Name(*line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
    return {row.name: row for row in rows}


def from_introspection(found: dict[str, Any]) -> dict[str, Name]:
    """The names in {"mxnet 1.9.1": {module: {name: [kind, signature, ...]}}, "mxnet 2.0.0b1": ...}.

    Where the versions' signatures differ, np, npx and gluon take 2.0.0b1's, nd 1.9.1's.
    """
    names: dict[str, Name] = {}
    for version, mark in (("mxnet 2.0.0b1", "2"), ("mxnet 1.9.1", "1")):
        modules = {spelled(m.split(" ")[0]): dict.fromkeys(v, ["function", None]) if isinstance(v, list) else v
                   for m, v in found[version].items()}
        classes = {n: _own(facts) for members in modules.values() for n, facts in members.items() if "same_as" not in _own(facts)}
        for space, members in modules.items():
            for name in _names(space, members, classes):
                known = names.get(name.name)
                if known is None:
                    names[name.name] = name._replace(versions=mark)
                else:
                    kept = name if space.split(".")[0] == "nd" or name.kind == "class" != known.kind else known
                    names[name.name] = kept._replace(versions="12")
    return dict(sorted(names.items()))


def _own(facts: list) -> dict:
    """A class's members, or {"same_as": where they stand}."""
    return next((f for f in facts if isinstance(f, dict)), {})


def _names(space: str, members: dict[str, list], classes: dict[str, dict]) -> Iterable[Name]:
    for short, (kind, *facts) in members.items():
        own = _own(facts)
        bases = facts[1] if kind == "class" and len(facts) > 1 and isinstance(facts[1], list) else []
        home = spelled(facts[1]) if kind == "module" else spelled(own["same_as"]) if "same_as" in own else ""
        if facts and facts[-1] == "not in __all__":
            home = home or "-"
        if "_CData" in bases:
            kind = "ctypes"
        yield Name(f"{space}.{short}", "", kind.replace("object", "constant"), home, facts[0] or "" if facts and kind != "constant" else "")
        if "same_as" in own or kind == "ctypes" or "SymbolBase" in bases and space != "mx.sym":
            continue
        for method, (what, *rest) in own.items():
            inherited = short not in ("NDArray", "ndarray") and any(method in classes.get(base, ()) for base in bases)
            if not method.startswith("_") and not inherited and "always raises" not in " ".join(map(str, rest[1:])):
                yield Name(f"{space}.{short}.{method}", "", what, "", rest[0] or "" if rest and what == "method" else "")


def spelled(path: str) -> str:
    """MXNet's path as programs write it: mxnet.numpy.exp is np.exp, mxnet.gluon.nn is mx.gluon.nn."""
    path = path.replace("mxnet", "mx", 1)
    for long, short in (("mx.numpy_extension", "npx"), ("mx.numpy", "np"), ("mx.ndarray", "nd"), ("mx.npx", "npx"), ("mx.np", "np"),
                        ("mx.nd", "nd"), ("mx.symbol", "mx.sym")):
        if path == long or path.startswith(long + "."):
            return short + path[len(long):]
    return path


def write(names: dict[str, Name], path: Path = FILE) -> None:
    head = ("# Public names of MXNet 1.9.1 and 2.0.0b1: name, versions, kind, home, signature.\n"
            "# Written by `python -m mxshim.coverage --write FILE.json` from what introspection of MXNet finds.\n")
    path.write_text(head + "".join("\t".join(row) + "\n" for row in names.values()), encoding="utf-8")


# Sorting.

HOMES = ("mx.base", "mx.context", "mx.device", "mx.registry", "mx.util", "mx.gluon.utils")  # what they define is no other module's
SHOWS_ALL = ("mx", "npx")  # these offer names of other modules on purpose
LATE = ("nd", "mx.optimizer")  # MXNet adds operators and classes to these after it has written __all__
SAME = ({"mx.init", "mx.initializer"}, {"mx.image", "npx.image", "mx.img"}, {"mx.runtime", "mx.test_utils"}, {"mx.nd", "nd"},
        {"mx.viz", "mx.visualization"}, {"mx.contrib.amp", "mx.amp"}, {"mx.metric", "mx.gluon.metric"}, {"mx.dlpack", "nd"})

MACHINERY = frozenset("""
    get_indexing_dispatch_code get_oshape_of_gather_nd_op indexing_key_expand_implicit_axes
    backward_gradientmultiplier backward_hawkesll backward_index_copy backward_quadratic
    dtype_from_number np_ufunc_legal_option wrap_ctx_to_device_func wrap_data_api_linalg_func
    wrap_data_api_statical_func wrap_sort_functions set_kvstore_handle
    get_all_registered_operators get_all_registered_operators_grouped get_operator_arguments OperatorArguments
    SKLEARN_INSTALLED cv2 cached_property""".split())


def internal(name: Name, names: dict[str, Name], spaces: set[str]) -> str:
    """By which rule a name is one of MXNet's internals; "" if by none."""
    space = name.space
    if name.kind == "ctypes":
        return "a ctypes structure"
    if name.kind == "module":
        if name.name in spaces or space == "mx" and name.home in spaces:
            return ""
        return "a file" if name.home == name.name or name.home.startswith(space + ".") else "an import"
    if name.short in MACHINERY:
        return "machinery"
    if name.kind in ("class", "function"):
        if name.short == "Symbol" and space != "mx.sym" or name.short == "NDArray" and space != "nd":
            return "an import"
        for home in HOMES[:1] if space in SHOWS_ALL else HOMES:
            if f"{home}.{name.short}" in names and not names[f"{home}.{name.short}"].home.startswith(space + ".") and home != space:
                return "an import"
            if home == space:
                break
        home = name.home.rpartition(".")[0]
        if home and not (space + ".").startswith(home + ".") and not any({home, space} <= group for group in SAME):
            return "an import"
    if name.home == "-" and not any((space + ".").startswith(late + ".") for late in LATE):
        return "not exported"
    return ""


class Found(NamedTuple):
    """What became of a name. about: where it is, the reason, the rule, or what is known of plans."""

    kind: str
    about: str


def resolve(name: str) -> Any:
    """The object that a name leads to. Raises: AttributeError if there is none."""
    import mxshim
    value, path = mxshim, mxshim.__name__
    for part in name.removeprefix("mx").removeprefix(".").split(".") if name != "mx" else ():
        path = f"{path}.{part}"
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module(path)
            except ImportError:
                raise AttributeError(name) from None
    return value


def sort(names: dict[str, Name]) -> dict[str, Found]:
    """Every name, sorted. A class that is not here stands for its members too."""
    spaces = {n.space for n in names.values()}
    found: dict[str, Found] = {}
    for key, name in names.items():
        try:
            resolve(key)
        except AttributeError:
            reason, final = absent.reason(key)
            rule = internal(name, names, spaces)
            owner = names.get(name.space)
            if rule:
                found[key] = Found("internal", rule)
            elif reason and final:
                found[key] = Found("absent", reason)
            elif owner is not None and owner.kind in ("class", "ctypes") and found[owner.name].kind != "present":
                continue
            else:
                found[key] = Found("missing", reason)
        else:
            found[key] = Found("present", "")
    return found


def table(found: dict[str, Found], names: dict[str, Name]) -> dict[str, dict[str, list[str]]]:
    """By namespace, the names of each kind. The members of a class count with its module; those of the two arrays stand alone."""
    rows: dict[str, dict[str, list[str]]] = {}
    for key, what in found.items():
        space = names[key].space
        if space in names and names[space].kind == "class" and space not in ("nd.NDArray", "np.ndarray"):
            space = names[space].space
        rows.setdefault(space, {kind: [] for kind in KINDS})[what.kind].append(key)
    first = ("np", "np.random", "np.linalg", "np.ndarray", "npx", "npx.random", "npx.image", "nd", "nd.NDArray")
    return dict(sorted(rows.items(), key=lambda row: (first.index(row[0]) if row[0] in first else len(first), row[0])))


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mxshim coverage", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--signatures", metavar="FILE", default=FILE, help="other names than those that come with mxshim")
    parser.add_argument("--json", action="store_true", help="everything, as JSON: {name: [kind, about]}")
    parser.add_argument("--write", metavar="FILE", help="make the table that comes with mxshim anew, from FILE")
    parser.add_argument("space", nargs="*", metavar="NAMESPACE", help="show these only, for example npx; and what is absent")
    chosen = parser.parse_args(arguments)
    if chosen.write:
        write(read(chosen.write))
        return 0
    try:
        names = read(chosen.signatures)
    except (OSError, ValueError, TypeError, KeyError) as error:
        parser.error(f"cannot read {chosen.signatures}: {error}")
    found = sort(names)
    if chosen.json:
        json.dump(found, sys.stdout, indent=1)
        return 0
    rows = {space: row for space, row in table(found, names).items() if not chosen.space or space in chosen.space}
    rows["together"] = {kind: [key for row in rows.values() for key in row[kind]] for kind in KINDS}
    print(f"{'':32}{'present':>9}{'absent':>9}{'missing':>9}{'internal':>9}   here or explained")
    for space, row in rows.items():
        present, gone, inside, lost = (len(row[kind]) for kind in KINDS)
        share = 100 * (present + gone) / (present + gone + lost or 1)
        print(f"{space:32}{present:9}{gone:9}{lost:9}{inside:9}{share:15.1f} %")
    del rows["together"]
    for title, kind, wanted in (("missing", "missing", True), ("absent", "absent", bool(chosen.space))):
        for space, row in rows.items():
            if wanted and row[kind]:
                print(f"\n{title} in {space}: " + " ".join(key.removeprefix(space + ".") for key in row[kind]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
