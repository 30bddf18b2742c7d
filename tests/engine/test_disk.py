"""Compiled programs on disk: found by the next process, which neither traces nor compiles them; never seen half-written."""
import contextlib
import gc
import os
import subprocess
import sys
from functools import partial

import jax
import pytest

from mxshim import autograd, np, npx
from mxshim.engine import disk, program, spec, stretch
from mxshim.engine.op import Op

STRUCTURE = disk.structure  # which the other tests do without


@pytest.fixture
def folder(tmp_path, monkeypatch):
    if not hasattr(jax.config, "values"):
        pytest.skip("this JAX does not tell its settings")
    monkeypatch.setattr(disk, "_folder", str(tmp_path))
    monkeypatch.setattr(disk, "structure", STRUCTURE)
    npx.waitall()  # what other tests have left open
    program.clear()
    return tmp_path


def kinds(folder):
    return sorted(name.rpartition(".")[2] for name in os.listdir(folder))


def square():
    """Something that XLA computes, in a program of its own."""
    x = np.arange(70000.0)
    x.wait_to_read()
    return (x * x)[:3].tolist()


TRAIN = """
import jax
compiled = []
jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: compiled.append(name) if "jaxpr_to_mlir" in name else None)
from mxshim import autograd, gluon, init, np, npx
npx.set_np()
from mxshim import random
random.seed(3)
net = gluon.nn.HybridSequential()
net.add(gluon.nn.Conv2D(8, 3, activation="relu"), gluon.nn.BatchNorm(), gluon.nn.MaxPool2D(), gluon.nn.Dense(10))
net.initialize(init.Xavier())
HYBRID
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
loss = gluon.loss.SoftmaxCrossEntropyLoss()
x, y = np.random.uniform(size=(32, 3, 16, 16)), np.random.randint(0, 10, size=(32,))
for _ in range(4):
    with autograd.record():
        l = loss(net(x), y).mean()
    l.backward()
    trainer.step(1)
    print(l.item().hex())
print(float((np.mod(x, 0.3) + np.random.normal(size=x.shape)).sum()).hex())
import sys
print(len(compiled), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("hybrid", ["", "net.hybridize()"])
def test_the_next_process_neither_lowers_nor_compiles(tmp_path, hybrid):
    env = {**os.environ, "MXSHIM_CACHE_DIR": str(tmp_path), "JAX_COMPILATION_CACHE_DIR": ""}
    runs = [subprocess.run([sys.executable, "-c", TRAIN.replace("HYBRID", hybrid)], env=env, capture_output=True, text=True, check=True)
            for _ in range(2)]
    first, second = (int(run.stderr.split()[-1]) for run in runs)
    assert first > 1 and second == 0
    assert runs[0].stdout == runs[1].stdout  # to the bit


def test_one_file_for_the_executable_one_for_the_structure(folder):
    wanted = square()
    found = kinds(folder)
    assert found.count("xla") == found.count("program") >= 1
    program.clear()
    before = {name: os.stat(folder / name).st_mtime_ns for name in os.listdir(folder)}
    assert square() == wanted
    assert {name: os.stat(folder / name).st_mtime_ns for name in os.listdir(folder)} == before


def test_the_executable_is_found_when_the_source_has_changed(folder, monkeypatch):
    wanted = square()
    before = kinds(folder)
    program.clear()
    monkeypatch.setattr(disk, "_source", lambda: {"ops/new.py": (1, 2)})
    assert square() == wanted
    after = kinds(folder)
    assert after.count("xla") == before.count("xla") and after.count("program") == 2 * before.count("program")


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:len(b) // 2], lambda b: b"?" + b[1:]])
@pytest.mark.parametrize("kind", ["xla", "program"])
def test_a_damaged_file_is_made_again(folder, damage, kind):
    wanted = square()
    program.clear()
    whole = {name: (folder / name).read_bytes() for name in os.listdir(folder) if name.endswith(kind)}
    for name, entry in whole.items():
        (folder / name).write_bytes(damage(entry))
    with pytest.warns(UserWarning, match="cannot be used and is made again"):
        assert square() == wanted
    program.clear()
    assert square() == wanted  # without a warning


def test_an_entry_appears_whole(folder, monkeypatch):
    seen = []
    real = os.replace

    def replace(source, target):
        seen.append((os.path.getsize(source) > 0, os.path.exists(target)))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    square()
    assert len(seen) >= 2 and set(seen) == {(True, False)}
    assert set(kinds(folder)) == {"program", "xla"}


def test_a_full_disk_leaves_nothing_and_is_told(folder, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.warns(UserWarning, match="could not be kept.*No space"):
        assert square() == [0, 1, 4]
    assert os.listdir(folder) == []


def test_what_cannot_be_taken_down_still_runs(folder, monkeypatch):
    def refuse(compiled):
        raise RuntimeError("not this one")

    monkeypatch.setattr(disk, "serialize", refuse)
    with pytest.warns(UserWarning, match="cannot be kept on disk: not this one"):
        assert square() == [0, 1, 4]
    assert os.listdir(folder) == []


def test_nothing_is_kept_beside_the_cache_of_jax(folder):
    jax.config.update("jax_compilation_cache_dir", str(folder))
    try:
        square()
    finally:
        jax.config.update("jax_compilation_cache_dir", None)
    assert "xla" not in kinds(folder)


def test_programs_that_use_different_inputs_are_two(folder, xla_alone):
    x, y = np.arange(70000.0), np.arange(70000.0) * 2
    x.wait_to_read()
    y.wait_to_read()
    y * y  # nobody wants it: the first input is not used
    assert (x + x)[:3].tolist() == [0, 2, 4]
    z = x + x
    y * y  # nor the second
    assert z[:3].tolist() == [0, 2, 4]


@pytest.mark.slow
def test_a_library_that_jax_prepares_is_prepared(tmp_path):
    """LAPACK crashes the process that calls it without."""
    code = "from mxshim import np\nprint(np.linalg.inv(np.eye(200) * 2)[0, 0].item(), np.linalg.cholesky(np.eye(3) * 4)[0, 0].item())"
    env = {**os.environ, "MXSHIM_CACHE_DIR": str(tmp_path), "JAX_COMPILATION_CACHE_DIR": ""}
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout == "0.5 2.0\n"
    assert "xla" in kinds(tmp_path)


# --- names -----------------------------------------------------------------------------------------------------------
def ops():
    return [x for x in gc.get_objects() if type(x) is Op and x.at.rpartition(":")[0] in disk._source()]


def test_every_operator_has_a_name():
    found = {}
    for op in ops():
        found.setdefault(repr(disk._plain(op)), set()).add(op.name)
    assert len(found) > 500
    assert all(len(names) == 1 for names in found.values())
    assert not any(" at 0x" in name for name in found)


def test_names_are_those_of_every_process():
    code = ("import mxshim, gc\nfrom mxshim.engine import disk\nfrom mxshim.engine.op import Op\n"
            "print(sorted(disk._name('op', disk._plain(x)) for x in gc.get_objects() if type(x) is Op and x.at[:4] == 'ops/'))")
    runs = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
                           check=True).stdout for seed in "12"}
    assert len(runs) == 1 and len(runs.pop()) > 500


def test_equal_names_mean_equal_programs():
    """Calls that differ in one thing each, and what else the process has met so far."""
    x, y = np.ones((3, 4)), np.ones((4, 3))
    wide = np.ones((3, 4), dtype="float64")
    for call in (lambda: x + x, lambda: x + 1.0, lambda: x + 1, lambda: x * x, lambda: wide + wide, lambda: wide + x,
                 lambda: x + wide, lambda: y + y, lambda: x.sum(), lambda: x.sum(axis=0), lambda: x.sum(axis=1),
                 lambda: x.sum(axis=0, keepdims=True), lambda: x[0],
                 lambda: x[1], lambda: x[:, 1], lambda: x[None], lambda: x.astype("int32"), lambda: x.astype("float16"),
                 lambda: np.clip(x, 0, 1), lambda: npx.leaky_relu(x, act_type="elu"), lambda: npx.leaky_relu(x, act_type="selu"),
                 lambda: np.dot(x, y), lambda: np.matmul(x, y), lambda: npx.softmax(x), lambda: npx.softmax(x, axis=0),
                 lambda: npx.softmax(x, temperature=2.0), lambda: x.reshape(12), lambda: x.reshape(2, 6), lambda: np.mod(x, 2)):
        call().wait_to_read()
    found = {}
    for made in list(spec._SPECS.values()):
        with contextlib.suppress(disk._Nameless):
            found.setdefault(disk._mark(made), {})[str(made.jaxpr)] = made
    assert len(found) > 25
    assert all(len(programs) == 1 for programs in found.values())


def test_masks_switches_and_precision_are_part_of_the_name(folder, monkeypatch):
    x, y = np.ones((3, 4)), np.ones((3, 4))
    x.attach_grad()
    with autograd.record():
        x * y
    product = next(made for made in spec._SPECS.values() if len(made.recorded) and made.op.name == "np.multiply")
    device = jax.devices()[0]
    masks = [(True, False), (False, True), (True, True)]
    with spec.tracing():  # it may be of float64
        codes = [product, *[product.record(mask) for mask in masks if len(product.avals) == 2]]
    codes += [stretch.Pull(code, (True,)) for code in codes[1:]]
    names = [disk.structure(device, [code]) for code in codes]
    names += disk.structure(device, codes[:1], "more"), disk.structure(device, codes[:1] * 2)
    monkeypatch.setattr(spec, "_precision", "bfloat16")
    names.append(disk.structure(device, codes[:1]))
    assert len(set(names)) == len(names) and None not in names


def test_functions_are_named_by_what_they_do():
    def power(n):
        return lambda x: x ** n

    two, again, three, strange = power(2), power(2), power(3), power({})
    other = lambda x: x + 2
    for f in (two, again, three, strange, other):
        f.__module__ = "mxshim.made_up"
    assert disk._plain(two) == disk._plain(again) != disk._plain(three) != disk._plain(other)
    assert disk._plain(partial(two, 1)) != disk._plain(partial(two, 2))
    for nameless in (strange, lambda x: x, object(), np.ones(2), {}):
        with pytest.raises(disk._Nameless):
            disk._plain(nameless)


def test_what_calls_itself_has_a_name():
    def countdown(n):
        return n and countdown(n - 1)

    countdown.__module__ = "mxshim.made_up"
    assert disk._plain(countdown) == disk._plain(countdown)
