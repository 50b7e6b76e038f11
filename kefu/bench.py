"""Benchmarks that print their ratio against stock nbgrader, measured in one run: python -m kefu.bench grade."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

from kefu import bank, cli, paper
from kefu.simulate import submit_class

STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "kefu"\nc.CourseDirectory.root = {root!r}\n'


def main() -> None:
    """Run one benchmark."""
    parser = argparse.ArgumentParser(prog="kefu.bench")
    parser.add_argument("what", choices=["grade"])
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--stock", type=int, default=20, help="submissions stock nbgrader autograde is timed on")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        grade(Path.cwd(), Path(folder), chosen.learners, chosen.stock)


def grade(root: Path, stage: Path, learners: int, few: int) -> None:
    """Time `kefu grade` on a simulated class, and stock nbgrader autograde on the first of the same submissions."""
    for name in ("course", "bank"):
        shutil.copytree(root / name, stage / name)
    shutil.copy(root / "nbgrader_config.py", stage)
    with redirect_stdout(StringIO()):
        cli.build(stage)
    form = next(iter(paper.load(stage, bank.load(stage))[0].values()))
    now = datetime.now(UTC)
    for place in submit_class(
        form, stage / "release", stage / "inbound", learners=learners, seed=7, now=now, due=now - timedelta(days=1)
    ):
        target = stage / "submitted" / place.name.split("+")[0] / form.name
        target.parent.mkdir(parents=True)
        place.rename(target)
    ours = timed(stage, [sys.executable, "-m", "kefu", "grade", form.name])
    (stage / "nbgrader_config.py").write_text(STOCK.format(root=str(stage)), encoding="utf-8")
    for learner in sorted(path.name for path in (stage / "submitted").iterdir())[few:]:
        shutil.rmtree(stage / "submitted" / learner)
    start_up = timed(stage, [sys.executable, "-m", "nbgrader", "--version"])
    theirs = timed(stage, [sys.executable, "-m", "nbgrader", "autograde", form.name, "--force"]) - start_up
    print(f"{len(form.items)} items, {os.cpu_count()} cores")
    print(
        f"stock nbgrader autograde  {few:6d} submissions  {theirs:7.2f} s  {1000 * theirs / few:9.2f} ms each  (start-up of {start_up:.2f} s left out)"
    )
    print(
        f"kefu grade                {learners:6d} submissions  {ours:7.2f} s  {1000 * ours / learners:9.2f} ms each  (start-up counted)"
    )
    print(f"ratio {theirs / few / (ours / learners):.0f}, {learners / ours:.0f} submissions a second")


def timed(stage: Path, command: list[str]) -> float:
    """Wall seconds of a command in `stage`; raises CalledProcessError when it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path(__file__).parent.parent)}
    start = time.perf_counter()
    subprocess.run(command, cwd=stage, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
