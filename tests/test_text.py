"""mx.contrib.text beside MXNet 1.9.1 (data/text_mx1.json, by data/measure_text.py), files and mistakes."""
from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import mxshim as mx
from mxshim import nd
from mxshim.contrib import text
from tests.data.measure_text import run

WANTED = json.loads((Path(__file__).parent / "data" / "text_mx1.json").read_text())


@pytest.fixture(scope="module")
def found():
    return run(mx)


@pytest.mark.parametrize("what", WANTED)
def test_does_as_mxnet(found, what):
    assert found[what] == WANTED[what]


@pytest.mark.parametrize("packed", [False, True])
def test_published_files(tmp_path, packed, monkeypatch):
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    folder = tmp_path / "embeddings" / "glove"
    make = lambda: text.embedding.create("GloVe", pretrained_file_name="glove.6B.50d.txt")
    with pytest.raises(FileNotFoundError, match=rf"put the file glove.6B.50d.txt, or the archive glove.6B.zip .* into {folder}"):
        make()
    folder.mkdir(parents=True)
    if packed:
        with zipfile.ZipFile(folder / "glove.6B.zip", "w") as archive:
            archive.writestr("glove.6B.50d.txt", "a 1 2\n")
            archive.writestr("../elsewhere.txt", "")
    else:
        (folder / "glove.6B.50d.txt").write_text("a 1 2\n")
    assert make().get_vecs_by_tokens("a").asnumpy().tolist() == [1, 2]
    assert not (tmp_path / "embeddings" / "elsewhere.txt").exists()


def test_own_class():
    class Mine(text.embedding._TokenEmbedding):
        pass

    text.embedding.register(Mine)
    assert isinstance(text.embedding.create("mine"), Mine)
    assert text.embedding.get_pretrained_file_names("mine") == []


def test_pretrained_files_come_in_mxnets_order():
    assert text.embedding.get_pretrained_file_names("glove")[:3] == ["glove.42B.300d.txt", "glove.6B.50d.txt", "glove.6B.100d.txt"]
    names = [name[:-4] for name in text.embedding.get_pretrained_file_names("fasttext")]
    for part in (["crawl-300d-2M", "wiki.aa", "wiki.ab"], ["wiki.mt", "wiki.multi.ar"], ["wiki.my", "wiki.myv"], ["wiki.ang", "wiki.an"],
                 ["wiki.ne", "wiki-news-300d-1M-subword", "wiki-news-300d-1M", "wiki.new"], ["wiki.zh", "wiki.zh_yue", "wiki.zu"]):
        start = names.index(part[0])
        assert names[start:start + len(part)] == part


def custom(tmp_path, content, **options):
    (tmp_path / "x.txt").write_text(content)
    return text.embedding.CustomEmbedding(str(tmp_path / "x.txt"), **options)


def test_reserved_tokens_have_rows(tmp_path):
    embedding = custom(tmp_path, "a 1 2\nb 3 4\n", reserved_tokens=["<pad>"])
    assert embedding.idx_to_token == ["<unk>", "<pad>", "a", "b"] and embedding.idx_to_vec.shape == (4, 2)
    assert embedding.get_vecs_by_tokens(["<pad>", "b"]).asnumpy().tolist() == [[0, 0], [3, 4]]


def test_in_np_mode(tmp_path):
    with mx.util.np_array(True):
        embedding = custom(tmp_path, "a 1 2\n")
        vector = embedding.get_vecs_by_tokens("a")
    assert isinstance(vector, mx.np.ndarray) and isinstance(embedding.idx_to_vec, mx.np.ndarray) and vector.tolist() == [1, 2]


@pytest.mark.parametrize("call, error, says", [
    (lambda p: text.vocab.Vocabulary(min_freq=0), AssertionError, "min_freq must be 1 or more"),
    (lambda p: text.vocab.Vocabulary(reserved_tokens=["a", "a"]), AssertionError, "'a' is there twice"),
    (lambda p: text.vocab.Vocabulary(unknown_token="a", reserved_tokens=["a"]), AssertionError, "'a' is there twice"),
    (lambda p: text.vocab.Vocabulary({"a": 1}), AssertionError, "must be a collections.Counter, got dict"),
    (lambda p: text.vocab.Vocabulary().to_tokens([0, 1]), ValueError, "from 0 to 0, got 1"),
    (lambda p: text.embedding.CustomEmbedding("/nowhere"), ValueError, "there is no file /nowhere"),
    (lambda p: custom(p, "a 1 2\nb\n"), AssertionError, "line 2: expected a token and numbers"),
    (lambda p: custom(p, "a 1 2\nb 1 2 3\n"), AssertionError, "line 2: 'b' has 3 numbers, the tokens before it have 2"),
    (lambda p: custom(p, "\n" * 0), ValueError, "has no vectors"),
    (lambda p: custom(p, "a 1 2\n", vocabulary=["a"]), AssertionError, "must be a contrib.text.vocab.Vocabulary, got list"),
    (lambda p: custom(p, "a 1 2\n").update_token_vectors("b", nd.ones(2)), ValueError, "'b' is unknown; name '<unk>'"),
    (lambda p: custom(p, "a 1 2\n").update_token_vectors("a", nd.ones(3)), AssertionError, r"need vectors of shape \(1, 2\)"),
    (lambda p: text.embedding.CompositeEmbedding(text.vocab.Vocabulary(), [3]), AssertionError, "must be embeddings"),
    (lambda p: text.embedding.GloVe("glove.txt"), KeyError, "there is no pretrained file 'glove.txt'; there are glove.42B.300d.txt"),
    (lambda p: text.embedding.get_pretrained_file_names("x"), KeyError, "there is no embedding 'x'"),
])
def test_mistakes(tmp_path, call, error, says):
    with pytest.raises(error, match=says):
        call(tmp_path)
