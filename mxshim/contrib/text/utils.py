"""Counting tokens."""
from __future__ import annotations

import collections
import re


def count_tokens_from_str(source_str, token_delim=" ", seq_delim="\n", to_lower=False, counter_to_update=None):
    """A Counter of the tokens in a string; `counter_to_update` itself, if one is given.

    token_delim, seq_delim: regular expressions that stand between tokens, and between sequences.  to_lower: count in lower case.
    """
    tokens = (token for token in re.split(f"{token_delim}|{seq_delim}", source_str) if token)
    counter = collections.Counter() if counter_to_update is None else counter_to_update
    counter.update(token.lower() for token in tokens) if to_lower else counter.update(tokens)
    return counter
