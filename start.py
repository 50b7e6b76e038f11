#!/usr/bin/env python3
"""Set Kefu up and start it: python3 start.py [setup | test | demo]. Needs Python 3.11-3.13 and nothing else."""

import argparse
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def fail(what: str, mend: str) -> None:
    """Stop with one line: what is wrong and how to mend it."""
    sys.exit(f"start.py: {what}; {mend}")


def run(*command: str, quiet: bool = False, **options) -> subprocess.CompletedProcess:
    """Run a program in the repository with the environment's programs on the PATH."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    stream = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"} if quiet else {}
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False, **stream, **options)


def check_machine() -> None:
    """Say at once what this machine lacks."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:2]))
        fail(f"this is Python {found}", "run it with Python 3.11, 3.12 or 3.13, for example: python3.12 start.py")
    try:
        probe = ROOT / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        fail(f"the folder {ROOT} is read-only", "copy it to a folder you may write to and start there")


def set_up(extra: str = "") -> None:
    """Make .venv and install what constraints.txt pins, once for every change of those files."""
    wanted = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "constraints.txt", "pyproject.toml")
    )
    stamp = hashlib.sha256(f"{wanted}{sys.version}{ROOT}".encode()).hexdigest()
    ready = VENV / "kefu-ready"
    done = ready.read_text(encoding="utf-8").split() if ready.exists() and PYTHON.exists() else []
    if done[:1] == [stamp] and (not extra or extra in done):
        return
    uv = shutil.which("uv")
    print(f"Setting up .venv with {'uv' if uv else 'pip'}; the first time takes a minute or two.", flush=True)
    if not uv and not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        fail(
            "this Python has no venv or ensurepip",
            "install it (Debian, Ubuntu: sudo apt install python3-venv) and start again",
        )
    if not PYTHON.exists() or done[:1] != [stamp]:
        made = run(uv, "venv", "-q", "--clear", "-p", sys.executable, str(VENV), quiet=True) if uv else run(
            sys.executable, "-m", "venv", "--clear", str(VENV), quiet=True)  # fmt: skip
        if made.returncode:
            fail(
                f"cannot make {VENV} ({made.stdout.strip().splitlines()[-1:] or ['no reason given']})",
                "delete that folder and start again",
            )
    target = f".[{extra}]" if extra else "."
    install = (
        [uv, "pip", "install", "-q", "--compile-bytecode", "-p", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "-q"]
    )
    print("Installing JupyterLab, nbgrader and Kefu …", flush=True)
    got = run(*install, "-c", "constraints.txt", "-e", target, quiet=True)
    if got.returncode:
        lines = got.stdout.strip().splitlines()
        signs = ("resolution", "resolve", "dns", "connect", "unreachable", "timed out", "network", "from versions: none")
        if any(sign in got.stdout.lower() for sign in signs):
            fail(
                "the package index cannot be reached",
                "connect to the network (or set a proxy or mirror for pip) and start again",
            )
        fail(f"the installation failed: {lines[-1] if lines else 'no reason given'}", "mend that and start again")
    ready.write_text(f"{stamp} {extra}", encoding="utf-8")


def prepare(lang: str) -> None:
    """Build papers, releases, gradebook, exchange and the learner's desk."""
    print("Preparing the course …", flush=True)
    for command in (["build"], ["desk", "--lang", lang]):
        done = run(str(PYTHON), "-m", "kefu", *command)
        if done.returncode:
            fail(f"kefu {command[0]} found something wrong (above)", "mend it and start again")


def free(port: int) -> bool:
    """Whether a port of this machine is free."""
    with socket.socket() as probe:
        if os.name == "posix":  # a port that was left a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def lab(python: str, folder: Path, port: int, token: str, lang: str, learner: bool) -> tuple:
    """Return the command and the environment of a JupyterLab in `folder`: a learner's, or an instructor's."""
    # Pages may load only what this server gives: nothing a learner does is told to anybody else.
    policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ws: wss:; frame-ancestors 'self'"
    command = [
        python, "-m", "jupyter", "lab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}", "--Application.log_level=ERROR",
        f"--ServerApp.tornado_settings={{'headers': {{'Content-Security-Policy': {policy!r}}}}}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    path = os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "KEFU_LANG": lang}
    if learner:
        config = folder / ".jupyter"
        command += ["--custom-css", f"--LabApp.extra_labextensions_path={ROOT / 'kefu' / 'labextension'}"]
        environment |= {"JUPYTER_CONFIG_DIR": str(config), "JUPYTERLAB_SETTINGS_DIR": str(config / "lab"),
                        "JUPYTERLAB_WORKSPACES_DIR": str(config / "workspaces")}  # fmt: skip
    return command, environment


def learners_token() -> str:
    """The learners' token, the same at every start: yesterday's bookmark opens the course today."""
    kept = ROOT / "desk" / ".jupyter" / "token"
    if not kept.exists():
        kept.touch(0o600)
        kept.write_text(secrets.token_hex(16), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def serve(port: int, lang: str, browser: bool) -> None:
    """Run a learner's and an instructor's JupyterLab until Ctrl-C."""
    for wanted in (port, port + 1):
        if not free(wanted):
            fail(f"port {wanted} is taken", f"choose another: python3 start.py --port {port + 10}")
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a closed terminal stops the servers too, as Ctrl-C does
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    rooms = [  # each with a token of its own: a learner's must not open the bank
        ("Learners", port, f"/kefu/{lang}", ROOT / "desk", True, learners_token()),
        ("Instructors", port + 1, "/formgrader", ROOT, False, secrets.token_hex(16)),
    ]
    servers = []
    try:
        for _, number, _, folder, learner, token in rooms:
            command, environment = lab(str(PYTHON), folder, number, token, lang, learner)
            servers.append(subprocess.Popen(command, cwd=folder, env=environment))
        for (who, number, page, *_, token), server in zip(rooms, servers, strict=True):
            wait(number, token, server)
            print(f"{who}: http://127.0.0.1:{number}{page}?token={token}", flush=True)
        print("Stop with Ctrl-C.", flush=True)
        if browser:
            webbrowser.open(f"http://127.0.0.1:{port}{rooms[0][2]}?token={rooms[0][-1]}")
        while all(server.poll() is None for server in servers):
            time.sleep(0.5)
        fail("a server has stopped", "see its last lines above and start again")
    except KeyboardInterrupt:
        print("\nStopped. Every answer is saved.")
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def wait(port: int, token: str, server: subprocess.Popen) -> None:
    """Return when a server answers."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    fail("JupyterLab did not start", "see its last lines above and start again")


def find_browser() -> str:
    """A Chromium or Chrome of this machine, else one installed the platform's usual way, else nothing."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    if sys.platform == "darwin" and Path("/Applications/Google Chrome.app").exists():
        return "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    print("Installing Chromium for the browser tests …", flush=True)
    if shutil.which("apt-get") and os.geteuid() == 0:
        run("apt-get", "update", "-qq", quiet=True)
        run("apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk", quiet=True)
        return shutil.which("chromium") or ""
    got = run(str(PYTHON), "-m", "playwright", "install", "chromium", quiet=True)
    return "playwright" if got.returncode == 0 else ""


def test(arguments: list) -> int:
    """Set up what tests need and run them all; further arguments go to pytest."""
    set_up("test")
    browser = find_browser()
    if not browser:
        print("No Chromium or Chrome is here and none could be installed: the browser tests are skipped by name.")
    os.environ["KEFU_BROWSER"] = browser
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        if not arguments and run(str(PYTHON), "-m", *tool).returncode:
            return 1
    return run(str(PYTHON), "-m", "pytest", *arguments).returncode


def main() -> int:
    """Do what was asked."""
    parser = argparse.ArgumentParser(description="Set Kefu up and start it.")
    parser.add_argument("command", nargs="?", choices=["serve", "setup", "test", "demo"], default="serve",
                        help="serve (default), setup: only prepare, test: run every test, demo: a simulated class")  # fmt: skip
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--port", type=int, default=8888, help="the learners' port; instructors get the next one")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="the language to open in")
    chosen, rest = parser.parse_known_args()
    if rest and chosen.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    check_machine()
    if chosen.command == "test":
        return test(rest)
    set_up()
    if chosen.command == "demo":
        return run(str(PYTHON), "-m", "kefu", "demo").returncode
    prepare(chosen.lang)
    if chosen.command == "serve":
        serve(chosen.port, chosen.lang, not chosen.no_browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
