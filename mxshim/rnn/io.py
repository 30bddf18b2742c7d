"""Sentences as batches of numbers, in buckets of equal length (MXNet: mxnet.rnn.io)."""
from __future__ import annotations

import bisect
import random

import numpy as onp

from .. import ndarray as nd
from ..io import DataBatch, DataDesc, DataIter


def encode_sentences(sentences, vocab=None, invalid_label=-1, invalid_key="\n", start_label=0, unknown_token=None):
    """(sentences as lists of numbers, vocabulary). Without `vocab` every new word gets the next number from start_label on.

    invalid_key: a word that has the number invalid_label.  unknown_token: what words that a given vocabulary lacks become.
    Raises: AssertionError for an unknown word without unknown_token.
    """
    made = vocab is None
    index = start_label
    if vocab is None:
        vocab = {invalid_key: invalid_label}
    found = []
    for sentence in sentences:
        coded = []
        for word in sentence:
            if word not in vocab:
                if not (made or unknown_token):
                    raise AssertionError(f"Unknown token {word}; pass unknown_token=, or a vocabulary that has it")
                if index == invalid_label:
                    index += 1
                if unknown_token:
                    word = unknown_token
                vocab[word] = index
                index += 1
            coded.append(vocab[word])
        found.append(coded)
    return found, vocab


class BucketSentenceIter(DataIter):
    """Batches of sentences, shuffled, each batch from one bucket; labels are the words one place further.

    Args:
        sentences: lists of numbers.  buckets: lengths; by default every length of which there are batch_size sentences. Longer sentences
            are left out.  invalid_label: fills short sentences.
        layout: "NT" or "TN".  data_name, label_name, dtype: of the batches.
    Batches have bucket_key, provide_data and provide_label; default_bucket_key is the largest bucket.
    """

    def __init__(self, sentences, batch_size, buckets=None, invalid_label=-1, data_name="data", label_name="softmax_label", dtype="float32",
                 layout="NT"):
        super().__init__(batch_size)
        if not buckets:
            buckets = [i for i, n in enumerate(onp.bincount([len(s) for s in sentences])) if n >= batch_size]
        buckets = sorted(buckets)
        if layout not in ("NT", "TN"):
            raise ValueError(f"layout must be 'NT' or 'TN' (N: batch, T: time), got {layout!r}")
        kept: list[list] = [[] for _ in buckets]
        left_out = 0
        for s in sentences:
            k = bisect.bisect_left(buckets, len(s))
            if k == len(buckets):
                left_out += 1
                continue
            row = onp.full((buckets[k],), invalid_label, dtype=dtype)
            row[:len(s)] = s
            kept[k].append(row)
        if not any(kept):
            raise ValueError(f"BucketSentenceIter: none of the {len(sentences)} sentences fits a bucket of {buckets}: give larger ones")
        buckets, kept = [b for b, rows in zip(buckets, kept, strict=True) if rows], [rows for rows in kept if rows]
        self.data = [onp.asarray(rows, dtype=dtype) for rows in kept]
        print(f"WARNING: discarded {left_out} sentences longer than the largest bucket.")
        self.batch_size, self.buckets, self.data_name, self.label_name = batch_size, buckets, data_name, label_name
        self.dtype, self.invalid_label, self.layout, self.major_axis = dtype, invalid_label, layout, layout.find("N")
        self.nddata: list = []
        self.ndlabel: list = []
        self.default_bucket_key = max(buckets)
        self.provide_data, self.provide_label = ([d] for d in self._descs(self.default_bucket_key))
        self.idx = [(i, j) for i, rows in enumerate(self.data) for j in range(0, len(rows) - batch_size + 1, batch_size)]
        self.curr_idx = 0
        self.reset()

    def _descs(self, length):
        shape = (self.batch_size, length) if self.major_axis == 0 else (length, self.batch_size)
        return [DataDesc(name, shape, layout=self.layout) for name in (self.data_name, self.label_name)]

    def reset(self):
        """Start again, in another order."""
        self.curr_idx = 0
        random.shuffle(self.idx)
        self.nddata, self.ndlabel = [], []
        for rows in self.data:
            onp.random.shuffle(rows)
            label = onp.full_like(rows, self.invalid_label) if rows.size else rows
            if rows.size:
                label[:, :-1] = rows[:, 1:]
            self.nddata.append(nd.array(rows, dtype=self.dtype) if rows.size else None)
            self.ndlabel.append(nd.array(label, dtype=self.dtype) if rows.size else None)

    def next(self):
        """The next batch. Raises: StopIteration after the last."""
        if self.curr_idx == len(self.idx):
            raise StopIteration
        i, j = self.idx[self.curr_idx]
        self.curr_idx += 1
        data, label = (a[i][j:j + self.batch_size] for a in (self.nddata, self.ndlabel))
        if self.major_axis == 1:
            data, label = data.T, label.T
        descs = [[DataDesc(n, a.shape, layout=self.layout)] for n, a in ((self.data_name, data), (self.label_name, label))]
        return DataBatch([data], [label], pad=0, bucket_key=self.buckets[i], provide_data=descs[0], provide_label=descs[1])
