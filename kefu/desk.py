"""A learner's desk: the open rooms and nothing else, with JupyterLab set up for someone who never sees code."""

import json
import shutil
from pathlib import Path

LABEXTENSIONS = Path(__file__).parent / "labextension"
LOCALES = {"zh": "zh_CN", "en": "default"}
INSTRUCTORS = ("formgrader", "course_list", "create_assignment", "validate_assignment")
CSS = """/* No code in sight: the inputs' line, the prompts and the cell buttons of JupyterLab are hidden. */
.jp-Notebook .jp-InputArea-prompt, .jp-Notebook .jp-OutputPrompt, .jp-Notebook .jp-OutputArea-promptOverlay, .jp-Notebook .jp-cell-toolbar,
.jp-Notebook .jp-Collapser, .jp-Notebook-footer, .jp-Cell-inputWrapper:has(.jp-InputPlaceholder) { display: none !important; }
.jp-NotebookPanel-toolbar, #jp-bottom-panel, .jp-StatusBar-Widget, .jp-SideBar.jp-mod-right { display: none !important; }
.jp-NotebookPanel-notebook { top: 0 !important; height: 100% !important; }
.jp-Notebook .jp-Cell.jp-mod-active { border-color: transparent; }
.jp-Notebook .jp-Cell { max-width: 46rem; margin: 0 auto; }
.jp-RenderedMarkdown { font-size: 16px; line-height: 1.75; }
.jp-OutputArea-output { overflow: visible; }
"""


def lay_out(root: Path, desk: Path, lang: str) -> None:
    """Copy the course to a desk and write its settings. What a learner did there stays: answers, papers, notes."""
    for path in sorted((root / "course").rglob("*")):
        target = desk / "course" / path.relative_to(root / "course")
        if path.is_dir() or ".ipynb_checkpoints" in path.parts or path.name == "responses.jsonl":
            continue
        if not target.exists() or target.stat().st_mtime < path.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    config = desk / ".jupyter"
    settings = {
        "@jupyterlab/translation-extension/plugin": {"locale": LOCALES[lang]},
        "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
        "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": False},
    }
    files = {
        config / "nbgrader_config.py": "c = get_config()\n"
        'c.CourseDirectory.course_id = "kefu"\n'
        f"c.Exchange.root = {str(root / 'exchange')!r}\n"
        f"c.Exchange.cache = {str(desk / '.jupyter' / 'cache')!r}\n"
        'c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.hand-in.zip"]\n',
        config / "jupyter_server_config.json": {
            "ServerApp": {"jpserver_extensions": {f"nbgrader.server_extensions.{name}": False for name in INSTRUCTORS}}
        },
        config / "labconfig" / "page_config.json": {
            "disabledExtensions": {f"@jupyter/nbgrader:{name.replace('_', '-')}": True for name in INSTRUCTORS}
        },
        config / "custom" / "custom.css": CSS,
    } | {desk / ".jupyter" / "lab" / f"{name}.jupyterlab-settings": content for name, content in settings.items()}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
