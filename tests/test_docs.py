"""Every command and example of the docs, run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import REPOSITORY
from nbformat.v4 import new_code_cell

from kefu import bank, lint, pages, paper, syllabus
from kefu.items import KINDS, LANGS

GUIDES = ("docs/authoring.md", "docs/authoring.zh-CN.md")
DOCS = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", *GUIDES)
HERE_ALREADY = (". .venv/bin/activate",)  # the tests run in it
PATHS = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
STARTS = {"python3 start.py", "python3 start.py test"}  # tests/test_start.py starts it; this run is the tests


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", (REPOSITORY / name).read_text(encoding="utf-8"), re.M | re.S)


def commands(name: str) -> list[str]:
    return [line for block in blocks(name, "sh") for line in block.splitlines() if line not in HERE_ALREADY]


def test_the_docs_name_no_start_that_is_not_tested() -> None:
    found = {line for name in DOCS for line in commands(name) if line.startswith("python3")}
    text = "".join((REPOSITORY / name).read_text(encoding="utf-8") for name in DOCS)
    inline = set(re.findall(r"`(python3 start\.py[^`]*)`", text))
    assert found == STARTS
    assert inline <= {f"python3 start.py {rest}" for rest in ("setup", "demo", "test", "test tests/test_items.py -q")}


def test_every_command_of_the_docs_works_in_the_order_it_stands(tmp_path: Path) -> None:
    for name in ("course", "bank"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("responses.jsonl", ".ipynb_checkpoints")
        )
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    lines = [line for line in commands("CONTRIBUTING.md") if line not in STARTS]
    readme = [line for line in commands("README.md") if line not in STARTS]
    assert readme == [line for line in commands("README.zh-CN.md") if line not in STARTS]
    # the README's commands come after a class has handed in, and collecting twice needs the same simulated owners
    readme = [
        line.replace("collect quiz-1-basics", "collect quiz-1-basics --ExchangeCollect.check_owner=False") for line in readme
    ]
    for line in [*lines, *readme]:
        done = subprocess.run(line.split(), cwd=tmp_path, env=PATHS, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "scores/scores.csv").read_text(encoding="utf-8-sig").count("simulated-") == 3
    assert (tmp_path / "feedback/simulated-003/quiz-1-basics/quiz-1-basics.html").exists()


def files(name: str) -> list[tuple[str, str]]:
    """The files a guide shows, as (path, text): a path alone on a line, then the whole file."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    return re.findall(r"^`([\w/.-]+)`\n\n```\w+\n(.*?)^```", text, re.M | re.S)


def lay(root: Path, path: str, text: str) -> None:
    """Write a guide's file where the guide says; a paper goes to the end of its file."""
    with (root / path).open("a" if path.endswith("papers.toml") else "x", encoding="utf-8") as file:
        file.write(text)


def test_both_guides_show_the_same_files_commands_sections_and_pictures() -> None:
    one, other = ((REPOSITORY / name).read_text(encoding="utf-8") for name in GUIDES)
    assert files(GUIDES[0]) == files(GUIDES[1]) and commands(GUIDES[0]) == commands(GUIDES[1])
    assert len(files(GUIDES[0])) == sum(len(blocks(GUIDES[0], kind)) for kind in ("toml", "svg")), "a file without its path"
    assert re.findall(r"^#+", one, re.M) == re.findall(r"^#+", other, re.M)
    assert re.findall(r"kinds/\w+-", one) == re.findall(r"kinds/\w+-", other)


@pytest.mark.parametrize("name", DOCS)
def test_every_link_inside_a_doc_leads_to_a_heading(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    heads = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= heads


def test_the_guide_has_a_good_item_of_every_kind_and_good_papers(tmp_path: Path) -> None:
    for name in ("course", "bank"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    for path, text in files(GUIDES[0]):
        lay(tmp_path, path, text)
    known = bank.load(tmp_path)
    papers, complaints = paper.load(tmp_path, known)
    taught = list(syllabus.load(tmp_path / "course").points)
    assert known.complaints == complaints == lint.lint(list(known.items.values()), taught) == []
    items = [known.items[Path(path).stem] for path, text in files(GUIDES[0]) if text.startswith("kind")]
    assert {item.kind for item in items} == set(KINDS)
    for item in items:
        for response, verdict, credit in item.specimens():
            assert item.score(response, credit).verdict == verdict, item.id
    assert len(papers["quiz-try"].items) == 5 and papers["quiz-try"].minutes and papers["quiz-try"].closes
    secure = [item.id for item in items if item.pool == "secure"]
    assert sorted(item.id for item in papers["quiz-kinds"].items) == sorted(secure)
    assert len(items) - len(secure) == 3, "single, survey and value are for practice"


def test_the_guide_followed_step_by_step_brings_an_item_and_a_paper_to_a_learner(tmp_path: Path) -> None:
    for name in ("course", "bank"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    (tmp_path / "bank/papers.toml").write_text("", encoding="utf-8")  # building the course's own papers is another test's
    steps = r"^`([\w/.-]+)`\n\n```\w+\n(.*?)^```|^```sh\n(.*?)^```|`/lab/tree/([\w/.-]*ipynb)`"
    for path, text, lines, lesson in re.findall(steps, (REPOSITORY / GUIDES[0]).read_text(encoding="utf-8"), re.M | re.S):
        if path:
            lay(tmp_path, path, text)
        for line in (line for line in lines.splitlines() if line not in STARTS.union(HERE_ALREADY)):
            done = subprocess.run(line.split(), cwd=tmp_path, env=PATHS, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        for lang in LANGS if lesson else ():
            place = tmp_path / lesson.replace("/en/", f"/{lang}/")
            notebook = nbformat.read(place, as_version=4)
            notebook.cells.append(new_code_cell('practice("p1-5-umbrella")'))
            nbformat.write(notebook, place)
    shown = pages.lesson(pages.Place(tmp_path / "desk", "en", "/kefu"), syllabus.load(tmp_path / "course").lessons["1-5"])
    assert "Three days after an umbrella" in shown
    assert (tmp_path / "exchange/kefu/outbound/quiz-try/quiz-try.ipynb").exists()


@pytest.mark.parametrize("name", DOCS)
def test_every_picture_and_page_a_doc_points_to_is_there(name: str) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)(?:#[^)]*)?\)", (REPOSITORY / name).read_text(encoding="utf-8")):
        assert ((REPOSITORY / name).parent / target).exists(), target


def test_the_readme_counts_what_is_there() -> None:
    known = bank.load(REPOSITORY)
    counts = [len(known.pool("practice")), len(known.pool("secure"))]
    assert counts[0] >= 30 and counts[1] >= 60
    for name, words in (("README.md", "{} practice items|{} secure items"), ("README.zh-CN.md", "{}道练习题|{}道保密题")):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        for count, sentence in zip(counts, words.split("|"), strict=True):
            assert sentence.format(count) in text
