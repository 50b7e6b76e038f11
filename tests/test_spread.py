"""kefu grade --dask: the same rows and files as on one machine, also when a worker dies in the middle."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import make_school
from test_grading import RIGHT, grade, rows, submit

from kefu import cli, database
from kefu.grading import engine
from kefu.grading.run import opened
from kefu.grading.spread import spread

if TYPE_CHECKING:
    from distributed import LocalCluster

distributed = pytest.importorskip("distributed", reason="no Dask here: pip install 'kefu[dask]'")


@pytest.fixture(scope="module")
def cluster() -> Iterator["LocalCluster"]:
    """Two worker processes."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as found:
        yield found


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school where five batches wait, graded calmly in the folder calm beside it."""
    root = make_school(tmp_path_factory.mktemp("spread"))
    assert cli.main(["--root", str(root), "build"]) == 0
    for n in range(4 * engine.BATCH + 1):
        submit(root, f"learner-{n:03d}", {"q-single": "abc"[n % 3], "q-essay": RIGHT["q-essay"]})
    calm = root.parent / "calm"
    shutil.copytree(root, calm)
    assert grade(calm) == 0
    return root


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "autograded").rglob("*") if path.is_file()}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_worker_that_dies_loses_nothing_and_the_command_goes_on_from_there(
    school: Path, cluster: "LocalCluster", capsys: pytest.CaptureFixture[str]
) -> None:
    settings, address = database.settings(school), cluster.scheduler_address
    plan, store = opened(school, "quiz-small", settings, database.address(school))
    heard: list[int] = []

    def kill_a_worker(done: int, total: int) -> None:
        if not heard:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        heard.append(done)

    with spread(address) as over:
        done = engine.grade(plan, store, school, list(database.IGNORED), over=over, tell=kill_a_worker)
    assert done.graded == heard[-1] == 4 * engine.BATCH + 1 and len(heard) == 5 and not done.failed
    assert rows(school) == rows(school.parent / "calm") and files(school) == files(school.parent / "calm")
    assert grade(school, "--dask", address, "--force") == 0
    assert rows(school) == rows(school.parent / "calm") and "257 graded" in capsys.readouterr().out


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(school: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        assert grade(school, "--dask", "tcp://127.0.0.1:1") == 1
    assert "tcp://127.0.0.1:1: no Dask scheduler answers" in capsys.readouterr().err
