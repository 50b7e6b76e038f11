"""Archives that a learning platform gives for `nbgrader zip_collect`: unpacked only as far as a class can need."""

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from nbgrader.plugins import ExtractorPlugin

LARGEST = 500_000_000  # bytes of an archive, unpacked
MOST = 20_000  # files in it


class CheckedExtractor(ExtractorPlugin):
    """Unpacks archives and copies other files; an archive too large, or with a file that would land elsewhere, is named and left."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive of one folder into a folder of its own name in another."""
        for path in sorted(Path(archive_path).rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            target = Path(extracted_path) / path.parent.relative_to(archive_path)
            target.mkdir(parents=True, exist_ok=True)
            if path.suffix not in self.zip_ext:
                shutil.copy(path, target)
                continue
            try:
                if problem := _problem(path):
                    raise ValueError(problem)
                _unpack(path, target / path.name.removesuffix(path.suffix).removesuffix(".tar"))
            except (ValueError, BadZipFile, tarfile.TarError, OSError, EOFError) as error:
                self.log.error("%s: is not unpacked: %s; ask for it again", path, error)


def _problem(path: Path) -> str:
    size = 0
    for n, one in enumerate(_sizes(path), 1):
        size += one
        if size > LARGEST or n > MOST:
            return f"holds more than {LARGEST} bytes or {MOST} files"
    return ""


def _sizes(path: Path) -> Iterator[int]:
    if path.suffix == ".zip":
        with ZipFile(path) as archive:
            yield from (member.file_size for member in archive.infolist())
    else:
        with tarfile.open(path) as archive:
            yield from (member.size for member in archive)


def _unpack(path: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    if path.suffix == ".zip":
        with ZipFile(path) as archive:
            archive.extractall(target)  # it leaves out what would land elsewhere
    else:
        with tarfile.open(path) as archive:
            archive.extractall(target, filter="data")
