"""How fast the classroom is: python tests/measure_classroom.py prints a table; nothing is asserted.

Seconds from opening a page to its first widget that can be used, cold (server just started) and warm (its second page),
for a lesson in the classroom, the same lesson in JupyterLab, and a notebook with one plain ipywidgets RadioButtons in
JupyterLab; milliseconds from a click to "saved", which is shown when the answer is on the disk; kilobytes of front end.
"""

import re
import statistics
import tempfile
import time
from pathlib import Path

import nbformat
from conftest import BROWSER, OPTIONS, REPOSITORY, TOKEN, lab
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, sync_playwright

from kefu.desk import lay_out

PLAIN = "import ipywidgets\nipywidgets.RadioButtons(options=['a', 'b', 'c'])"
CLICKS = """async () => {
  const times = [];
  const card = document.querySelector(".kefu:has(input[type=radio])"), inputs = card.querySelectorAll("input");
  const state = card.querySelector(".kefu-state");
  for (let n = 0; n < 200; n++) {
    const start = performance.now();
    inputs[n % inputs.length].click();
    await new Promise((done) => {
      const look = new MutationObserver(() => state.dataset.state === "saved" && (look.disconnect(), done()));
      look.observe(state, { attributes: true });
    });
    times.push(performance.now() - start);
  }
  return times;
}"""


def seconds(page: Page, address: str, selector: str, run: bool = False) -> float:
    """From opening an address to the first thing that can be used."""
    start = time.perf_counter()
    page.goto(address)
    if run:  # JupyterLab runs nothing by itself, and forgets what is run before its kernel is there
        page.locator(".jp-Cell .cm-content").first.click()
        while not page.locator(".jp-InputPrompt", has_text=re.compile(r"\d|\*")).count():
            page.keyboard.press("Control+Enter")
            page.wait_for_timeout(50)
    page.locator(selector).first.wait_for()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    desk = Path(tempfile.mkdtemp()) / "desk"
    lay_out(REPOSITORY, desk, "zh")
    stem = next(path.relative_to(desk / "course/zh") for path in desk.glob("course/zh/1-basics/1-3-*.ipynb"))
    nbformat.write(new_notebook(cells=[new_code_cell(PLAIN)], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}),
                   desk / "plain.ipynb")  # fmt: skip
    rooms = {
        "lesson in the classroom": (True, "/kefu/zh/lesson/1-3", "[data-ready] .kefu input:enabled", False),
        "lesson in JupyterLab": (True, f"/lab/tree/course/zh/{stem}?reset", ".kefu input:enabled", False),
        "plain RadioButtons in JupyterLab": (False, "/lab/tree/plain.ipynb?reset", ".widget-radio-box input", True),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=OPTIONS)
        print(f"{'seconds to the first usable widget':36} {'cold':>6} {'warm':>6}")
        for name, (learner, path, selector, run) in rooms.items():
            cold, warm = [], []
            for _ in range(2):
                with lab(desk, learner) as address:
                    context = browser.new_context()
                    page = context.new_page()
                    url = f"{address}{path}{'&' if '?' in path else '?'}token={TOKEN}"
                    cold.append(seconds(page, url, selector, run))
                    warm.append(seconds(page, url, selector, run))
                    context.close()
            print(f"{name:36} {statistics.median(cold):6.2f} {statistics.median(warm):6.2f}")
        with lab(desk, learner=True) as address:
            for name, path in (
                ("in the classroom", "/kefu/zh/lesson/1-3?"),
                ("in JupyterLab", f"/lab/tree/course/zh/{stem}?reset&"),
            ):
                page = browser.new_page()
                sizes: list[int] = []
                page.on("response", lambda found, sizes=sizes: sizes.append(int(found.headers.get("content-length", 0))))
                page.goto(f"{address}{path}token={TOKEN}")
                page.locator("[data-ready] .kefu input:enabled, [data-kefu=ready] .kefu input:enabled").first.wait_for()
                page.wait_for_load_state("networkidle")
                size = sum(sizes) / 1024
                times = sorted(page.evaluate(CLICKS))
                print(f"click to saved {name}: median {times[100]:.0f} ms, p95 {times[190]:.0f} ms; {size:,.0f} KB loaded")
        files = sorted((REPOSITORY / "kefu/static").iterdir())
        print(f"front end: {len(files)} files, {sum(file.stat().st_size for file in files) / 1024:.0f} KB as written")
        browser.close()


if __name__ == "__main__":
    main()
