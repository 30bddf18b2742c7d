"""Monitor: statistics of what an Executor computes, for debugging (MXNet: mxnet.monitor)."""
from __future__ import annotations

import logging
import re

from .arguments import Checked
from .array.core import Array

__all__ = ["Monitor"]


class Monitor(Checked):
    """Every `interval` batches, stat_func of all outputs whose name the regular expression `pattern` matches; of parameters, too.

    stat_func: of an array; by default norm(x) / sqrt(x.size).  sort: results by name.  monitor_all: also inputs of operators.
    """

    _wants = {"interval": "a number", "stat_func": "a function", "pattern": "a pattern"}

    def __init__(self, interval, stat_func=None, pattern=".*", sort=False, monitor_all=False):
        self.interval, self.sort, self.monitor_all = interval, sort, monitor_all
        self.stat_func = stat_func or (lambda x: x.norm() / x.size ** 0.5)
        self.activated, self.queue, self.step, self.exes = False, [], 0, []
        self.re_prog = re.compile(pattern)

    def stat_helper(self, name, array):
        """What executors call with every output."""
        if self.activated and self.re_prog.match(name):
            self.queue.append((self.step, name, self.stat_func(array)))

    def install(self, exe):
        """Watch an Executor."""
        exe.set_monitor_callback(self.stat_helper, self.monitor_all)
        self.exes.append(exe)

    def tic(self):
        """Start a batch: watch it if it is one of every `interval`."""
        if self.step % self.interval == 0:
            self.queue = []
            self.activated = True
        self.step += 1

    def toc(self) -> list:
        """End a batch: [(batch, name, text)] of what was seen, [] for a batch that was not watched."""
        if not self.activated:
            return []
        self.activated = False
        for exe in self.exes:
            for names, arrays in ((exe._symbol.list_arguments(), exe.arg_arrays), (exe._symbol.list_auxiliary_states(), exe.aux_arrays)):
                for name, array in zip(names, arrays, strict=True):
                    if self.re_prog.match(name):
                        self.queue.append((self.step, name, self.stat_func(array)))
        if self.sort:
            self.queue.sort(key=lambda row: row[1])
        found = []
        for step, name, values in self.queue:
            values = [values] if isinstance(values, Array) else list(values)
            text = "".join(f"{v.asscalar() if v.shape in ((1,), ()) else v.asnumpy()!s}\t" for v in values)
            found.append((step, name, text))
        self.queue = []
        return found

    def toc_print(self):
        """As toc, and log the results."""
        for step, name, text in self.toc():
            logging.info("Batch: %7d %-30s %s", step, name, text)
