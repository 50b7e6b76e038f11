"""Hand-in files that came by e-mail or a learning platform: into submitted/, as nbgrader's collect would."""

import json
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from kefu import journal

LARGEST = 50_000_000  # bytes of one file, unpacked


def learner_problem(learner: object) -> str:
    """Why an id cannot name a learner's folder, or an empty string. Chinese and inner spaces are fine."""
    if not isinstance(learner, str) or not learner.strip() or learner != learner.strip():
        return "is empty or has spaces around it"
    if len(learner) > 100:
        return "is longer than 100 characters"
    if learner.startswith(".") or re.search(r'[/\\+*?\[\]:"<>|\x00-\x1f]', learner):
        return 'has a character no folder may have (none of / \\ + * ? [ ] : " < > |, no dot in front)'
    return ""


def take_in(file: Path, papers: set[str], submitted: Path) -> str:
    """Unpack one hand-in file into submitted/<learner>/<paper>/; returns the learner.

    A newer hand-in replaces an older one, an older never a newer. Raises ValueError naming the file and the mend.
    """
    try:
        with ZipFile(file) as archive:
            slip = json.loads(_member(archive, "hand-in.json"))
            learner, paper, time = slip["learner"], slip["paper"], datetime.fromisoformat(slip["time"])
            if learner_problem(learner):
                raise ValueError(
                    f"learner: {learner!r} {learner_problem(learner)}; ask the learner's school id and mend hand-in.json"
                )
            if paper not in papers:
                raise ValueError(f"paper: {paper!r} is no paper of bank/papers.toml; check which paper was handed in")
            names = [name for name in (journal.NAME, f"{paper}.ipynb") if name in archive.namelist()]
            contents = {name: _member(archive, name) for name in names}
    except (BadZipFile, KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError, OSError) as error:
        raise ValueError(f"{file}: file: is no whole hand-in file ({type(error).__name__}); ask for it again") from None
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    folder = submitted / learner / paper
    stamp = folder / "timestamp.txt"
    time = time.astimezone(UTC)
    if stamp.exists() and datetime.strptime(stamp.read_text().strip(), "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC) >= time:
        return learner
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    stamp.write_text(time.strftime("%Y-%m-%d %H:%M:%S.%f UTC"), encoding="utf-8")
    (folder / "submission_secret.txt").write_text(secrets.token_hex(32), encoding="utf-8")
    return learner


def _member(archive: ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(f"{name}: is larger than {LARGEST} bytes; ask for it again")
    with archive.open(name) as member:
        return member.read(LARGEST + 1)
