"""Items: what they show and how they are marked."""

import json
from pathlib import Path

import pytest
from conftest import ITEMS, REPOSITORY

from kefu import bank
from kefu.items import CREDITS, KINDS, Item, kind_module, score

REAL = bank.load(REPOSITORY).items


def check_specimens(item: Item) -> None:
    for response, verdict, credit in item.specimens():
        marked = item.score(response, credit)
        assert marked.verdict == verdict, (item.id, response, credit, marked)
        assert 0 <= marked.earned <= item.points and isinstance(marked.earned, float)


@pytest.mark.parametrize("item", REAL.values(), ids=lambda item: item.id)
def test_every_item_of_the_bank_marks_its_specimens_as_it_must(item: Item) -> None:
    check_specimens(item)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_marks_its_specimens_as_it_must(kind: str, root: Path) -> None:
    check_specimens(bank.load(root).items[f"p-{kind}"])


@pytest.mark.parametrize("kind", KINDS)
def test_public_view_holds_neither_key_nor_rationale(kind: str, root: Path) -> None:
    item = bank.load(root).items[f"q-{kind}"]
    shown = json.dumps(item.public(), ensure_ascii=False)
    assert "key" not in item.public() and "rationale" not in shown
    for text in item.texts.values():
        assert not any(reason in shown for reason in text["rationale"].values())


def test_every_kind_of_this_release_has_a_test_item() -> None:
    assert set(ITEMS) == set(KINDS)


@pytest.mark.parametrize(
    ("response", "credit", "earned"),
    [
        (["a", "c"], "all", 2.0), (["a"], "all", 0.0), (["a", "b", "c"], "all", 0.0),
        (["a"], "each", 1.5), (["a", "b"], "each", 1.0), (["a", "b", "c", "d"], "each", 1.0), (["b", "d"], "each", 0.0),
        (["a"], "net", 1.0), (["a", "b"], "net", 0.0), (["a", "b", "c"], "net", 1.0), (["b"], "net", 0.0),
    ],
)  # fmt: skip
def test_multiple_choice_earns_by_the_rule_of_the_paper(response: list[str], credit: str, earned: float) -> None:
    marked = score("multiple", response, key=["a", "c"], options=["a", "b", "c", "d"], points=2, credit=credit)
    assert marked.earned == pytest.approx(earned)


@pytest.mark.parametrize(
    ("response", "each", "net"),
    [("abcd", 1, 1), ("bacd", 5 / 6, 4 / 6), ("dcba", 0, 0), ("dabc", 0.5, 0), ("acbd", 5 / 6, 4 / 6), ("badc", 4 / 6, 2 / 6)],
)
def test_ordering_earns_the_share_of_concordant_pairs(response: str, each: float, net: float) -> None:
    def earned(credit: str) -> float:
        return score("ordering", list(response), key=list("abcd"), options=list("abcd"), points=1, credit=credit).earned

    assert earned("each") == pytest.approx(each) and earned("net") == pytest.approx(net)
    assert earned("all") == float(response == "abcd")


@pytest.mark.parametrize(
    ("response", "each", "net"),
    [({"p": "a", "q": "b", "r": "c"}, 3, 3), ({"p": "a"}, 1, 1), ({"p": "a", "q": "c"}, 1, 0), ({"q": "a"}, 0, 0)],
)
def test_matching_earns_per_prompt(response: dict[str, str], each: float, net: float) -> None:
    key, options = {"p": "a", "q": "b", "r": "c"}, ["a", "b", "c", "d"]
    for credit, earned in (("each", each), ("net", net), ("all", 3 * (response == key))):
        assert score("matching", response, key=key, options=options, points=3, credit=credit).earned == pytest.approx(earned)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize(
    "response",
    [0, 1, True, 1e308, 10**400, float("nan"), "", " ", "x" * 10000, [], {}, [[]], [{}], {"": ""}, {"p1": []}, {"p1": {"p2": 1}}, [None],
     ["a", ["b"]], {"a": "a"}, [1, 2, 3], "__class__", b"a"],
    ids=lambda response: repr(response)[:40],
)  # fmt: skip
def test_no_response_a_learner_could_write_breaks_the_marker_or_earns_points(
    kind: str, credit: str, response: object, root: Path
) -> None:
    marked = bank.load(root).items[f"q-{kind}"].score(response, credit)
    assert marked.earned == 0 and marked.verdict not in ("right", "partly")


def test_item_text_is_escaped_in_the_static_view(root: Path) -> None:
    text = {"options": {"a": "<script>alert(1)</script>", "b": "**strong** & plain"}}
    html = kind_module("single").html(text, "a")
    assert "<script>" not in html and "&lt;script&gt;" in html and "<strong>strong</strong> &amp; plain" in html


def test_a_strange_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'essays' is no kind of item; the kinds are"):
        score("essays", "a", key="a", options=["a"], points=1, credit="all")
