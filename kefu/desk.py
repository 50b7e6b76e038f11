"""A learner's desk: the open rooms and nothing else, with JupyterLab set up for someone who never sees code."""

import json
import shutil
from pathlib import Path

LABEXTENSIONS = Path(__file__).parent / "labextension"
LOCALES = {"zh": "zh_CN", "en": "default"}
INSTRUCTORS = ("formgrader", "course_list", "create_assignment", "validate_assignment")
CSS = """/* No code in sight: the inputs' line, the prompts and the bars of JupyterLab are hidden. */
body { --jp-content-font-size1: 16px; --jp-content-line-height: 1.75;
  --jp-content-font-family: system-ui, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif; }
body[data-jp-theme-light="true"] { --jp-layout-color0: #fffdf8; --jp-layout-color1: #fffdf8; --jp-layout-color3: #fffdf8;
  --jp-content-font-color1: #1f2933; --jp-content-link-color: #0b6e69; }
.jp-Notebook .jp-InputArea-prompt, .jp-Notebook .jp-OutputPrompt, .jp-Notebook .jp-OutputArea-promptOverlay, .jp-Notebook .jp-cell-toolbar,
.jp-Notebook .jp-Collapser, .jp-Notebook-footer, .jp-Cell-inputWrapper:has(.jp-InputPlaceholder) { display: none !important; }
.jp-NotebookPanel-toolbar, #jp-bottom-panel { display: none !important; }
#jp-main-vsplit-panel, #jp-main-content-panel { background: var(--jp-layout-color1); } #jp-menu-panel { overflow-x: auto; }
.jp-NotebookPanel-notebook { top: 0 !important; height: 100% !important; }
.jp-Notebook .jp-Cell, .jp-Notebook .jp-Cell:focus { max-width: 46rem; margin: 0 auto; border-color: transparent !important; outline: none !important; box-shadow: none !important; }
.jp-Notebook .jp-Cell::before, .jp-Notebook .jp-Cell::after { display: none !important; }
.jp-Notebook .jp-Cell .jp-Cell-inputWrapper, .jp-Notebook .jp-Cell .jp-RenderedMarkdown { border-color: transparent !important; }
.jp-RenderedHTMLCommon a { text-decoration: underline; }
.jp-RenderedHTMLCommon h1 { font-size: 1.75rem; line-height: 1.4; } .jp-RenderedHTMLCommon h2 { font-size: 1.375rem; }
.jp-RenderedHTMLCommon table { font-size: 1rem; margin-left: 0; } .jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th { text-align: left; }
.jp-OutputArea-output { overflow: visible; }
/* A lab's code: what is to be run as it is lies on gray, a blank to fill in is framed. */
.jp-Cell-inputWrapper:has(.kefu-run) { flex-wrap: wrap; max-width: 44rem; margin-top: 0.5rem; } .jp-Notebook { --jp-code-font-size: 14px; }
.kefu-blank .jp-InputArea-editor { border: 2px solid var(--jp-content-link-color) !important; border-radius: 6px; background: var(--jp-layout-color0); }
.jp-RenderedHTMLCommon > [role="alert"] { color: #a4262c; } body[data-jp-theme-light="false"] .jp-RenderedHTMLCommon > [role="alert"] { color: #ff9a94; }
.kefu-run { flex: 1 1 100%; display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0.375rem 0; }
.kefu-run button { font: 1rem system-ui, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif;
  min-height: 44px; padding: 0.375rem 1rem; white-space: nowrap; color: var(--jp-content-link-color); background: transparent; border: 1px solid transparent; border-radius: 8px; cursor: pointer; }
.kefu-run button:first-child { border-color: currentcolor; font-weight: 600; } .kefu-run button:hover, .kefu-run button:focus-visible { border-color: currentcolor; }
.kefu-run[aria-busy] button { opacity: 0.5; pointer-events: none; }
@media (max-width: 37.5rem) { .jp-Notebook.jp-Notebook { padding: 0; } .jp-Notebook .jp-Cell { padding: 0.25rem; } }
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
        "@jupyterlab/apputils-extension/themes": {"adaptive-theme": True},
        "@jupyterlab/statusbar-extension/plugin": {"visible": False},
        "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": False},
    }
    files = {
        config / "nbgrader_config.py": "c = get_config()\n"
        'c.CourseDirectory.course_id = "kefu"\n'
        f"c.Exchange.root = {str(root / 'exchange')!r}\n"
        f"c.Exchange.cache = {str(desk / '.jupyter' / 'cache')!r}\n"
        'c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.hand-in.zip"]\n',
        config / "jupyter_server_config.json": {
            "ServerApp": {
                "jpserver_extensions": {"kefu.classroom": True}
                | {f"nbgrader.server_extensions.{name}": False for name in INSTRUCTORS}
            }
        },
        config / "labconfig" / "page_config.json": {
            "disabledExtensions": {f"@jupyter/nbgrader:{name.replace('_', '-')}": True for name in INSTRUCTORS}
        },
        config / "custom" / "custom.css": CSS,
    } | {desk / ".jupyter" / "lab" / f"{name}.jupyterlab-settings": content for name, content in settings.items()}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
