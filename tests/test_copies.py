"""No sentence of the sources stands in the course or the bank, unless it is quoted.

The sources may not be published, so the test knows them by hashes: tests/data/source-shingles.bin holds, of every window of
13 units in their Chinese text (a character, a word in Latin letters, or a number), the first 5 bytes of its BLAKE2b hash,
sorted, each once. From the sources, as text files, it is written by

    PYTHONPATH=tests python -c "import test_copies, sys; test_copies.write(sys.argv[1:])" FILE…

Why 13: the longest names that the syllabus is bound to have 12 (the four rules of ethics), so they pass, and a copied clause
is found. When this was first run, 12 found 98 places, 13 found 62, 14 found 44 and 15 found 30. By chance two windows agree with 1 in 2^40, so
200,000 windows of the course against 16,500 of the sources give a false alarm about once in 300 runs over a wholly new text.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

import nbformat
from conftest import REPOSITORY

from kefu import bank
from kefu.balance import strings

SHINGLES = Path(__file__).parent / "data" / "source-shingles.bin"
WINDOW = 13  # units
BYTES = 5  # of a hash
UNIT = re.compile(r"[a-z0-9]+|[一-鿿]")
PAGE_MARK = re.compile(r"^\s*\d+、", re.M)  # where a page of a source begins; it cuts sentences in two
QUOTED = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》|^>.*〖历史来源观点〗.*$", re.M)
BREAK = re.compile(r"[\n|、]|^\s*(?:[-*]|\d+\.)\s", re.M)  # between lines, table cells, and the terms of a list is no sentence


def windows(text: str) -> Iterator[str]:
    """Every window of 13 units of a text, punctuation and spaces left out."""
    units = UNIT.findall(text.lower())
    return (" ".join(units[n : n + WINDOW]) for n in range(len(units) - WINDOW + 1))


def digest(window: str) -> bytes:
    """What is kept of a window: too little to read it back."""
    return blake2b(window.encode(), digest_size=BYTES).digest()


def shingles(sources: Iterable[str]) -> set[bytes]:
    """The hashes of every window of the sources."""
    return {digest(window) for text in sources for window in windows(PAGE_MARK.sub("", text))}


def write(paths: Iterable[str]) -> None:
    """Write the hashes of the sources in these files."""
    SHINGLES.write_bytes(b"".join(sorted(shingles(Path(path).read_text(encoding="utf-8") for path in paths))))


def read() -> set[bytes]:
    """The hashes of the sources."""
    known = SHINGLES.read_bytes()
    return {known[n : n + BYTES] for n in range(0, len(known), BYTES)}


def copied(text: str, known: set[bytes]) -> list[str]:
    """The windows of a text, outside its quotations, that stand in the sources."""
    pieces = [piece for part in QUOTED.split(text) for piece in BREAK.split(part)]
    return [window.replace(" ", "") for piece in pieces for window in windows(piece) if digest(window) in known]


def test_no_sentence_of_the_sources_stands_in_course_or_bank() -> None:
    known = read()
    assert len(known) > 10_000
    texts = {item.id: "\n".join(strings(dict(item.texts["zh"]))) for item in bank.load(REPOSITORY).items.values()}
    for path in (path for room in ("course", "bank") for path in (REPOSITORY / room).rglob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        texts[path.relative_to(REPOSITORY).as_posix()] = "\n".join(
            cell.source for cell in cells if cell.cell_type == "markdown"
        )
    found = {name: phrases for name, text in texts.items() if (phrases := copied(text, known))}
    assert found == {}, "write it in our own words, or quote it in “ ”"


def test_a_copied_sentence_is_found_whatever_its_punctuation_and_a_quoted_one_is_not() -> None:
    known = shingles(["我们总在清晨六点把花园里的旧椅子擦干净，再等第一位客人来坐。"])
    assert copied("早班的人说：旧椅子擦干净；再等第一位客人来坐！", known) == [
        "旧椅子擦干净再等第一位客人",
        "椅子擦干净再等第一位客人来",
        "子擦干净再等第一位客人来坐",
    ]
    assert copied("早班的人说：“旧椅子擦干净，再等第一位客人来坐。”", known) == []
    assert copied("> 〖历史来源观点〗旧椅子擦干净，再等第一位客人来坐。", known) == []
    assert copied("椅子擦干净了，才请第一位客人来坐。", known) == []


def test_a_list_of_short_terms_is_no_copied_sentence() -> None:
    known = shingles(["整齐、干净、没有污渍、没有褶皱、大小相配"])
    assert copied("| 整齐 | 干净 | 没有污渍 | 没有褶皱 | 大小相配 |", known) == []
    assert copied("整齐、干净、没有污渍、没有褶皱和大小相配", known) == []


def test_a_page_mark_that_cuts_a_sentence_in_two_is_left_out_of_the_sources() -> None:
    assert shingles(["一二三四五六七\n3、八九十百千万"]) == shingles(["一二三四五六七八九十百千万"])
