"""Kill kefu grade again and again and let it go on: python tests/measure_kills.py [kills] prints what was left of 500 submissions.

A run is started, killed with all its workers at a random moment (SIGKILL) and started again, until it comes to its end;
then gradebook and files must be those of a run that nobody disturbed, and all begins anew: in turn with nothing graded,
and with an older hand-in of everybody graded. A run starts in a fork, so that moments fall into the work and not into start-up.
"""

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import closing, redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from conftest import PAPERS, make_school
from test_grading import COMMENTS, RIGHT, ROWS, submit

from kefu import bank, cli
from kefu.items import kind_module

ITEMS = ["q-single", "q-multiple", "q-ordering", "q-numeric", "q-essay"]
OWN = {"id", "assignment_id", "notebook_id", "cell_id"}  # random ids
WORKERS = "2"


def prepare(folder: Path, submissions: int) -> tuple[Path, list[Path], dict[str, object]]:
    """A school that is to be graded, the two states it begins from, and how it must end."""
    root = make_school(folder)
    lines = PAPERS.strip().splitlines()
    (root / "bank/papers.toml").write_text("\n".join([*lines[:2], f"items = {ITEMS}"]), encoding="utf-8")
    assert cli.main(["--root", str(root), "build"]) == 0
    rng, items = random.Random(5), bank.load(root).items
    answers = [{i: kind_module(items[i].kind).attempt(items[i], 0.5, rng) for i in ITEMS} for _ in range(submissions)]
    states = [folder / "nothing", folder / "older"]
    for n in range(submissions):
        submit(root, f"learner-{n:03d}", {"q-single": RIGHT["q-single"]})
    keep(root, states[0])
    grade(root)
    keep(root, states[1])
    shutil.rmtree(root / "submitted")
    for n, responses in enumerate(answers):
        submit(root, f"learner-{n:03d}", responses, late=1)
    begin(root, states[0])
    grade(root)
    return root, states, seen(root)


def keep(root: Path, state: Path) -> None:
    state.mkdir()
    shutil.copy(root / "gradebook.db", state)
    if (root / "autograded").exists():
        shutil.copytree(root / "autograded", state / "autograded")


def begin(root: Path, state: Path) -> None:
    shutil.rmtree(root / "autograded", ignore_errors=True)
    for path in root.glob("gradebook.db*"):
        path.unlink()
    shutil.copytree(state, root, dirs_exist_ok=True)


def grade(root: Path) -> None:
    with redirect_stdout(StringIO()):
        assert cli.main(["--root", str(root), "grade", "--workers", WORKERS]) == 0


def seen(root: Path) -> dict[str, object]:
    """Every row of every table without its random ids, the grades and comments with their learners, and every file."""
    found: dict[str, object] = {
        str(path.relative_to(root)): path.read_bytes() for path in (root / "autograded").rglob("*") if path.is_file()
    }
    with closing(sqlite3.connect(root / "gradebook.db")) as connection:
        found["grades"], found["comments"] = connection.execute(ROWS).fetchall(), connection.execute(COMMENTS).fetchall()
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f"SELECT * FROM {table}")
            places = [n for n, (name, *_) in enumerate(rows.description) if name not in OWN or table == "student"]
            found[f"table {table}"] = sorted(repr([row[n] for n in places]) for row in rows)
    return found


def _run(root: Path) -> None:
    os.setsid()
    grade(root)


def torment(folder: Path, submissions: int, kills: int, seed: int = 11) -> tuple[int, int, float]:
    """Kill so many runs; returns kills, how often it came to its end as it should, and the seconds of a calm run.

    Raises AssertionError naming what differs.
    """
    rng = random.Random(seed)
    root, states, calm = prepare(folder, submissions)
    begin(root, states[0])
    start = time.perf_counter()
    grade(root)
    took = time.perf_counter() - start
    done, ends = 0, 0
    begin(root, states[0])
    while done < kills:
        run = multiprocessing.get_context("fork").Process(target=_run, args=(root,))
        run.start()
        run.join(rng.uniform(0, 0.7 * took))
        if run.exitcode is None:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.kill()
            run.join()
            done += run.exitcode == -signal.SIGKILL
        if run.exitcode == 0 or done == kills:
            if run.exitcode:
                grade(root)
            now = seen(root)
            assert now.keys() == calm.keys(), now.keys() ^ calm.keys()
            assert [name for name, value in now.items() if value != calm[name]] == []
            ends += 1
            begin(root, states[ends % 2])
    return done, ends, took


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        begun = time.perf_counter()
        killed, ended, calm_run = torment(Path(place), 500, int(sys.argv[1]) if sys.argv[1:] else 200)
        print(f"500 submissions of {len(ITEMS)} items, a calm run {calm_run:.2f} s: killed {killed} times, came to its end "
              f"{ended} times, nothing lost, doubled or left over; {time.perf_counter() - begun:.0f} s")  # fmt: skip
