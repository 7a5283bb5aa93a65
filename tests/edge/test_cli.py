"""The commands that need no broker: simulate writes a trace and its truth, replay counts it; check names what fails."""

import csv
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from quietshelf_edge.cell import read_trace
from quietshelf_edge.cli import main
from tests.conftest import free_port
from tests.edge.bench import Broker, lay, write_node

SCALE = ["--scale", "400", "--zero-raw", "84000", "--capacity-g", "20000"]


def replayed(capsys: pytest.CaptureFixture[str], *args: str) -> list[dict[str, Any]]:
    assert main(["replay", *args]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_simulated_trace_is_counted_as_its_truth_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace, truth = tmp_path / "trace.csv", tmp_path / "truth.csv"
    assert main(["simulate", "--out", str(trace), "--truth", str(truth), "--minutes", "10", "--seed", "5"]) == 0
    with truth.open() as file:
        true = [(float(row["t_s"]), int(row["count"])) for row in csv.DictReader(file)]
    lines = replayed(capsys, str(trace), *SCALE, "--piece-weight-g", "250", "--count", "20")
    assert [line["count"] for line in lines] == [count for _, count in true[1:]]
    assert [line["delta"] for line in lines] == [b - a for (_, a), (_, b) in pairwise(true)]
    for line, (t_s, _) in zip(lines, true[1:], strict=True):
        assert t_s < line["t_s"] < t_s + 2.0
        assert set(line) == {"t_s", "count", "delta", "confidence"}


def test_a_shared_slot_is_counted_by_sku_and_a_flag_says_that_it_is_doubtful(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = tmp_path / "trace.csv"
    loads_g = [1910.0] * 60 + [1455.0] * 60 + [1555.0] * 60 + [1455.0] * 60
    rows = [f"{n / 10},{84_000 + round(load * 400) + 37 * (-1) ** n}" for n, load in enumerate(loads_g)]
    trace.write_text("t_s,raw\n" + "\n".join(rows))
    lines = replayed(capsys, str(trace), *SCALE, "--items", "TEA:250:4,JAM:455:2")
    assert [(line["counts"], line.get("flag", False)) for line in lines] == [
        ({"TEA": 4, "JAM": 1}, False),
        ({"TEA": 4, "JAM": 1}, True),
        ({"TEA": 4, "JAM": 1}, False),
    ]
    assert lines[0]["delta"] == {"TEA": 0, "JAM": -1}


@pytest.mark.parametrize("items", ["TEA:250", "TEA:0:1", "TEA:250:-1", "TEA:250:1,TEA:3:1", ""])
def test_items_that_make_no_sense_are_a_wrong_command_line(items: str) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["replay", "trace.csv", *SCALE, "--items", items])
    assert exited.value.code == 2


def test_a_trace_with_a_bad_line_is_said_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("t_s,raw\n0,oops\n")
    assert main(["replay", str(trace), *SCALE, "--piece-weight-g", "250", "--count", "1"]) == 1
    assert "line 2" in capsys.readouterr().err


def test_check_tries_every_part_of_a_node(tmp_path: Path, broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    lay(tmp_path, "1", 4)
    lay(tmp_path, "2", 0)
    assert main(["check", "--config", str(write_node(tmp_path, broker.port))]) == 0
    said = capsys.readouterr().out
    assert "outbox" in said
    assert re.search(r"slot 1: raw 484\d\d\d at rest, noise \d\d", said)
    assert re.search(r"slot 2: raw 8[34]\d\d\d at rest", said)
    assert "takes this node" in said


def test_check_says_that_no_broker_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quietshelf_edge.check.BROKER_S", 1.0)
    port = free_port()
    assert main(["check", "--config", str(write_node(tmp_path, port))]) == 1
    assert f"FAULT no broker answers at 127.0.0.1:{port}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (b"t_s,raw\n", "has a header and no sample"),
        (b"t_s,raw\n0.2,84000\n0.1,84000\n", "line 3: 0.1 s comes after 0.2 s"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "has no column"),
    ],
)
def test_a_trace_that_tells_nothing_is_said_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: bytes, says: str
) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_bytes(rows)
    assert main(["replay", str(trace), *SCALE, "--piece-weight-g", "250", "--count", "20"]) == 1
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


def test_a_trace_as_a_spreadsheet_saves_it_is_read(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_bytes(b"\xef\xbb\xbft_s,raw\r\n0.1,84000\r\n0.2,84001.0\r\n")
    assert list(read_trace(trace)) == [(0.1, 84000), (0.2, 84001)]
