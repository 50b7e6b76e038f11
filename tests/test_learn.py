"""The verbs as a notebook calls them: cards, and plain sentences where a card cannot be shown."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import make_school

from kefu import cards, cli, journal, learn, room, views

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def lesson(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson's folder of a small course, with no language chosen yet."""
    folder = root / "course" / "zh" / "1-basics"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(root / "config"))
    return root


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course's paper as nbgrader released it, once for this module."""
    root = make_school(tmp_path_factory.mktemp("released"))
    assert cli.main(["--root", str(root), "build"]) == 0
    return root / "release" / "quiz-small"


@pytest.fixture
def paper(lesson: Path, released: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's own copy of the released paper."""
    folder = lesson / "quiz-small"
    shutil.copytree(released, folder)
    monkeypatch.chdir(folder)
    return folder


def front_end(card: cards.Exercise, **state: object) -> None:
    """What a page does when the learner clicks."""
    card.set_state({**state, "turn": card.turn + 1})


def test_a_practice_item_says_saved_only_after_its_line_is_on_the_disk(lesson: Path) -> None:
    card = learn.practice("p-single")
    seen = []
    card.observe(lambda change: seen.append(journal.read(lesson / "course" / journal.NAME).responses), "saved")
    front_end(card, response="a")
    assert seen == [{"p-single": "a"}]
    assert card.saved["response"] == "a" and card.saved["turn"] == card.turn == 1


def test_an_answer_changed_back_is_confirmed_anew_without_another_line(lesson: Path) -> None:
    card = learn.practice("p-single")
    front_end(card, response="a")
    front_end(card, response="a")
    assert card.saved["turn"] == card.turn == 2
    assert journal.read(lesson / "course" / journal.NAME).lines == 1


def test_a_checked_answer_is_marked_explained_and_kept_as_a_try(lesson: Path) -> None:
    card = learn.practice("p-single")
    card.hear({"do": "check", "response": "a"})
    assert card.feedback["verdict"] == "wrong" and card.feedback["key"] == "b"
    assert set(card.feedback["rationale"]) == {"a", "b", "c"}
    assert learn.practice("p-single").feedback["verdict"] == "wrong"  # still there after a restart
    card.hear({"do": "again"})
    assert card.feedback is None and card.response is None


def test_a_paper_never_marks_and_holds_no_key(paper: Path) -> None:
    card = learn.ask("q-single")
    card.hear({"do": "check", "response": "a"})
    assert card.feedback is None and card._item is None
    assert "解析甲" not in json.dumps(card.get_state(), default=str, ensure_ascii=False)


def test_a_card_has_the_same_repr_in_every_session(paper: Path) -> None:
    assert repr(learn.ask("q-single")) == repr(learn.ask("q-single")) == "single q-single"


def test_choosing_a_language_turns_every_open_card_and_stays_chosen(paper: Path) -> None:
    card, page = learn.ask("q-single"), learn.cover()
    assert card.text["stem"] == "先做什么？" and page.page["title"] == "小测验"
    page.hear({"do": "language", "lang": "en"})
    assert card.text["stem"] == "What comes first?" and page.page["title"] == "A small quiz"
    assert learn.ask("q-single").lang == "en"
    page.hear({"do": "language", "lang": "xx"})
    assert room.language() == "en"


@pytest.mark.parametrize("verb", [learn.cover, learn.hand_in, lambda: learn.ask("q-single")])
def test_a_paper_without_its_file_says_so_in_a_sentence(lesson: Path, verb) -> None:
    assert "paper.json" in repr(verb()) and isinstance(verb(), views.Static)


@pytest.mark.parametrize("text", ["{", "[]", '{"paper": "x"}', "\x00"])
def test_a_paper_with_a_broken_file_says_so_in_a_sentence(paper: Path, text: str) -> None:
    (paper / "paper.json").write_text(text, encoding="utf-8")
    for verb in (learn.cover, learn.hand_in, lambda: learn.ask("q-single")):
        assert isinstance(verb(), views.Static) and "paper.json" in repr(verb())


def test_unknown_and_broken_items_say_so_and_the_others_still_work(lesson: Path) -> None:
    (lesson / "course/practice/1-basics/p-truefalse.toml").write_text("kind = ", encoding="utf-8")
    for item in ("p-nowhere", "p-truefalse", "../../bank/items/1-basics/q-single"):
        shown = learn.practice(item)
        assert isinstance(shown, views.Static) and "Traceback" not in shown.html
    assert isinstance(learn.practice("p-single"), cards.Exercise)


def test_a_journal_that_cannot_be_written_is_told_and_the_old_answer_stands(lesson: Path) -> None:
    card = learn.practice("p-single")
    front_end(card, response="a")
    path = lesson / "course" / journal.NAME
    kept = path.read_bytes()
    path.unlink()
    path.mkdir()  # nobody, not even root, can append to a folder
    front_end(card, response="b")
    assert card.saved["error"] and card.saved["response"] == "a"
    shutil.rmtree(path)
    path.write_bytes(kept)
    front_end(card, response="b")
    assert journal.read(path).responses == {"p-single": "b"} and "error" not in card.saved


def test_hand_in_lists_what_is_open_and_gives_a_receipt_that_changes_with_the_answers(paper: Path) -> None:
    page = learn.hand_in()
    assert page.page["unanswered"] == list(range(1, 15))
    card = learn.ask("q-single")
    front_end(card, response="b")
    assert page.page["unanswered"] == list(range(2, 15))
    front_end(card, flagged=True)
    assert page.page["flagged"] == [1]
    page.hear({"do": "hand_in"})
    receipt = page.page["receipt"]
    assert receipt == journal.read(paper / journal.NAME).handed[0] and not page.page["stale"]
    assert learn.hand_in().page["receipt"] == receipt  # still there after a restart
    assert (paper / "quiz-small.hand-in.zip").exists()
    front_end(card, response="c")
    assert page.page["stale"] and page.page["receipt"] == receipt


def test_mark_gives_a_built_in_float_for_whatever_the_journal_holds(paper: Path) -> None:
    literals = {"kind": "single", "key": "b", "options": ["a", "b", "c"], "points": 1.0, "credit": "all"}
    for response, earned in (("b", 1.0), ("a", 0.0), ("zz", 0.0), ({"a": 1}, 0.0), (None, 0.0)):
        journal.append(paper / journal.NAME, "q-single", now=NOW, lang="<script>", response=response)
        given = learn.mark("q-single", **literals)
        assert type(given) is float and given == earned


def test_in_a_paper_nothing_that_was_said_in_a_role_play_is_unsaid(paper: Path) -> None:
    card = learn.ask("q-roleplay")
    front_end(card, response=["t1-a"])
    front_end(card, response=["t1-b"])
    assert card.response == ["t1-a"] and journal.read(paper / journal.NAME).responses["q-roleplay"] == ["t1-a"]
    front_end(card, response=["t1-a", "t2-a"])
    front_end(card, response=None)
    assert journal.read(paper / journal.NAME).responses["q-roleplay"] == ["t1-a", "t2-a"]


def test_an_answer_after_the_time_limit_is_refused_in_a_sentence(paper: Path) -> None:
    told = json.loads((paper / "paper.json").read_text(encoding="utf-8"))
    (paper / "paper.json").write_text(json.dumps(told | {"minutes": 30}), encoding="utf-8")
    journal.append(paper / journal.NAME, "quiz-small", now=NOW, lang="zh", begun=30)
    card = learn.ask("q-single")
    front_end(card, response="b")
    assert "作答时间已到" in card.saved["error"] and journal.read(paper / journal.NAME).responses == {}
