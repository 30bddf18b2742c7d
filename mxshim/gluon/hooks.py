"""Hooks of blocks: functions to be called around every forward."""
from __future__ import annotations

from .hybrid import Changes


class HookHandle:
    """A registered hook: `attach` puts it into a dict of hooks, `detach()` takes it out, and so does leaving `with handle:`."""

    def __init__(self):
        self._hooks, self._key = None, object()

    def attach(self, hooks_dict, hook):
        """Put a hook into a dict. Raises: AssertionError if this handle has one already."""
        if self._hooks is not None:
            raise AssertionError("HookHandle.attach: this handle has a hook already; make another handle")
        Changes.count += 1
        self._hooks = hooks_dict
        hooks_dict[self._key] = hook

    def detach(self):
        """Take the hook out of its dict."""
        if self._hooks is not None:
            Changes.count += 1
            self._hooks.pop(self._key, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.detach()


def registered(hooks, hook) -> HookHandle:
    """A handle that has put a hook into a dict."""
    handle = HookHandle()
    handle.attach(hooks, hook)
    return handle
