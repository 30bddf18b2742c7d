"""Vectors for tokens, read from files on this machine; nothing is downloaded."""
from __future__ import annotations

import logging
import os
import warnings
import zipfile

import numpy as onp

from ... import ndarray as nd
from ... import numpy as np
from ... import registry
from ...base import data_dir
from ...util import is_np_array
from .pretrained import FASTTEXT, GLOVE
from .vocab import UNKNOWN, Vocabulary


class _TokenEmbedding(Vocabulary):
    """A vocabulary whose tokens have vectors; those of unknown tokens are row 0."""

    pretrained_file_names: dict[str, str] = {}  # file: the archive it is published in

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._vec_len = 0
        self._idx_to_vec = None

    # Reading.

    @classmethod
    def _pretrained_file(cls, root: str, name: str) -> str:
        """The path of a published file on this machine. Raises: KeyError for an unknown name, FileNotFoundError."""
        if name not in cls.pretrained_file_names:
            raise KeyError(f"{cls.__name__}: there is no pretrained file {name!r}; there are {', '.join(cls.pretrained_file_names)}")
        folder = os.path.join(os.path.expanduser(root), cls.__name__.lower())
        path, archive = os.path.join(folder, name), os.path.join(folder, cls.pretrained_file_names[name])
        if not os.path.isfile(path):
            if not os.path.isfile(archive):
                raise FileNotFoundError(f"{cls.__name__}: mxshim downloads nothing; put the file {name}, or the archive "
                                        f"{os.path.basename(archive)} it is published in, into {folder}")
            with zipfile.ZipFile(archive) as packed:
                packed.extract(name, folder)
        return path

    def _load(self, path, delimiter, init_unknown_vec, encoding="utf8"):
        """Take tokens and vectors from a file with one token per line."""
        path = os.path.expanduser(path)
        if not os.path.isfile(path):
            raise ValueError(f"{type(self).__name__}: there is no file {path}")
        logging.info("Loading pre-trained token embedding vectors from %s", path)
        rows, unknown, tokens = [], None, set()
        with open(path, encoding=encoding) as file:
            for number, line in enumerate(file, 1):
                token, *texts = line.rstrip().split(delimiter)
                if not texts:
                    raise AssertionError(f"{type(self).__name__}: {path}, line {number}: expected a token and numbers behind it, with "
                                         f"{delimiter!r} between them")
                vector = list(map(float, texts))
                if token == self.unknown_token and unknown is None:
                    unknown = vector
                    tokens.add(token)
                elif token in tokens:
                    warnings.warn(f"{path}, line {number}: {token!r} was there before; its first vector is kept", stacklevel=3)
                elif len(vector) == 1:
                    warnings.warn(f"{path}, line {number}: {token!r} has one number only; taken for a header and skipped", stacklevel=3)
                else:
                    if rows and len(vector) != len(rows[0]):
                        raise AssertionError(f"{type(self).__name__}: {path}, line {number}: {token!r} has {len(vector)} numbers, the "
                                             f"tokens before it have {len(rows[0])}")
                    rows.append(onp.asarray(vector, "float32"))
                    tokens.add(token)
                    self._token_to_idx[token] = len(self._idx_to_token)
                    self._idx_to_token.append(token)
        if not rows:
            raise ValueError(f"{type(self).__name__}: {path} has no vectors")
        self._vec_len = len(rows[0])
        first = init_unknown_vec(shape=self._vec_len).asnumpy() if unknown is None else unknown
        special = len(self._idx_to_token) - len(rows) - 1  # reserved tokens, which have no vector: zeros
        self._idx_to_vec = _array(onp.vstack([first, onp.zeros((special, self._vec_len)), *rows]).astype("float32"))

    # For the tokens of a vocabulary.

    def _take(self, vocabulary, embeddings):
        """Have the tokens of `vocabulary`, each with its vectors of all `embeddings` in a row."""
        if not isinstance(vocabulary, Vocabulary):
            raise AssertionError(f"{type(self).__name__}: vocabulary must be a contrib.text.vocab.Vocabulary, "
                                 f"got {type(vocabulary).__name__}")
        tokens = list(vocabulary.idx_to_token)
        parts = []
        for embedding in embeddings:
            index = [UNKNOWN, *(embedding.token_to_idx.get(token, UNKNOWN) for token in tokens[1:])]
            parts.append(embedding.idx_to_vec.asnumpy()[index])
        self._idx_to_vec = _array(onp.concatenate(parts, axis=1))
        self._vec_len = self._idx_to_vec.shape[1]
        self._idx_to_token, self._token_to_idx = tokens, dict(vocabulary.token_to_idx)
        self._unknown_token = vocabulary.unknown_token
        self._reserved_tokens = vocabulary.reserved_tokens and list(vocabulary.reserved_tokens)

    @property
    def vec_len(self):
        """The length of a vector."""
        return self._vec_len

    @property
    def idx_to_vec(self):
        """The vectors by their tokens' indices: shape (len(self), vec_len), float32."""
        return self._idx_to_vec

    def get_vecs_by_tokens(self, tokens, lower_case_backup=False):
        """The vector of a token, shape (vec_len,), or those of a list, (len(tokens), vec_len).

        lower_case_backup: look for the lower case of a token that is unknown as it is.
        """
        known = self._token_to_idx
        listed = tokens if isinstance(tokens, list) else [tokens]
        index = [known.get(t, known.get(t.lower(), UNKNOWN) if lower_case_backup else UNKNOWN) for t in listed]
        vectors = self._idx_to_vec[_array(onp.array(index, "int32"))]
        return vectors if isinstance(tokens, list) else vectors[0]

    def update_token_vectors(self, tokens, new_vectors):
        """Replace the vectors of one token, by an array of shape (vec_len,), or of a list, by one of (len(tokens), vec_len).

        Raises: ValueError for an unknown token (name unknown_token itself to change what those have); AssertionError for another shape.
        """
        listed = tokens if isinstance(tokens, list) else [tokens]
        if new_vectors.ndim == 1 and len(listed) == 1:
            new_vectors = new_vectors.reshape((1, -1))
        if new_vectors.shape != (len(listed), self._vec_len):
            raise AssertionError(f"update_token_vectors: {len(listed)} tokens need vectors of shape {(len(listed), self._vec_len)}, got "
                                 f"{new_vectors.shape}")
        unknown = [token for token in listed if token not in self._token_to_idx]
        if unknown:
            raise ValueError(f"update_token_vectors: {unknown[0]!r} is unknown; name {self._unknown_token!r} to change what unknown "
                             "tokens have")
        self._idx_to_vec[_array(onp.array([self._token_to_idx[token] for token in listed], "int32"))] = new_vectors


def _array(a):
    return np.array(a, dtype=a.dtype) if is_np_array() else nd.array(a, dtype=a.dtype)


_CREATE = registry.get_create_func(_TokenEmbedding, "token embedding")
_REGISTER = registry.get_register_func(_TokenEmbedding, "token embedding")


def register(embedding_cls):
    """Make a subclass known to `create`, by its name in lower case. A decorator."""
    return _REGISTER(embedding_cls)


def create(embedding_name, **kwargs):
    """An embedding by its class's name in any case, "glove" or "fasttext"; kwargs go to the class."""
    return _CREATE(embedding_name, **kwargs)


def get_pretrained_file_names(embedding_name=None):
    """The names of the published files of an embedding, or {embedding: names}. Raises: KeyError for an unknown embedding."""
    known = {name: list(cls.pretrained_file_names) for name, cls in registry.get_registry(_TokenEmbedding).items()}
    if embedding_name is None:
        return known
    if embedding_name not in known:
        raise KeyError(f"get_pretrained_file_names: there is no embedding {embedding_name!r}; there are {', '.join(known)}")
    return known[embedding_name]


def _default_root():
    return os.path.join(data_dir(), "embeddings")


@register
class GloVe(_TokenEmbedding):
    """Vectors of GloVe (Pennington, Socher and Manning, 2014), from the file ROOT/glove/NAME or its archive beside it.

    pretrained_file_name: one of get_pretrained_file_names("glove").  embedding_root: ROOT, by default $MXNET_HOME/embeddings, else
    ~/.mxnet/embeddings.  init_unknown_vec: makes the vector of unknown tokens by a call with shape=.
    vocabulary: have its tokens only; by default all of the file.
    Raises: KeyError for another name; FileNotFoundError, which says what to put where.
    """

    pretrained_file_names = GLOVE

    def __init__(self, pretrained_file_name="glove.840B.300d.txt", embedding_root=None, init_unknown_vec=nd.zeros, vocabulary=None,
                 **kwargs):
        super().__init__(**kwargs)
        self._load(self._pretrained_file(embedding_root or _default_root(), pretrained_file_name), " ", init_unknown_vec)
        if vocabulary is not None:
            self._take(vocabulary, [self])


@register
class FastText(_TokenEmbedding):
    """Vectors of fastText (Bojanowski, Grave, Joulin and Mikolov, 2017), from the file ROOT/fasttext/NAME or its archive beside it.

    Arguments and errors as GloVe's; the names are get_pretrained_file_names("fasttext").
    """

    pretrained_file_names = FASTTEXT

    def __init__(self, pretrained_file_name="wiki.simple.vec", embedding_root=None, init_unknown_vec=nd.zeros, vocabulary=None, **kwargs):
        super().__init__(**kwargs)
        self._load(self._pretrained_file(embedding_root or _default_root(), pretrained_file_name), " ", init_unknown_vec)
        if vocabulary is not None:
            self._take(vocabulary, [self])


class CustomEmbedding(_TokenEmbedding):
    """Vectors of a file of one's own: a token and its numbers on each line, `elem_delim` between them.

    The first vector of a repeated token counts; a line with a single number is a header. init_unknown_vec, vocabulary: as in GloVe.
    Raises: ValueError if there is no such file; AssertionError if a line is not of this form.
    """

    def __init__(self, pretrained_file_path, elem_delim=" ", encoding="utf8", init_unknown_vec=nd.zeros, vocabulary=None, **kwargs):
        super().__init__(**kwargs)
        self._load(pretrained_file_path, elem_delim, init_unknown_vec, encoding)
        if vocabulary is not None:
            self._take(vocabulary, [self])


class CompositeEmbedding(_TokenEmbedding):
    """The tokens of a vocabulary, each with its vectors of several embeddings in a row."""

    def __init__(self, vocabulary, token_embeddings):
        super().__init__()
        embeddings = token_embeddings if isinstance(token_embeddings, list) else [token_embeddings]
        for embedding in embeddings:
            if not isinstance(embedding, _TokenEmbedding):
                raise AssertionError("CompositeEmbedding: token_embeddings must be embeddings of contrib.text, "
                                     f"got {type(embedding).__name__}")
        self._take(vocabulary, embeddings)
