"""Grade random honest submissions of every paper with stock nbgrader and with `kefu grade`, and compare every row.

python tests/measure_equivalence.py [SUBMISSIONS] [SEED]: every quiz, case and lab of the repository, with late penalties. It says what it
compared after every round, and stops at a difference.
"""

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from test_grading import COMMENTS, ROWS

from kefu import bank, cli, paper
from kefu.bench import STOCK
from kefu.simulate import submit_class

REPOSITORY = Path(__file__).parent.parent
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATE = '\nc.LateSubmissionPlugin.penalty_method = "zero"\nc.Execute.shutdown_kernel = "immediate"\n'
ROUND = 20  # learners of a paper in a round
WRITTEN = ("grade", "comment", "submitted_notebook", "submitted_assignment", "student")


def main() -> None:
    """Compare until enough submissions were compared."""
    wanted, seed = (int(argument) for argument in (*sys.argv[1:], *("2000", "1")[len(sys.argv) - 1 :]))
    forms = list(paper.load(REPOSITORY, bank.load(REPOSITORY))[0].values())
    compared, kinds, start = 0, set(), time.time()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "school"
        prepare(root, [form.name for form in forms])
        own = (root / "nbgrader_config.py").read_text(encoding="utf-8")
        stock = STOCK.format(root=str(root))
        while compared < wanted:
            for form in forms:
                rng = random.Random(f"{seed}/{compared}")
                submit(root, form, rng)
                (root / "nbgrader_config.py").write_text(stock + LATE, encoding="utf-8")
                cli.nbgrader(root, "autograde", form.name)
                there = rows(root)
                forget(root)
                (root / "nbgrader_config.py").write_text(own + LATE, encoding="utf-8")
                cli.main(["--root", str(root), "grade", form.name])
                if rows(root) != there:
                    sys.exit(f"{form.name}: {set(rows(root)) ^ set(there)}")
                forget(root)
                shutil.rmtree(root / "submitted")
                compared += ROUND
                kinds |= {item.kind for item in form.items}
                print(f"{compared} submissions equal, {len(kinds)} kinds, {len(there)} rows in the last round, "
                      f"{time.time() - start:.0f} s", flush=True)  # fmt: skip
    print(f"papers: {', '.join(form.name for form in forms)}; kinds: {', '.join(sorted(kinds))}")


def prepare(root: Path, names: list[str]) -> None:
    """A school with these papers released and due."""
    root.mkdir()
    for name in ("course", "bank", "source"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("responses.jsonl", ".ipynb_checkpoints"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for name in names:
        cli.nbgrader(root, "db", "assignment", "add", name, f"--duedate={NOW:%Y-%m-%d %H:%M:%S} UTC")
        cli.nbgrader(root, "generate_assignment", name, "--force")


def submit(root: Path, form: paper.Paper, rng: random.Random) -> None:
    """Hand in a paper for a few simulated learners, where nbgrader's collect would leave it."""
    inbound = root / "inbound"
    for place in submit_class(form, root / "release", inbound, learners=ROUND, seed=rng.randrange(10**9),
                              now=NOW + timedelta(days=1), due=NOW):  # fmt: skip
        target = root / "submitted" / place.name.split("+")[0] / form.name
        target.parent.mkdir(parents=True, exist_ok=True)
        place.rename(target)


def rows(root: Path) -> list[tuple]:
    """Every row of the grades and comments."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        return connection.execute(ROWS).fetchall() + connection.execute(COMMENTS).fetchall()


def forget(root: Path) -> None:
    """Take every submission out of the gradebook and out of autograded/."""
    shutil.rmtree(root / "autograded", ignore_errors=True)
    with sqlite3.connect(root / "gradebook.db") as connection:
        for table in WRITTEN:
            connection.execute(f"DELETE FROM {table}")


if __name__ == "__main__":
    main()
