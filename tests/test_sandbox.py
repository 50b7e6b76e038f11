"""Labs: the learner's code runs behind walls, its values are marked outside, and no attack gains a point or harms anybody."""

import json
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from conftest import make_school
from test_grading import COMMENTS, ROWS, rows

from kefu import cli, journal
from kefu.bench import STOCK
from kefu.grading import cells, engine, folders, plan, sandbox
from kefu.grading.cells import strange
from kefu.grading.sandbox import Sandbox

NAME = "lab-small"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LAB = """
seed = 3
cells = [
  { passage = "start" }, { worked = "load" }, { blank = "mean", answer = "v-mean" },
  { blank = "counts", answer = "v-counts" }, { ask = "q-single" },
]
[code]
load = '''
import pandas as pd
calls = pd.read_csv("data/calls.csv")
calls.head()
'''
mean = '''
mean_minutes = calls["minutes"].____()
'''
counts = '''
per_day = calls.groupby("day").____()
'''
[solutions]
mean = '''
mean_minutes = calls["minutes"].mean()
'''
counts = '''
per_day = calls.groupby("day").size()
'''
[zh.passages]
start = "通话记录。"
[en.passages]
start = "Calls."
"""
TABLES = """
import pandas as pd
def tables(seed):
    return {"calls": pd.DataFrame({"day": ["mon", "mon", "tue", "wed"], "minutes": [2.5, 3.5, 6.25, 8.0]})}
"""
ITEM = """
kind = "value"
lesson = "1-1"
covers = ["c1-one"]
level = "apply"
points = 5
source = "own"
key = {{ name = "{name}", value = {value}, tolerance = 0.005 }}
[zh]
stem = "算一算{name}。"
rationale = {{ value = "这样算。" }}
[en]
stem = "Work out {name}."
rationale = {{ value = "Like this." }}
"""
MEAN, COUNTS = 'mean_minutes = calls["minutes"].mean()', 'per_day = calls.groupby("day").size()'
KEY = 5.0625


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school with a lab of two values, released."""
    root = make_school(tmp_path_factory.mktemp("lab"))
    folder = root / "bank/labs" / NAME
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(LAB, encoding="utf-8")
    (folder / "tables.py").write_text(TABLES, encoding="utf-8")
    covers = (root / "bank/items/1-basics/q-single.toml").read_text(encoding="utf-8")
    item = ITEM.replace('["c1-one"]', next(line for line in covers.splitlines() if line.startswith("covers")).split("= ")[1])
    for name, variable, value in (("v-mean", "mean_minutes", KEY), ("v-counts", "per_day", "{ mon = 2, tue = 1, wed = 1 }")):
        text = item.format(name=variable, value=value)
        (root / f"bank/items/1-basics/{name}.toml").write_text(text, encoding="utf-8")
    papers = f'[{NAME}]\ntitle = {{ zh = "通话", en = "Calls" }}\nlab = true\n'
    (root / "bank/papers.toml").write_text(papers, encoding="utf-8")
    assert cli.main(["--root", str(root), "build"]) == 0
    return root


@pytest.fixture
def school(built: Path, tmp_path: Path) -> Path:
    """A school of its own for every test."""
    shutil.copytree(built, tmp_path / "school")
    return tmp_path / "school"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A warm sandbox."""
    with Sandbox() as found:
        yield found


def submit(root: Path, learner: str, mean: str = MEAN, counts: str = COUNTS, single: str | None = None) -> Path:
    """A lab handed in with this code in its two blank cells."""
    folder = root / "submitted" / learner / NAME
    shutil.copytree(root / "release" / NAME, folder)
    path = folder / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "____" in cell.source:
            cell.source = mean if "mean_minutes" in cell.source else counts
    nbformat.write(notebook, path)
    if single:
        journal.append(folder / journal.NAME, "q-single", now=NOW, lang="zh", response=single)
    (folder / "timestamp.txt").write_text("2026-11-24 08:00:00.000000 UTC", encoding="utf-8")
    return folder


def grade(root: Path, *arguments: str) -> int:
    return cli.main(["--root", str(root), "grade", "--workers", "1", *arguments])


def points(root: Path) -> dict[str, float | None]:
    """What every learner's two values earned, together."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        found = [row for row in connection.execute(ROWS) if row[1] in ("v-mean-mark", "v-counts-mark")]
    return {learner: sum(row[2] or 0 for row in found if row[0] == learner) for learner in {row[0] for row in found}}


BODIES = [
    MEAN, 'mean_minutes = sum(calls["minutes"]) / len(calls)', "mean_minutes = 5.06", "mean_minutes = 5.0", "", "mean_minutes = ____",
    "mean_minutes = None", "mean_minutes = 'five'", "1 / 0", "mean_minutes = [5.0625]", "import numpy as np\nmean_minutes = np.float32(5.0625)",
    'calls["minutes"].plot()\nmean_minutes = calls["minutes"].mean()', "mean_minutes = True", "mean_minutes = float('nan')",
    'mean_minutes = calls["minutes"].describe()', "mean_minutes = calls", "mean_minutes = lambda: 5.0625", "calls = None",
]  # fmt: skip
OTHERS = [
    COUNTS,
    'per_day = calls["day"].value_counts()',
    "per_day = {'mon': 2, 'tue': 1, 'wed': 1}",
    "per_day = calls.groupby('day').sum()",
    "x =",
]


def test_honest_labs_get_every_row_of_stock_nbgrader(school: Path) -> None:
    rng = random.Random(4)
    for n, body in enumerate(BODIES):
        submit(school, f"learner-{n:02d}", body, rng.choice(OTHERS), rng.choice([None, "a", "b"]))
    ours = (school / "nbgrader_config.py").read_text(encoding="utf-8")
    (school / "nbgrader_config.py").write_text(STOCK.format(root=str(school)), encoding="utf-8")
    cli.nbgrader(school, "autograde", NAME)
    stock = rows(school)
    assert points(school)["learner-00"] == 10 or "learner-00" in points(school)
    for run in (lambda: grade(school, "--force"), lambda: cli.nbgrader(school, "autograde", NAME, "--force")):
        (school / "nbgrader_config.py").write_text(ours, encoding="utf-8")
        with sqlite3.connect(school / "gradebook.db") as connection:
            for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
                connection.execute(f"DELETE FROM {table}")
        run()
        assert rows(school) == stock
    cli.nbgrader(school, "generate_feedback", NAME)


SHELL = "from IPython import get_ipython\nip = get_ipython()\n"
LEFT = "kefu-left-behind"  # a file or process that an attack would leave
ATTACKS = {
    # the marking itself
    "defines-mark": "def mark(*a, **k): return 5.0\nmean_minutes = 0",
    "patches-kefu": "import kefu.learn\nkefu.learn.mark = lambda *a, **k: 5.0\nmean_minutes = 0",
    "patches-score": "import kefu.items.item as i\ni.score = lambda **k: 5.0\nmean_minutes = 0",
    "patches-same": "import sys\nfor m in list(sys.modules.values()):\n    if hasattr(m, 'same'): m.same = lambda *a: True\nmean_minutes = 0",
    "patches-plain": "import sys\nsys.modules['kefu.grading.shell'].plain = lambda v: 'right'\nmean_minutes = 0",
    "patches-output": "import sys\nsys.modules['kefu.grading.shell']._outputs.append({'output_type': 'execute_result', 'data': {'text/plain': '5.0'}})\nmean_minutes = 0",
    "patches-json": "import json\njson.dumps = lambda *a, **k: '{\"outputs\": [], \"value\": \"right\", \"did\": []}'\nmean_minutes = 0",
    "always-equal": "class Same(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n    def __abs__(self): return 0.0\nmean_minutes = Same(0)",
    "always-equal-text": "class Same(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\nmean_minutes = Same('x')",
    "always-equal-dict": "class Same(dict):\n    def __eq__(self, o): return True\nper_day = mean_minutes = Same()",
    "to-dict": "class Same:\n    def to_dict(self): return {'value': self}\nmean_minutes = Same()",
    "endless-to-dict": "class Same:\n    def to_dict(self): return self\nmean_minutes = Same()",
    "slow-to-dict": "class Same:\n    def to_dict(self):\n        while True: pass\nmean_minutes = Same()",
    "raising-to-dict": "class Same:\n    def to_dict(self): raise SystemExit\nmean_minutes = Same()",
    "infinite": "mean_minutes = float('inf')",
    "huge-int": "mean_minutes = 10 ** 100000",
    "deep-list": "x = []\nfor n in range(100000): x = [x]\nmean_minutes = x",
    "transformer": SHELL + "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, n): return ast.Pass()\n    def visit_Call(self, n): return ast.Constant(5.0)\nip.ast_transformers.append(T())\nmean_minutes = 0",
    "input-transformer": SHELL + "ip.input_transformers_post.append(lambda lines: ['5.0'])\nmean_minutes = 0",
    "events": SHELL + "ip.events.register('post_run_cell', lambda r: 5.0)\nmean_minutes = 0",
    "display-hook": "import sys\nsys.displayhook = lambda v: 5.0\nmean_minutes = 0",
    "builtins": "import builtins\nbuiltins.abs = lambda v: 0\nbuiltins.float = lambda *a: 5.0\nmean_minutes = 0",
    "user-names": SHELL + "ip.user_ns = {'mean_minutes': 'right'}",
    "forged-output": "from IPython.display import display\ndisplay({'text/plain': '5.0'}, raw=True)\nmean_minutes = 0",
    "forged-result": "mean_minutes = 0\n5.0",
    "forged-lines": "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'{\"outputs\": [], \"value\": \"right\", \"did\": []}\\n' * 9)\n    except OSError: pass\nmean_minutes = 0",
    "forged-garbage": "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'\\xff{[' * 99 + b'\\n')\n    except OSError: pass\nmean_minutes = 0",
    # reading the key
    "reads-source": "import glob\nmean_minutes = [open(p).read() for p in glob.glob('ROOT/source/**/*.ipynb', recursive=True)] or open('ROOT/source/lab-small/lab-small.ipynb').read()",
    "reads-item": "mean_minutes = open('ROOT/bank/items/1-basics/v-mean.toml').read()",
    "reads-gradebook": "import sqlite3\nmean_minutes = sqlite3.connect('ROOT/gradebook.db').execute('select source from source_cell').fetchall()",
    "reads-config": "mean_minutes = open('ROOT/nbgrader_config.py').read()",
    "reads-parent": "mean_minutes = open('/proc/%d/environ' % __import__('os').getppid()).read()",
    "reads-parents-memory": "import os\nmean_minutes = open('/proc/%d/mem' % os.getppid(), 'rb').read(10)",
    "reads-maps": "mean_minutes = open('/proc/self/maps').read()",
    "lists-root": "import os\nmean_minutes = os.listdir('ROOT')",
    "walks-up": "import os\nmean_minutes = [f for r in ('..', '../..', '../../..') for f in os.listdir(r)]",
    "links": "import os\nos.symlink('ROOT/source', 'src')\nmean_minutes = os.listdir('src')",
    "hard-links": "import os\nos.link('ROOT/gradebook.db', 'db')\nmean_minutes = open('db', 'rb').read(9)",
    "objects": "import gc\nmean_minutes = [o for o in gc.get_objects() if o == 81 / 16] and 0",
    "frames": "import sys\nf = sys._getframe()\nwhile f: g, f = f, f.f_back\nmean_minutes = [v for v in g.f_globals.values() if v == 81 / 16] and 0",
    "history": SHELL + "mean_minutes = [s for _, _, s in ip.history_manager.get_range() if 'key' in s] and 0",
    "environment": "import os\nmean_minutes = os.environ.get('KEY', 0)",
    "another-learner": "mean_minutes = open('ROOT/submitted/zoe/lab-small/lab-small.ipynb').read()",
    "temporary-files": "import os\nmean_minutes = os.listdir('/tmp')",
    "ctypes-open": "import ctypes\nlibc = ctypes.CDLL(None)\nmean_minutes = libc.open(b'ROOT/gradebook.db', 2)",
    "ptrace": "import ctypes, os\nmean_minutes = ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)",
    # writing
    "writes-gradebook": "import sqlite3\nc = sqlite3.connect('ROOT/gradebook.db')\nc.execute('update grade set manual_score = 5')\nc.commit()\nmean_minutes = 0",
    "truncates": "import os\nos.truncate('ROOT/gradebook.db', 0)",
    "deletes": "import shutil\nshutil.rmtree('ROOT/submitted')",
    "changes-mode": "import os\nos.chmod('ROOT/gradebook.db', 0)\nos.chmod('ROOT', 0)",
    "changes-owner": "import os\nos.chown('ROOT/gradebook.db', 65534, 65534)",
    "changes-time": "import os\nos.utime('ROOT/submitted/zoe/lab-small/timestamp.txt', (0, 0))",
    "leaves-file": f"open('/tmp/{LEFT}', 'w').write('x')",
    "patches-library": "import pandas\nopen(pandas.__file__, 'a').write('#')",
    # the machine
    "kills-parent": "import os\nos.kill(os.getppid(), 9)",
    "kills-all": "import os\nos.kill(-1, 9)",
    "kills-group": "import os\nos.killpg(0, 15)",
    "stops-parent": "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)",
    "ctypes-kill": "import ctypes, os\nctypes.CDLL(None).kill(os.getppid(), 9)",
    "limits-parent": "import resource, os\nresource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))",
    "slows-parent": "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "fork-bomb": "import os\nwhile True: os.fork()",
    "thread-bomb": "import threading\nwhile True: threading.Thread(target=lambda: __import__('time').sleep(99)).start()",
    "memory-bomb": "x = [bytearray(10 ** 9) for n in range(99)]",
    "memory-drip": "x = 'x'\nwhile True: x += x",
    "endless": "while True: pass",
    "endless-in-c": "sum(range(10 ** 12))",
    "deaf": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
    "sleeps": "import time\ntime.sleep(99)",
    "disk-bomb": "n = 0\nwhile True:\n    n += 1\n    open(f'f{n}', 'wb').write(b'x' * 10 ** 7)",
    "file-bomb": "open('big', 'wb').write(b'x' * 10 ** 9)",
    "prints": "while True: print('x' * 10 ** 6)",
    "writes-out": "import os\nwhile True: os.write(1, b'x' * 10 ** 6)",
    "displays": "for n in range(10 ** 6): display('x' * 10 ** 5)",
    "leaves-process": f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(999)', '{LEFT}'])",
    "daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass",
    "shell": "!cat ROOT/bank/items/1-basics/v-mean.toml",
    "system": "import os\nmean_minutes = os.system('cat ROOT/gradebook.db')",
    "exec": "import os\nos.execv('/bin/sh', ['sh', '-c', 'echo'])",
    "exits": "import os\nos._exit(0)",
    "aborts": "import os\nos.abort()",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "raises-exit": "raise SystemExit",
    "closes-pipe": "import os, signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nos.closerange(3, 256)\ntime.sleep(99)",
    "vanishing-files": "import os\nwhile True:\n    for n in range(99): open(f'f{n}', 'w').close()\n    for n in range(99): os.remove(f'f{n}')",
    "deep-folders": "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True:\n    libc.mkdir(b'd' * 99, 511)\n    libc.chdir(b'd' * 99)",
    "shut-folders": "import os\nfor n in range(30):\n    os.mkdir('d' * 99, 0o300)\n    os.chdir('d' * 99)\nos.mkdir('shut', 0)",
    "many-files": "n = 0\nwhile True:\n    n += 1\n    open(f'f{n}', 'w').close()",
    "nameless-files": "import os\nkept = []\nwhile True:\n    kept.append(open('f', 'wb'))\n    kept[-1].write(b'x' * 10 ** 7)\n    os.remove('f')",
    "talks-and-writes": "import os, time\nn = 0\nwhile True:\n    n += 1\n    open(f'f{n}', 'wb').write(b'x' * 10 ** 7)\n    for fd in range(3, 20):\n        try: os.write(fd, b' ')\n        except OSError: pass",
    "reserves": "import ctypes, os\nf = os.open('f', os.O_CREAT | os.O_RDWR)\nmean_minutes = 1 + ctypes.CDLL(None).fallocate(f, 1, ctypes.c_long(0), ctypes.c_long(1 << 33))\nassert not mean_minutes, open('/tmp/kefu-left-behind', 'w')",
    "memory-files": "import os\nkept = []\nwhile True:\n    kept.append(os.memfd_create('x'))\n    os.write(kept[-1], b'x' * 10 ** 7)",
    "small-threads": "import threading, time\nthreading.stack_size(1 << 15)\nwhile True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    "raises-limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "library-flags": "import fcntl, pandas\nf = open(pandas.__file__)\nfcntl.ioctl(f, 0x40086602, fcntl.ioctl(f, 0x80086601, bytes(8)))",
    # the grader's terminal and memory
    "terminal": "!echo \x1b[2J\x1b]0;x\x07",
    "half-letters": "open('/\\udcff')",
    "forged-lines-told": "import os, json\nfor fd in range(3, 64):\n    try: os.write(fd, json.dumps({'outputs': [], 'odd': 'x\\nzoe: flagged', 'did': ['\\ud800\\x1b[2J\\nzoe']}).encode() + b'\\n')\n    except OSError: pass",
    # the network
    "datagram": "import socket\na, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\na.sendto(b'x', '/run/systemd/journal/socket')",
    "socket": "import socket\nsocket.socket().connect(('127.0.0.1', 80))",
    "url": "import urllib.request\nmean_minutes = urllib.request.urlopen('http://127.0.0.1:1/key').read()",
    "pandas-url": "mean_minutes = pd.read_csv('http://127.0.0.1:1/key.csv')",
    "unix-socket": "import socket\nsocket.socket(socket.AF_UNIX).connect('/run/postgresql/.s.PGSQL.5432')",
    "name-lookup": "import socket\nsocket.gethostbyname('example.org')",
    # hidden ways
    "hidden-import": "m = getattr(__builtins__, '__imp' + 'ort__', None) or __builtins__['__imp' + 'ort__']\nmean_minutes = m('o' + 's').listdir('ROOT')",
    "subclasses": "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0](['true'])",
    "pickle": "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'true'\\ntR.\")",
    "new-code": "exec(compile('import os; os.fork()', 'x', 'exec'))",
    "audit-hook": "import sys\nsys.addaudithook(lambda e, a: None)\nimport os\nos.fork()",
    "trace": "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
}  # fmt: skip


def test_no_attack_gains_a_point_reads_a_key_harms_another_or_stalls_the_run_and_every_one_is_named(
    school: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "SECONDS", 3.0)
    monkeypatch.setattr(cells, "CELL_SECONDS", 1.0)
    (school.parent / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(school.parent / "tmp"))
    for name, code in ATTACKS.items():
        submit(school, name, code.replace("ROOT", str(school)), counts="per_day = 0")
    submit(school, "zoe")
    before = {path: path.stat().st_mode for path in school.rglob("*") if "autograded" not in path.parts}
    assert grade(school) == 0
    told, earned = capsys.readouterr().out, points(school)
    assert len(ATTACKS) >= 60
    assert earned.pop("zoe") == 10
    assert {name: got for name, got in earned.items() if got} == {}
    assert earned.keys() == ATTACKS.keys()
    quiet = {"infinite", "forged-output", "forged-result"}  # plain Python that gains nothing: there is nothing to name
    assert [name for name in ATTACKS if f"{NAME}: {name}: flagged: " not in told and name not in quiet] == []
    assert f"{NAME}: zoe: flagged" not in told
    assert all(line.isprintable() for line in told.splitlines()) and "\nzoe" not in told
    assert len(os.listdir(school.parent / "tmp")) <= 1  # the sandbox's own
    assert {path: path.stat().st_mode for path in before} == before
    for path in (school / "autograded").glob(f"*/{NAME}/*.ipynb"):
        shown = [cell["outputs"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if "outputs" in cell]
        assert str(KEY) not in json.dumps(shown) or "zoe" in path.parts
    assert not Path(f"/tmp/{LEFT}").exists()
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if LEFT.encode() in _bytes(path)]
    assert left == []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_this_machine_gives_every_wall(box: Sandbox) -> None:
    assert set(sandbox.WALLS) <= set(box.walls)


def test_values_come_out_as_plain_data_and_nothing_else(box: Sandbox, tmp_path: Path) -> None:
    asked = [
        {"source": "import numpy as np\na = np.arange(3)\nb = object()\nc = {1: (2, None)}"},
        *({"of": name} for name in "abcd"),
    ]
    ran = box.run(tmp_path, asked, 10, 10)
    assert [{key: told[key] for key in ("value", "odd") if key in told} for told in ran.cells[1:]] == [
        {"value": [0, 1, 2]}, {"odd": "object"}, {"value": {"1": [2, None]}}, {},
    ]  # fmt: skip
    assert ran.end == "done" and ran.did == ()


def test_a_cell_has_the_outputs_a_kernel_gives(box: Sandbox, tmp_path: Path) -> None:
    source = "import sys, os\nprint('a')\nprint('b', file=sys.stderr)\ndisplay(1)\nos.write(2, b'c')\n2"
    (told,) = box.run(tmp_path, [{"source": source}], 10, 10).cells
    assert [(output["output_type"], output.get("name")) for output in told["outputs"]] == [
        ("stream", "stdout"), ("stream", "stderr"), ("display_data", None), ("execute_result", None), ("stream", "stderr"),
    ]  # fmt: skip


def test_a_cell_that_is_late_is_interrupted_and_the_next_one_runs(box: Sandbox, tmp_path: Path) -> None:
    ran = box.run(tmp_path, [{"source": "while True: pass"}, {"source": "x = 1"}, {"of": "x"}], 10, 0.2)
    assert ran.cells[0]["outputs"][0]["ename"] == "KeyboardInterrupt" and ran.cells[2]["value"] == 1


NEIGHBOUR = """
import gc
x = []
for found in gc.get_objects():
    frame = getattr(found, "gi_frame", None)
    while frame:
        x.append(repr(dict(frame.f_locals)))
        frame = frame.f_back
x = [text for text in x if "81" + "95" in text]
"""


def test_a_learners_process_holds_nothing_of_the_learner_before(box: Sandbox, tmp_path: Path) -> None:
    box.run(tmp_path, [{"source": "x = 8195"}, {"of": "x"}], 10, 10)
    assert box.run(tmp_path, [{"source": NEIGHBOUR}, {"of": "x"}], 10, 10).cells[1]["value"] == []


def test_a_process_inherits_no_file_and_may_not_cut_one_by_its_path(box: Sandbox, tmp_path: Path) -> None:
    files = "import os, stat\nx = []\nfor n in range(3, 99):\n    try: x += [n] * (stat.S_ISREG(os.fstat(n).st_mode) and os.fstat(n).st_nlink)\n    except OSError: pass"
    cut = "open('f', 'w').close()\ntry: os.truncate('f', 0)\nexcept PermissionError: x.append('refused')"
    asked = [{"source": files}, {"source": cut}, {"of": "x"}]
    assert box.run(tmp_path, asked, 10, 10).cells[-1]["value"] == ["refused"]


def test_a_sandbox_whose_interpreter_is_gone_is_made_anew_and_the_run_goes_on(school: Path) -> None:
    submit(school, "kim")
    assert grade(school) == 0
    os.kill(engine.sandbox(plan.read(school / "source" / NAME), school / "source" / NAME)._process.pid, 9)
    submit(school, "zoe")
    assert grade(school) == 0 and points(school)["zoe"] == 10


@pytest.mark.parametrize("harm", ["deep", "many", "time", "journal", "code"])
def test_a_hostile_folder_is_listed_and_stops_nobody(school: Path, capsys: pytest.CaptureFixture[str], harm: str) -> None:
    folder = submit(school, "kim", mean="1\n" * 500_000 if harm == "code" else MEAN)
    submit(school, "zoe")
    if harm == "deep":
        (folder / "/".join("d" * 600)).mkdir(parents=True)
    elif harm == "many":
        for n in range(folders.ENTRIES + 1):
            (folder / f"f{n}").touch()
    elif harm == "time":
        (folder / "timestamp.txt").write_text("\x1b[2J" * 9, encoding="utf-8")
    elif harm == "journal":
        (folder / journal.NAME).write_bytes(b"x\n" * 100_000)
    grade(school)
    told = capsys.readouterr().out
    assert f"{NAME}: kim: {'flagged' if harm == 'journal' else 'not graded'}: " in told and len(told.splitlines()) < 50
    assert all(line.isprintable() for line in told.splitlines())
    assert points(school)["zoe"] == 10


def test_the_sandbox_says_when_its_interpreter_is_gone(tmp_path: Path) -> None:
    with Sandbox() as lost:
        os.kill(lost._process.pid, 9)
        with pytest.raises(RuntimeError, match="start the grading again"):
            lost.run(tmp_path, [{"source": "1"}], 10, 10)


@pytest.mark.parametrize(("source", "said"), [
    ("import pandas as pd\nx = pd.Series([1]).mean()", []), ("x = ____", []), ("import os", ["its code imports os"]),
    ("from kefu import mark", ["its code imports kefu"]), ("().__class__", ["its code uses __class__"]),
    ("def mark(): pass", ["its code defines mark"]), ("!ls", ["its code has a command: !ls"]), ("x =", []),
])  # fmt: skip
def test_what_a_computation_does_not_need_is_named(source: str, said: list[str]) -> None:
    assert strange(source) == said


def change(folder: Path, how: str) -> None:
    """Meddle with a submitted lab's own cells."""
    path = folder / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    there = notebook["cells"]
    marks = [cell for cell in there if cell["metadata"].get("nbgrader", {}).get("grade")]
    match how:
        case "copied":
            there.append(json.loads(json.dumps(marks[0])) | {"id": "copy"})
        case "deleted":
            notebook["cells"] = [cell for cell in there if cell not in marks]
        case "retyped":
            marks[0]["cell_type"] = "markdown"
        case "re-pointed":
            marks[0]["metadata"]["nbgrader"]["points"] = 99
        case "stripped":
            for cell in there:
                cell["metadata"] = {}
        case "old":
            for cell in there:
                cell["metadata"].get("nbgrader", {})["schema_version"] = 1
        case "moved":
            notebook["cells"] = there[::-1]
        case "rewritten":
            marks[0]["source"] = "5.0"
    path.write_text(json.dumps(notebook), encoding="utf-8")


MEDDLED = ("copied", "deleted", "retyped", "re-pointed", "old", "rewritten")


def test_meddling_with_a_labs_own_cells_changes_no_score(school: Path) -> None:
    for how in (*MEDDLED, "stripped", "moved"):
        change(submit(school, how), how)
        change(submit(school, f"wrong-{how}", mean="mean_minutes = 0", counts="per_day = 0"), how)
    assert grade(school) == 0
    found = points(school)
    assert {how: found[how] for how in MEDDLED} == dict.fromkeys(MEDDLED, 10)
    assert [found[f"wrong-{how}"] for how in (*MEDDLED, "stripped", "moved")] == [0] * (len(MEDDLED) + 2)


@pytest.mark.parametrize("harm", ["missing", "broken", "link", "list"])
def test_a_lab_without_a_notebook_that_can_be_read_is_listed_and_keeps_no_points(
    school: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    path = submit(school, "kim") / f"{NAME}.ipynb"
    assert grade(school) == 0 and points(school)["kim"] == 10
    text = path.read_text(encoding="utf-8")
    path.unlink()
    if harm == "broken":
        path.write_text(text[:-100], encoding="utf-8")
    elif harm == "link":
        path.symlink_to(school / "source" / NAME / f"{NAME}.ipynb")
    elif harm == "list":
        path.write_text("[]", encoding="utf-8")
    assert grade(school, "--force") == 1
    assert f"kim: not graded: {NAME}.ipynb: " in capsys.readouterr().out
    assert points(school)["kim"] == 0


def test_a_graders_page_of_a_lab_shows_the_learners_code_as_text(school: Path) -> None:
    submit(
        school,
        "kim",
        "from IPython.display import HTML\nmean_minutes = 1\nHTML('<script>alert(1)</script>') # <script>alert(2)</script>",
    )
    assert grade(school) == 0
    notebook = nbformat.read(school / "autograded/kim" / NAME / f"{NAME}.ipynb", as_version=4)
    nbformat.validate(notebook)
    own = next(cell for cell in notebook.cells if "alert(2)" in cell.source)
    assert [list(output.get("data", {})) for output in own.outputs] == [["text/plain"]]
    cli.nbgrader(school, "generate_feedback", NAME)
    assert "<script>alert" not in (school / "feedback/kim" / NAME / f"{NAME}.html").read_text(encoding="utf-8")


def test_comments_are_those_of_stock(school: Path) -> None:
    submit(school, "kim")
    assert grade(school) == 0
    with sqlite3.connect(school / "gradebook.db") as connection:
        assert connection.execute(COMMENTS).fetchall() == []
