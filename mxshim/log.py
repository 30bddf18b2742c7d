"""Loggers with MXNet's line format (MXNet: mxnet.log)."""
from __future__ import annotations

import logging
import warnings
from logging import CRITICAL as CRITICAL
from logging import DEBUG as DEBUG
from logging import ERROR as ERROR
from logging import INFO as INFO
from logging import NOTSET as NOTSET
from logging import WARNING as WARNING

__all__ = ["CRITICAL", "DEBUG", "ERROR", "INFO", "NOTSET", "WARNING", "getLogger", "get_logger"]
for _name in ("jax", "PIL"):  # programs log everything at level DEBUG; how JAX compiles and Pillow reads files is no part of that
    if logging.getLogger(_name).level == NOTSET:
        logging.getLogger(_name).setLevel(WARNING)
_LETTERS = {CRITICAL: "C", ERROR: "E", WARNING: "W", INFO: "I", DEBUG: "D"}


class _Lines(logging.Formatter):
    """"I1125 19:00:00 1234 train.py:main:12] text": the level's letter, time, process, place; the head has the level's colour."""

    def __init__(self):
        super().__init__(datefmt="%m%d %H:%M:%S")

    def format(self, record):
        letter = _LETTERS.get(record.levelno, "U")
        color = 31 if record.levelno >= WARNING else 32 if record.levelno >= INFO else 34
        head = f"{letter}%(asctime)s %(process)d %(pathname)s:%(funcName)s:%(lineno)d]"
        self._style._fmt = f"\x1b[{color}m{head}\x1b[0m %(message)s"
        return super().format(record)


def get_logger(name=None, filename=None, filemode=None, level=WARNING):
    """A logger that writes lines in MXNet's format to the standard error output, or bare messages to a file; the same one for a name.

    filemode: "a" to append (the default), "w" to start anew.
    """
    logger = logging.getLogger(name)
    if name is not None and not getattr(logger, "_init_done", None):
        logger._init_done = True
        if filename:
            handler = logging.FileHandler(filename, filemode or "a")
        else:
            handler = logging.StreamHandler()
            handler.setFormatter(_Lines())
        logger.addHandler(handler)
        logger.setLevel(level)
    return logger


def getLogger(name=None, filename=None, filemode=None, level=WARNING):
    """get_logger under its old name. Warns: DeprecationWarning."""
    warnings.warn("getLogger is deprecated, use get_logger", DeprecationWarning, stacklevel=2)
    return get_logger(name, filename, filemode, level)
