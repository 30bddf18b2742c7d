"""Numbers for tokens."""
from __future__ import annotations

import collections

UNKNOWN = 0  # the index of every token that has none of its own


class Vocabulary:
    """Tokens and their indices: the unknown token is 0, then come the reserved tokens, then the counted ones, frequent ones first.

    counter: a collections.Counter of tokens (any hashable type that can be ordered); tokens of equal frequency in their own order.
    most_freq_count: at most so many counted tokens.  min_freq: leave rarer ones out.
    unknown_token: stands for all that is left out.  reserved_tokens: a list, such as of padding; neither repeated nor unknown_token.
    Raises: AssertionError for other arguments.
    """

    def __init__(self, counter=None, most_freq_count=None, min_freq=1, unknown_token="<unk>", reserved_tokens=None):
        if min_freq <= 0:
            raise AssertionError(f"Vocabulary: min_freq must be 1 or more, got {min_freq}")
        special = [unknown_token, *(reserved_tokens or ())]
        repeated = [token for token, count in collections.Counter(special).items() if count > 1]
        if repeated:
            raise AssertionError("Vocabulary: unknown_token and reserved_tokens must differ from each other; "
                                 f"{repeated[0]!r} is there twice")
        self._unknown_token = unknown_token
        self._reserved_tokens = None if reserved_tokens is None else list(reserved_tokens)
        self._idx_to_token = special
        if counter is not None:
            if not isinstance(counter, collections.Counter):
                raise AssertionError(f"Vocabulary: counter must be a collections.Counter, got {type(counter).__name__}; "
                                     "contrib.text.utils.count_tokens_from_str makes one")
            self._add(counter, len(counter) if most_freq_count is None else most_freq_count, min_freq)
        self._token_to_idx = {token: i for i, token in enumerate(self._idx_to_token)}

    def _add(self, counter, most, least):
        special = set(self._idx_to_token)
        most += len(special)
        for token, count in sorted(sorted(counter.items()), key=lambda item: -item[1]):
            if count < least or len(self._idx_to_token) == most:
                break
            if token not in special:
                self._idx_to_token.append(token)

    def __len__(self):
        return len(self._idx_to_token)

    @property
    def token_to_idx(self):
        """{token: index}"""
        return self._token_to_idx

    @property
    def idx_to_token(self):
        """The tokens by their indices."""
        return self._idx_to_token

    @property
    def unknown_token(self):
        """What stands for every token that has no index."""
        return self._unknown_token

    @property
    def reserved_tokens(self):
        """The list of reserved tokens, or None."""
        return self._reserved_tokens

    def to_indices(self, tokens):
        """The index of a token, or those of a list of tokens; 0 for unknown ones."""
        if isinstance(tokens, list):
            return [self._token_to_idx.get(token, UNKNOWN) for token in tokens]
        return self._token_to_idx.get(tokens, UNKNOWN)

    def to_tokens(self, indices):
        """The token of an index, or those of a list of indices. Raises: ValueError for an index that is none."""
        for index in indices if isinstance(indices, list) else [indices]:
            if not isinstance(index, int) or not 0 <= index < len(self):
                raise ValueError(f"Vocabulary.to_tokens: indices go from 0 to {len(self) - 1}, got {index!r}")
        return [self._idx_to_token[i] for i in indices] if isinstance(indices, list) else self._idx_to_token[indices]
