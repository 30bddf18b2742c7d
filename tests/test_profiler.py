"""mx.profiler: what is measured, the table, the file; mx.runtime."""
from __future__ import annotations

import json

import pytest

import mxshim as mx
from mxshim import nd, profiler
from mxshim.engine import program


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.setattr(profiler, "_session", profiler._Session())
    profiler.set_config(filename=str(tmp_path / "p.json"), aggregate_stats=True)
    yield
    profiler.set_state("stop")
    assert program.run is profiler._run


def work(n=3):
    x = nd.ones((4, 4))
    for _ in range(n):
        (nd.dot(x, x) + 1).wait_to_read()


def table():
    return json.loads(profiler.dumps(format="json"))


def test_programs_are_timed():
    work()
    profiler.set_state("run")
    work(3)
    profiler.set_state("stop")
    work()
    found = table()
    rows = found["Time"]["program"]
    assert sum(row["Count"] for row in rows.values()) == 3  # the first also makes x
    for name, row in rows.items():
        assert "nd.dot" in name and "test_profiler.py:" in name and 0 < row["Min"] <= row["Avg"] <= row["Max"] <= row["Total"]
    assert found["Operators inside programs"]["nd.dot"] == 3
    assert found["Unit"] == {"Time": "ms", "Memory": "kB"}


def test_operators_are_timed_one_by_one():
    before = mx.engine.set_engine_type("NaiveEngine")
    try:
        profiler.set_state("run")
        work(3)
        profiler.set_state("stop")
    finally:
        mx.engine.set_engine_type(before)
    rows = table()["Time"]["operator"]
    assert rows["nd.dot"]["Count"] == 3 and rows["nd.dot"]["Total"] > 0


def test_compilation_stands_apart():
    profiler.set_state("run")
    for _ in range(2):
        nd.ones((300, 700)).reshape((700, 300)).sin().wait_to_read()
    found = table()["Time"]
    (name, row), = found["compilation"].items()
    assert "sin" in name and row["Count"] == 1 and found["program"][name]["Count"] == 2


def test_pause_and_reset():
    profiler.set_state("run")
    profiler.pause()
    work()
    assert table()["Time"] == {}
    profiler.resume()
    work()
    assert "nd.dot" in profiler.dumps(reset=True)
    assert "nd.dot" not in profiler.dumps()
    profiler.set_config(aggregate_stats=False)
    work()
    assert "nd.dot" not in profiler.dumps()


def test_table():
    session = profiler._session
    for name, spans in (("nd.a", (1, 3)), ("nd.b", (2,)), ("c" * 40, (0.5,))):
        for span in spans:
            session.add("operator", name, 0, span / 1e3)
    lines = profiler.dumps().splitlines()
    assert lines[1] == "Profile Statistics:" and lines[3:5] == ["operator", "================="]
    assert lines[5].split("  ")[0] == "Name" and lines[5].endswith("Time (ms)    Min Time (ms)    Max Time (ms)    Avg Time (ms)")
    assert lines[7].split() == ["nd.a", "2", "4.0000", "1.0000", "3.0000", "2.0000"]
    assert len({len(line) for line in lines[5:10]}) == 1
    order = lambda **how: [line.split()[0][:4] for line in profiler.dumps(**how).splitlines()[7:10]]
    assert order() == ["nd.a", "nd.b", "cccc"] and order(ascending=True) == ["cccc", "nd.b", "nd.a"]
    assert order(sort_by="min") == ["nd.b", "nd.a", "cccc"]


def test_own_measurements(tmp_path):
    profiler.set_state("run")
    domain = profiler.Domain("loading")
    with domain.new_task("read"):
        pass
    frame, event = domain.new_frame("f"), profiler.Event("e")
    for span in (frame, event):
        span.start()
        span.stop()
    counter = domain.new_counter("left", 5)
    counter += 3
    counter -= 1
    counter.decrement(2)
    domain.new_marker("now").mark("thread")
    with profiler.scope("outer"), profiler.scope("inner"):
        work(1)
    found = table()
    assert set(found["Time"]["loading"]) == {"read", "f"} and set(found["Time"]["event"]) == {"e"}
    assert found["Counter"]["loading"]["left"] == {"Count": 4, "Min": 5, "Max": 8, "Avg": 6.25}
    assert any(name.startswith("outer:inner:") for name in found["Time"]["program"])
    profiler.dump()
    assert profiler._session.state == "stop"
    events = json.loads((tmp_path / "p.json").read_text())["traceEvents"]
    by = lambda ph: [e["name"] for e in events if e["ph"] == ph]
    assert by("C") == ["left"] * 4 and by("i") == ["now"] and sorted(by("B")) == sorted(by("E"))
    assert {"read", "f", "e"} < set(by("B")) and str(domain) == "loading" and str(counter) == "left"
    profiler.dump()
    assert len(json.loads((tmp_path / "p.json").read_text())["traceEvents"]) == 1


def test_memory_where_the_device_tells():
    class Device:
        platform, id = "gpu", 0
        memory_stats = staticmethod(lambda: {"bytes_in_use": used.pop()})

    used = [3000, 1000]
    for _ in range(2):
        profiler._note_memory(Device)
    assert table()["Memory"] == {"Device Storage": {"Memory: gpu/0": {"Count": 2, "Min": 1.0, "Max": 3.0, "Avg": 2.0}}}
    assert "Memory: gpu/0" in profiler.dumps() and "Min Use  (kB)" in profiler.dumps()


def test_jax_profiler(tmp_path):
    profiler.set_config(profile_all=True)
    profiler.set_state("run")
    work(1)
    profiler.set_state("stop")
    assert list((tmp_path / "p-jax").rglob("*.xplane.pb"))


def test_continuous_dump(tmp_path):
    profiler.set_config(continuous_dump=True, dump_period=0)
    profiler.set_state("run")
    work(1)
    assert json.loads((tmp_path / "p.json").read_text())["traceEvents"]
    assert profiler._session.state == "run"


def test_old_names(tmp_path):
    with pytest.warns(DeprecationWarning, match="use set_config"):
        profiler.profiler_set_config(mode="symbolic", filename=str(tmp_path / "old.json"))
    with pytest.warns(DeprecationWarning, match="use set_state"):
        profiler.profiler_set_state("run")
    with pytest.warns(DeprecationWarning, match="use dump"):
        profiler.dump_profile()
    assert (tmp_path / "old.json").exists()


@pytest.mark.parametrize("call, error, says", [
    (lambda: profiler.set_config(nonsense=1), mx.MXNetError, "no setting nonsense"),
    (lambda: profiler.set_config(profile_process="server"), mx.MXNetError, "no servers"),
    (lambda: profiler.set_state("walk"), KeyError, "'run' or 'stop'"),
    (lambda: profiler.dumps(format="xml"), AssertionError, "'table' or 'json'"),
    (lambda: profiler.dumps(sort_by="age"), AssertionError, "total, avg"),
    (lambda: profiler.Event("e").stop(), mx.MXNetError, "without having been started"),
    (lambda: profiler.Marker("d", "m").mark("world"), ValueError, "must be one of"),
])
def test_faults(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_features():
    features = mx.runtime.Features()
    assert features is mx.runtime.Features() and set(features) == {f.name for f in mx.runtime.feature_list()}
    assert features.is_enabled("lapack") and not features.is_enabled("TENSORRT") and features["PROFILER"].enabled
    assert str(features["TVM_OP"]) == "\u2716 TVM_OP" and "\u2714 LAPACK" in repr(features)
    with pytest.raises(RuntimeError, match="no feature 'NONSENSE'; there are CUDA"):
        features.is_enabled("nonsense")


def test_dlpack():
    import numpy as onp
    x = nd.arange(3)
    back = mx.dlpack.ndarray_from_dlpack(mx.np.ndarray)(mx.dlpack.ndarray_to_dlpack_for_read()(x))
    assert isinstance(back, mx.np.ndarray) and back.tolist() == [0, 1, 2]
    made = mx.dlpack.ndarray_from_numpy(nd.NDArray, None)(onp.ones(2, "float32"), zero_copy=False)
    assert isinstance(made, nd.NDArray) and made.asnumpy().tolist() == [1, 1]
    assert mx.dlpack.DLDeviceType.DLGPU == 2
