"""Folders of submissions: copied without what a link leads to, named in one step, and cleared whatever is in them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

ENTRIES = 5000  # files and folders of a submission


def copy(source: Path, target: Path, ignore: list[str]) -> list[str]:
    """Copy plain files for reading only, and nothing a link points to; what is in `target` stays.

    Returns the names of what is no plain file and no folder. Raises ValueError when there are more than `ENTRIES`.
    """
    left, count, folders = [], 0, [""]
    while folders:
        inside = folders.pop()
        with os.scandir(source / inside) as found:
            for entry in found:
                count += 1
                if count > ENTRIES:
                    raise ValueError(f"holds more than {ENTRIES} files and folders")
                if any(fnmatch(entry.name, pattern) for pattern in ignore):
                    continue
                name = os.path.join(inside, entry.name)
                there = os.path.join(target, name)
                if entry.is_dir(follow_symlinks=False) and not os.path.isfile(there):
                    os.makedirs(there, exist_ok=True)
                    folders.append(name)
                elif not entry.is_file(follow_symlinks=False):
                    left.append(name)
                elif not os.path.exists(there):
                    shutil.copyfile(entry.path, there)
                    os.chmod(there, 0o444)
    return sorted(left)


def publish(part: Path | None, target: Path) -> None:
    """Give a marked folder its name in one step; without one, take away what an earlier run left."""
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
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
