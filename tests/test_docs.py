"""Every command and example of the docs, run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

from kefu import bank, paper

DOCS = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
HERE_ALREADY = (". .venv/bin/activate",)  # the tests run in it
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
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    lines = [line for line in commands("CONTRIBUTING.md") if line not in STARTS]
    readme = [line for line in commands("README.md") if line not in STARTS]
    assert readme == [line for line in commands("README.zh-CN.md") if line not in STARTS]
    # the README's commands come after a class has handed in, and collecting twice needs the same simulated owners
    readme = [
        line.replace("collect quiz-1-basics", "collect quiz-1-basics --ExchangeCollect.check_owner=False") for line in readme
    ]
    for line in [*lines, *readme]:
        done = subprocess.run(line.split(), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "scores/scores.csv").read_text(encoding="utf-8-sig").count("simulated-") == 3
    assert (tmp_path / "feedback/simulated-003/quiz-1-basics/quiz-1-basics.html").exists()


def test_the_example_item_and_paper_are_good(root: Path) -> None:
    item, form = blocks("CONTRIBUTING.md", "toml")
    shutil.copytree(REPOSITORY / "bank", root / "bank", dirs_exist_ok=True)
    shutil.copy(REPOSITORY / "course/syllabus.toml", root / "course/syllabus.toml")
    shutil.rmtree(root / "course/practice")
    for path in (root / "bank/items/1-basics").glob("q-*.toml"):
        path.unlink()
    (root / "bank/items/1-basics/q1-3-example.toml").write_text(item, encoding="utf-8")
    (root / "bank/papers.toml").write_text(form, encoding="utf-8")
    known = bank.load(root)
    papers, complaints = paper.load(root, known)
    assert known.complaints == complaints == [] and "q1-3-example" in known.items
    assert len(papers["quiz-example"].items) == 4


@pytest.mark.parametrize("name", DOCS)
def test_every_picture_and_page_a_doc_points_to_is_there(name: str) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", (REPOSITORY / name).read_text(encoding="utf-8")):
        assert (REPOSITORY / target).exists(), target


def test_the_readme_counts_what_is_there() -> None:
    known = bank.load(REPOSITORY)
    counts = [len(known.pool("practice")), len(known.pool("secure"))]
    assert counts[0] >= 30 and counts[1] >= 60
    for name, words in (("README.md", "{} practice items|{} secure items"), ("README.zh-CN.md", "{}道练习题|{}道保密题")):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        for count, sentence in zip(counts, words.split("|"), strict=True):
            assert sentence.format(count) in text
