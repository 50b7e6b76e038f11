"""Lessons: the stored view of every practice cell, and the course home, kept in step with bank and syllabus."""

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook, new_output

from kefu.bank import Bank
from kefu.build import KERNEL
from kefu.items import LANGS
from kefu.syllabus import Syllabus
from kefu.views import static

CALL = re.compile(r'^practice\("([a-z0-9-]+)"\)$')
HOME = {
    "zh": {"start": "从上往下学，每课20到40分钟。每读完一点，就做一道小题，马上知道为什么对、为什么不对。",
           "quiz": "测验", "fetch": "打开上方菜单“Nbgrader”里的“Assignment List”，点“Fetch”取试卷；在试卷最后交卷以后，回到那里点“Submit”。",
           "soon": "以后开放的章节", "other": "[English](../en/index.ipynb)"},
    "en": {"start": "Work from the top down; a lesson takes 20 to 40 minutes. After every idea there is a short exercise that tells you at once why an answer is right.",
           "quiz": "Quizzes", "fetch": "Open “Assignment List” in the menu “Nbgrader” above and fetch a paper. When you have handed it in on its last card, submit it there.",
           "soon": "Chapters to come", "other": "[中文](../zh/index.ipynb)"},
}  # fmt: skip


def practised(notebook: nbformat.NotebookNode) -> list[str]:
    """The ids of the practice items a lesson shows, in order."""
    found = (CALL.match(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    return [match[1] for match in found if match]


def refresh(notebook: nbformat.NotebookNode, bank: Bank, lang: str) -> nbformat.NotebookNode:
    """The lesson with every practice cell's static view as its stored output; raises KeyError for an unknown id."""
    for n, cell in enumerate([cell for cell in notebook.cells if cell.cell_type == "code"], 1):
        match = CALL.match(cell.source)
        cell.execution_count, cell.outputs = n, []
        cell.metadata = {"jupyter": {"source_hidden": True}, "editable": False, "deletable": False}
        if match:
            view = static(bank.pool("practice")[match[1]].public(), lang)
            data = {"text/html": view.html, "text/plain": repr(view)}
            cell.outputs = [new_output("execute_result", data=data, execution_count=n)]
    for n, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{n}"
    notebook.metadata = {"kernelspec": KERNEL, "kefu": {"lesson": True}}
    return notebook


def home(syllabus: Syllabus, course: Path, lang: str) -> nbformat.NotebookNode:
    """The course home: every chapter with the lessons that are written, and what is to come."""
    written = {lesson.id: path for lesson, path in syllabus.notebooks(course, lang)}
    lines = [f"# {syllabus.title[lang]}", "", HOME[lang]["start"], ""]
    soon = []
    for chapter in syllabus.chapters:
        lessons = [lesson for lesson in chapter.lessons if lesson.id in written]
        if not lessons:
            soon.append(f"- {chapter.title[lang]}")
            continue
        lines += [f"## {chapter.title[lang]}", ""]
        lines += [f"- [{lesson.id}　{lesson.title[lang]}]({chapter.id}/{lesson.stem}.ipynb)" for lesson in lessons] + [""]
    if soon:
        lines += [f"## {HOME[lang]['soon']}", "", *soon, ""]
    lines += [f"## {HOME[lang]['quiz']}", "", HOME[lang]["fetch"], "", HOME[lang]["other"]]
    cells = [new_markdown_cell("\n".join(lines), id="home")]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "kefu": {"home": True}})


def write_all(syllabus: Syllabus, course: Path, bank: Bank) -> list[Path]:
    """Rewrite every lesson and home whose stored views are out of step; returns the files that changed."""
    texts: dict[Path, str] = {}
    for lang in LANGS:
        for _, path in syllabus.notebooks(course, lang):
            lesson = nbformat.read(path, as_version=4)
            try:
                texts[path] = nbformat.writes(refresh(lesson, bank, lang)) + "\n"
            except KeyError as error:
                raise ValueError(
                    f"{path}: practice({error.args[0]!r}): no good practice item; mend its file or the call"
                ) from None
        texts[course / lang / "index.ipynb"] = nbformat.writes(home(syllabus, course, lang)) + "\n"
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed
