"""Folders of submissions: copied without what a link leads to, named in one step, and cleared whatever is in them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4


def copy(source: Path, target: Path, ignore: list[str]) -> list[str]:
    """Copy plain files, and nothing a link points to; returns the names of what is none."""
    left = []
    for path in sorted(source.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignore):
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            left.append(path.name)
        elif path.is_dir():
            (target / path.name).mkdir(exist_ok=True)
            left += [f"{path.name}/{name}" for name in copy(path, target / path.name, ignore)]
        else:
            (target / path.name).unlink(missing_ok=True)
            shutil.copyfile(path, target / path.name)
    return left


def publish(part: Path | None, target: Path) -> None:
    """Give a marked folder its name in one step; without one, take away what an earlier run left."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    if part:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def place() -> Iterator[Path]:
    """A folder for a learner's code; afterwards it is gone, however deep its folders are and whatever their modes."""
    folder = Path(mkdtemp(prefix="kefu-"))
    try:
        yield folder
    finally:
        while left := list(os.scandir(folder)):
            for entry in left:
                if entry.is_dir(follow_symlinks=False):
                    for inner in _opened(entry.path):
                        if inner.is_dir(follow_symlinks=False):
                            os.chmod(inner.path, 0o700)
                        os.rename(inner.path, folder / uuid4().hex)
                    os.rmdir(entry.path)
                else:
                    os.unlink(entry.path)
        folder.rmdir()


def _opened(folder: str) -> list[os.DirEntry[str]]:
    os.chmod(folder, 0o700)
    return list(os.scandir(folder))
