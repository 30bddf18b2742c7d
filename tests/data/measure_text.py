"""Records what contrib.text of MXNet 1.9.1 makes of some texts and files, and the names of the files that were published.

    python measure_text.py > text_mx1.json        # with MXNet 1.9.1
"""
from __future__ import annotations

import collections
import json
import os
import tempfile
import warnings

FILES = {"a.txt": "3 4\nworld 1 2 3\nhello 4 5 6\nhello 7 8 9\n", "b.txt": "hello,0.5,1.5\n<unk>,9,8\nHi,-1,1e-3\n"}
COUNTER = {"c": 2, "b": 4, "a": 3, "hello": 2, "some_word$": 1, "1": 4}
VOCABULARIES = [{}, {"most_freq_count": 2}, {"min_freq": 3}, {"unknown_token": "b", "reserved_tokens": ["1", "<pad>"]},
                {"most_freq_count": 0, "reserved_tokens": ["x"]}]
TEXTS = [(" Life is great ! \n life is good . \n", " ", "\n", True), ("*Life*is*great*!*\n*life*is*good*.*\n", r"\*", "\n", False)]


def run(mx):
    text = mx.contrib.text
    found = {"counts": [dict(text.utils.count_tokens_from_str(s, t, q, low)) for s, t, q, low in TEXTS]}
    counter = collections.Counter(COUNTER)
    vocabularies = [text.vocab.Vocabulary(counter, **options) for options in VOCABULARIES]
    found["vocabularies"] = [[v.idx_to_token, v.to_indices(["a", "none", "1"]), v.reserved_tokens] for v in vocabularies]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name, content in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        a = text.embedding.CustomEmbedding(os.path.join(folder, "a.txt"), init_unknown_vec=mx.nd.ones)
        b = text.embedding.CustomEmbedding(os.path.join(folder, "b.txt"), elem_delim=",")
        within = text.embedding.CustomEmbedding(os.path.join(folder, "a.txt"), vocabulary=vocabularies[0])
        both = text.embedding.CompositeEmbedding(vocabularies[2], [a, b])
        found["warnings"] = sum("line" in str(w.message) for w in caught)
    found["embeddings"] = [[e.idx_to_token, e.vec_len, e.idx_to_vec.asnumpy().tolist()] for e in (a, b, within, both)]
    found["looked up"] = [a.get_vecs_by_tokens("hello").asnumpy().tolist(),
                          a.get_vecs_by_tokens(["Hello", "none"]).asnumpy().tolist(),
                          a.get_vecs_by_tokens(["Hello", "none"], lower_case_backup=True).asnumpy().tolist()]
    a.update_token_vectors("hello", mx.nd.array([7, 7, 7]))
    a.update_token_vectors([a.unknown_token, "world"], mx.nd.array([[1, 0, 0], [2, 0, 0]]))
    found["updated"] = a.idx_to_vec.asnumpy().tolist()
    found["files"] = {name: sorted(names) for name, names in sorted(text.embedding.get_pretrained_file_names().items())}
    return found


if __name__ == "__main__":
    import mxnet
    print(json.dumps(run(mxnet)))
