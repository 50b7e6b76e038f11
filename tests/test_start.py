"""start.py on machines that lack something, and on one that lacks nothing."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY))
import start


def free_port() -> int:
    """A port whose next one is free too."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 65_000 and start.free(port) and start.free(port + 1):
            return port


def test_it_needs_the_standard_library_only_and_even_an_old_python_can_read_it() -> None:
    tree = ast.parse((REPOSITORY / "start.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    names = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_a_python_it_cannot_use_is_named_with_one_that_it_can(version: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(
        SystemExit, match=rf"this is Python {version[0]}\.{version[1]}; run it with Python 3\.11, 3\.12 or 3\.13"
    ):
        start.check_machine()


def test_a_folder_it_may_not_write_to_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(start, "ROOT", tmp_path / "file")  # nobody, not even root, writes below a file
    with pytest.raises(SystemExit, match=r"the folder .* is read-only; copy it to a folder you may write to"):
        start.check_machine()


def test_a_python_without_venv_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setenv("PATH", str(tmp_path))  # no uv
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="no venv or ensurepip; install it"):
        start.set_up()


@pytest.mark.parametrize("taken", [0, 1])
def test_a_taken_port_is_named_with_a_way_out(taken: int) -> None:
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + taken))
        other.listen()
        with pytest.raises(SystemExit, match=rf"port {port + taken} is taken; choose another: python3 start.py --port \d+"):
            start.serve(port, "zh", browser=False)


@pytest.mark.skipif(os.name == "nt", reason="Windows frees a port at once")
def test_a_port_that_was_left_a_moment_ago_is_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        server.accept()[0].close()  # who closes first leaves the port waiting
        client.close()
    assert start.free(port)


def test_without_a_network_it_says_so_in_one_line(tmp_path: Path) -> None:
    for name in ("start.py", "requirements.txt", "constraints.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, tmp_path)
    shutil.copytree(REPOSITORY / "kefu", tmp_path / "kefu")
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1",
               "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1", "UV_HTTP_RETRIES": "0"}  # fmt: skip
    done = subprocess.run([sys.executable, "start.py", "setup"], cwd=tmp_path, env={**os.environ, **nowhere},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "start.py: the package index cannot be reached; connect to the network (or set a proxy or mirror for pip) and start again"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no interrupt signal for one child process")
def test_it_serves_learners_and_instructors_at_one_address_each_and_stops_when_told() -> None:
    port = free_port()
    command = [start.PYTHON, "start.py", "--no-browser", "--port", str(port), "--lang", "en"]
    server = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    addresses = {}
    for line in server.stdout:
        who, _, address = line.strip().partition(": ")
        if address.startswith("http"):
            addresses[who] = address
        if line.startswith("Stop with"):
            break
    try:
        for address in addresses.values():
            assert urllib.request.urlopen(address).status == 200
        assert addresses["Learners"].startswith(f"http://127.0.0.1:{port}/kefu/en?token=")
        assert addresses["Instructors"].startswith(f"http://127.0.0.1:{port + 1}/formgrader?token=")
        home = f"http://127.0.0.1:{port}/files/../bank/papers.toml?{addresses['Learners'].split('?')[1]}"
        strange = f"{addresses['Instructors'].split('?')[0]}?{addresses['Learners'].split('?')[1]}"
        assert "/login" in urllib.request.urlopen(strange).url  # a learner's token opens no instructor's room
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(home)  # a learner's server does not reach the bank
    finally:
        server.send_signal(signal.SIGINT)
        told = server.stdout.read()
    assert server.wait() == 0 and "Stopped. Every answer is saved." in told


def test_demo_takes_a_class_of_thirty_from_hand_in_to_scores() -> None:
    done = subprocess.run([start.PYTHON, "start.py", "demo"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout
    rows = (REPOSITORY / "demo" / "scores" / "scores.csv").read_text(encoding="utf-8-sig").splitlines()
    late = sum(",迟交," in row for row in rows if "第一章测验" in row)
    assert late > 0 and f"quiz-1-basics: 30 handed in, {late} late" in told and "passed (60 % or more)" in told
    assert len(rows) == 1 + 30 * 4 and all(row.startswith("simulated-") for row in rows[1:])
    first = next(row for row in rows if row.startswith("simulated-001") and "第一章测验" in row)
    assert first.split(",")[4:6] == ["0", "28"]  # the first one hands in a blank paper
    assert len(list((REPOSITORY / "demo" / "feedback").glob("simulated-*/quiz-1-basics/quiz-1-basics.html"))) == 30


def test_setup_prepares_and_a_second_time_does_nothing_again() -> None:
    for _ in range(2):
        done = subprocess.run([start.PYTHON, "start.py", "setup"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and done.stdout.splitlines() == ["Preparing the course …"]
    assert (REPOSITORY / "gradebook.db").exists() and (REPOSITORY / "exchange/kefu/outbound/quiz-1-basics").exists()
    assert (REPOSITORY / "desk/course/zh/index.ipynb").exists() and not (REPOSITORY / "desk/bank").exists()
