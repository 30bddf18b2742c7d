"""Text as language models read it (MXNet: mxnet.gluon.contrib.data.text of 1.9.1). Nothing is fetched: the files lie in `root`."""
from __future__ import annotations

import collections
import os
import zipfile

import numpy as onp

from .... import ndarray as nd
from ....base import data_dir
from ...data.dataset import Dataset

__all__ = ["WikiText103", "WikiText2"]
END = "<eos>"


class _WikiText(Dataset):
    """Sequences of seq_len tokens, each with the same sequence one token later as its label; int32 (seq_len,)."""

    files: dict[str, str] = {"train": "wiki.train.tokens", "validation": "wiki.valid.tokens", "test": "wiki.test.tokens"}
    name = ""

    def __init__(self, root=None, segment="train", vocab=None, seq_len=35):
        if segment not in self.files:
            raise ValueError(f"{type(self).__name__}: segment must be one of {', '.join(self.files)}, got {segment!r}")
        self._root = os.path.expanduser(root or os.path.join(data_dir(), "datasets", self.name))
        lines = [line.split() for line in self._text(self.files[segment]).splitlines()]
        self._counter = collections.Counter(token for line in lines for token in line)
        if vocab is None:
            from ....contrib.text.vocab import Vocabulary
            vocab = Vocabulary(self._counter, reserved_tokens=[END])
        self._vocabulary = vocab
        numbers = onp.array(self._vocabulary.to_indices([t for line in lines if line for t in (*line, END)]), "int32")
        rows = (len(numbers) - 1) // seq_len
        self._data, self._label = (nd.array(part[:rows * seq_len].reshape(-1, seq_len), dtype="int32")
                                   for part in (numbers[:-1], numbers[1:]))

    def _text(self, file):
        path, archive = os.path.join(self._root, file), os.path.join(self._root, f"{self.name}-v1.zip")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as f:
                return f.read()
        if os.path.isfile(archive):
            with zipfile.ZipFile(archive) as z:
                for member in z.namelist():
                    if os.path.basename(member) == file:
                        return z.read(member).decode("utf-8")
        raise FileNotFoundError(f"{type(self).__name__}: there is neither {file} nor {os.path.basename(archive)} in {self._root}. Put one "
                                "of them there, or give root=; they were published by Merity et al., 2016")

    @property
    def vocabulary(self):
        """The mx.contrib.text.vocab.Vocabulary, made of this text or given as vocab=."""
        return self._vocabulary

    @property
    def frequencies(self):
        """How often each token of this text occurs, a Counter."""
        return self._counter

    def __len__(self):
        return len(self._label)

    def __getitem__(self, idx):
        return self._data[idx], self._label[idx]


class WikiText2(_WikiText):
    """Two million words of Wikipedia (Merity et al., 2016), in sequences of seq_len tokens with the next tokens as labels.

    root: the folder with wiki.train.tokens, wiki.valid.tokens and wiki.test.tokens, or with wikitext-2-v1.zip.
    segment: "train", "validation" or "test".  vocab: the vocabulary of another segment, or anything with to_indices.
    Raises: FileNotFoundError without the files.
    """

    name = "wikitext-2"


class WikiText103(_WikiText):
    """A hundred million words of Wikipedia; as WikiText2, from wikitext-103-v1.zip."""

    name = "wikitext-103"
