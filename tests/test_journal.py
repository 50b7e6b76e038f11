"""The journal: an answer shown as saved is on the disk, and nothing odd in the file is fatal."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kefu import journal

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def write(path: Path, *responses: object, item: str = "q") -> None:
    for response in responses:
        journal.append(path, item, now=NOW, lang="zh", response=response)


def test_the_last_line_of_an_item_wins_and_a_cleared_answer_stays_cleared(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, "a", "b")
    assert journal.read(path).responses == {"q": "b"}
    write(path, None)
    found = journal.read(path)
    assert found.responses == {"q": None} and found.lines == 3 and found.odd == ()


def test_flags_and_tries_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    journal.append(path, "q", now=NOW, lang="en", flag=True)
    journal.append(path, "r", now=NOW, lang="en", flag=True)
    journal.append(path, "r", now=NOW, lang="en", flag=False)
    journal.append(path, "q", now=NOW, lang="en", response="a", earned=0.0, points=1.0)
    found = journal.read(path)
    assert found.flags == {"q"} and found.tries[0]["earned"] == 0.0 and found.langs["q"] == "en"


def test_a_torn_last_line_is_reported_and_the_next_answer_is_whole(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, "a", "b")
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines()[1])):
        path.write_bytes(whole[: -1 - cut])
        assert journal.read(path).responses == {"q": "a"} and journal.read(path).odd == (("torn", 2),)
        write(path, "c")
        found = journal.read(path)
        assert found.responses == {"q": "c"} and found.odd == (("unreadable", 2),)


def test_an_edited_line_is_flagged_and_every_answer_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, "a")
    write(path, "x", item="r")
    path.write_bytes(path.read_bytes().replace(b'"response":"a"', b'"response":"b"'))
    found = journal.read(path)
    assert found.odd == (("broken_chain", 2),) and found.responses == {"q": "b", "r": "x"}


def test_a_lost_line_is_flagged(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, "a", "b", "c")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert journal.read(path).odd == (("broken_chain", 2),) and journal.read(path).responses == {"q": "c"}


@pytest.mark.parametrize(
    "noise", [b"\x00\xff\xfe", b"{}", b"[]", b"null", b'{"n":1}', b"[" * 100_000, b'{"n":"1","time":1,"item":[],"prev":0}']
)
def test_noise_in_the_file_is_reported_by_its_line_and_left_out(tmp_path: Path, noise: bytes) -> None:
    path = tmp_path / journal.NAME
    write(path, "a")
    path.write_bytes(path.read_bytes() + noise + b"\n")
    write(path, "b", item="r")
    found = journal.read(path)
    assert found.responses == {"q": "a", "r": "b"} and ("unreadable", 2) in found.odd


def test_a_response_no_human_writes_is_refused_and_the_file_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, "a")
    with pytest.raises(OSError, match="longer than"):
        write(path, "x" * 2_000_000)
    assert journal.read(path).responses == {"q": "a"} and journal.read(path).odd == ()


def test_no_journal_reads_as_an_empty_one(tmp_path: Path) -> None:
    assert journal.read(tmp_path / journal.NAME) == journal.Journal()


def test_a_folder_in_the_journals_place_is_reported(tmp_path: Path) -> None:
    (tmp_path / journal.NAME).mkdir()
    assert journal.read(tmp_path / journal.NAME).odd[0][0] == "unreadable_file"


def _tab(path: Path, item: str) -> None:
    for n in range(50):
        journal.append(path, item, now=NOW, lang="zh", response=n)


def test_two_tabs_writing_at_once_lose_nothing_and_keep_the_chain(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    tabs = [multiprocessing.get_context("spawn").Process(target=_tab, args=(path, item)) for item in "qr"]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    found = journal.read(path)
    assert found.lines == 100 and found.odd == () and found.responses == {"q": 49, "r": 49}


def test_a_line_is_plain_json_with_an_utc_time(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    write(path, {"p1": "甲"})
    line = json.loads(path.read_text(encoding="utf-8"))
    assert line == {"n": 1, "time": "2026-11-23T08:00:00.000Z", "item": "q", "response": {"p1": "甲"}, "lang": "zh",
                    "prev": journal.digest(b"")}  # fmt: skip


def test_a_time_that_is_none_loses_nothing_and_ends_no_paper(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    journal.append(path, "quiz", now=NOW, lang="zh", begun=30)
    journal.append(path, "a", now=NOW, lang="zh", response="x")
    found = journal.read(path)
    assert journal.closing(found, 30) == NOW + timedelta(minutes=30) + journal.GRACE
    path.write_text(path.read_text(encoding="utf-8").replace('"time":"2026', '"time":"soon2026'), encoding="utf-8")
    found = journal.read(path)
    assert found.responses == {"a": "x"} and journal.closing(found, 30) is None and found.odd


def test_a_hand_in_stands_until_an_answer_changes(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    journal.append(path, "a", now=NOW, lang="zh", response="x")
    journal.append(path, "quiz", now=NOW, lang="zh", handed=journal.read(path).receipt)
    found = journal.read(path)
    assert found.handed and not found.moved and found.responses == {"a": "x"}
    journal.append(path, "a", now=NOW, lang="zh", flag=True)
    assert not journal.read(path).moved
    journal.append(path, "a", now=NOW, lang="zh", response="y")
    assert journal.read(path).moved and journal.read(path).handed == found.handed
