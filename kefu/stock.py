"""Stock nbgrader, run as a program."""

import os
import subprocess
import sys
from pathlib import Path

COURSE = "kefu"  # nbgrader's course id, as in nbgrader_config.py


def nbgrader(root: Path, *arguments: str) -> str:
    """Run a stock nbgrader command in `root`; returns its log. Raises RuntimeError with what went wrong first when it fails."""
    # nbgrader calls alembic by name, so the environment's own folder must be on the PATH
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        before, error, after = done.stdout.partition("| ERROR]")
        told = error + after[:2000] if error else before[-2000:]
        raise RuntimeError(f"nbgrader {' '.join(arguments)}: failed; its log says:\n{told}")
    return done.stdout
