"""Classes by name, for factories (MXNet: mxnet.registry)."""
from __future__ import annotations

import json
import warnings

__all__ = ["get_alias_func", "get_create_func", "get_register_func", "get_registry"]
_REGISTRY: dict[type, dict[str, type]] = {}


def get_registry(base_class) -> dict[str, type]:
    """A copy of the classes registered under `base_class`, by name in lower case."""
    return dict(_REGISTRY.setdefault(base_class, {}))


def get_register_func(base_class, nickname):
    """A function register(klass, name=None), also a decorator, for subclasses of base_class; `nickname` says what they are."""
    known = _REGISTRY.setdefault(base_class, {})

    def register(klass, name=None):
        if not (isinstance(klass, type) and issubclass(klass, base_class)):
            raise AssertionError(f"register: a {nickname} must be a subclass of {base_class.__name__}, got {klass!r}")
        name = (name or klass.__name__).lower()
        old = known.get(name)
        if old is not None and old is not klass:
            warnings.warn(f"{nickname} {name!r} is now {klass.__module__}.{klass.__name__}, no longer {old.__module__}.{old.__name__}",
                          UserWarning, stacklevel=2)
        known[name] = klass
        return klass

    register.__doc__ = f"Make a {nickname} known to `create` by its name in lower case."
    return register


def get_alias_func(base_class, nickname):
    """A function alias(*names), a decorator that registers a subclass of base_class under more names."""
    register = get_register_func(base_class, nickname)

    def alias(*aliases):
        def wrap(klass):
            for name in aliases:
                register(klass, name)
            return klass
        return wrap

    alias.__doc__ = f"Make a {nickname} known to `create` by more names."
    return alias


def get_create_func(base_class, nickname, first=None):
    """A function create(name, *args, **kwargs) that makes an instance; `first`: classes by name that go before the registered.

    name: registered, or JSON, '["name", {arguments}]' or '{"nickname": "name", arguments}', or such a dict; an instance is
    returned as it is. Raises: AssertionError for an unknown name.
    """
    known = _REGISTRY.setdefault(base_class, {})

    def create(*args, **kwargs):
        if not args and nickname not in kwargs:
            raise AssertionError(f"create: a {nickname} is needed, its name or an instance")
        name, args = (args[0], args[1:]) if args else (kwargs.pop(nickname), ())
        if isinstance(name, base_class):
            if args or kwargs:
                raise AssertionError(f"{nickname} is an instance already, so it takes no arguments, got {args or kwargs}")
            return name
        if isinstance(name, str) and name[:1] in ("[", "{"):
            name = json.loads(name)
            if isinstance(name, list):
                name, kwargs = name
        if isinstance(name, dict):
            return create(**name)
        if not isinstance(name, str):
            raise AssertionError(f"{nickname} must be a string, got {name!r}")
        found = (first or {}).get(name.lower()) or known.get(name.lower())
        if found is None:
            names = ", ".join(sorted({**known, **(first or {})}))
            raise AssertionError(f"{name!r} is not registered as a {nickname}; there are {names}. Make your own known with "
                                 f"{nickname}.register")
        return found(*args, **kwargs)

    create.__doc__ = f"Make a {nickname} from its name and arguments."
    return create
