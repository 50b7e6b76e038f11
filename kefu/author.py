"""The author's commands: check, lint, coverage, build, desk, simulate."""

import filecmp
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kefu import balance, bank, paper, syllabus
from kefu import lint as lints
from kefu.database import address
from kefu.desk import lay_out
from kefu.stock import COURSE, nbgrader


def check(root: Path) -> int:
    """Print every complaint about items and papers, and what is good; 1 when there is a complaint."""
    known = bank.load(root)
    papers, wrong = paper.load(root, known)
    for complaint in (complaints := known.complaints + wrong):
        print(complaint)
    taught = syllabus.load(syllabus.course_folder(root)).points
    covered = {slug for item in known.items.values() for slug in item.covers}
    print(
        f"{len(known.pool('practice'))} practice items, {len(known.pool('secure'))} secure items, {len(papers)} papers; "
        f"{len(covered)} of {len(taught)} knowledge points have an item; {len(complaints)} complaints"
    )
    return 1 if complaints else 0


def lint(root: Path) -> int:
    """Print every complaint about how items and lessons are written; 1 when there is one."""
    from kefu import rows  # here, as nbformat takes most of a second to load

    known, folder = bank.load(root), syllabus.course_folder(root)
    course = syllabus.load(folder)
    found = lints.lint(list(known.items.values()), list(course.points)) + lints.lessons(folder, course)
    found += rows.complaints(folder, course, known)
    for complaint in found:
        print(complaint)
    print(f"{len(known.items)} items read; {len(found)} complaints")
    return 1 if found else 0


def coverage(root: Path) -> int:
    """Print every knowledge point with its items of both pools, then levels, kinds and places of keys."""
    known, course = bank.load(root), syllabus.load(syllabus.course_folder(root))
    counts = {
        pool: Counter(slug for item in known.pool(pool).values() for slug in item.covers) for pool in ("practice", "secure")
    }
    print(f"{'knowledge point':40} practice secure")
    for lesson in course.lessons.values():
        for slug, title in lesson.points.items():
            print(f"{lesson.id} {slug:36} {counts['practice'][slug]:8} {counts['secure'][slug]:6}  {title['zh']}")
    for name in ("level", "kind"):
        told = Counter(getattr(item, name) for item in known.pool("secure").values())
        print(f"secure items by {name}: {', '.join(f'{value} {count}' for value, count in told.most_common())}")
    singles = [item for item in known.pool("secure").values() if item.kind == "single"]
    places = Counter("abcdefgh"[item.options.index(item.key)] for item in singles)
    print(f"keys of single choice: {', '.join(f'{place} {places[place]}' for place in sorted(places))}")
    if pair := balance.closest(list(known.items.values())):
        print(f"closest items of the two pools: {pair[0].id} and {pair[1].id} share {pair[2]:.0%} of their wording")
    covered = {pool: len(counts[pool].keys() & course.points.keys()) for pool in counts}
    print(f"covered: {covered['practice']} of {len(course.points)} by practice, {covered['secure']} by secure items")
    from kefu import rows

    print(rows.told(syllabus.course_folder(root)))
    return 0


def build(root: Path) -> int:
    """Bring lessons, source/ and release/ in step with the bank. A bad paper stops only itself."""
    from kefu import gradebook, lesson  # here, as their libraries take seconds to load
    from kefu.build import write
    from kefu.grading import indexes

    known = bank.load(root)
    papers, wrong = paper.load(root, known)
    for complaint in (complaints := known.complaints + wrong):
        print(complaint)
    course = syllabus.course_folder(root)
    for path in lesson.write_all(syllabus.load(course), course, known):
        print(f"wrote {path.relative_to(root)}")
    (root / "exchange").mkdir(exist_ok=True)
    (root / "exchange").chmod(0o777)  # learners of this machine write here, as nbgrader asks
    released = gradebook.papers(address(root))
    for name, form in papers.items():
        changed = write(form, root / "source")
        if changed or name not in released or not (root / "release" / name / f"{name}.ipynb").exists():
            nbgrader(root, "generate_assignment", name, "--force")
            print(f"released {name}: {len(form.items)} items")
    if papers:
        indexes.add(address(root))
    for folder in sorted((root / "source").glob("*/")):
        if folder.name not in papers:
            print(f"source/{folder.name}: is no good paper of {paper.FILE}; mend it there, or delete the folder")
    return 1 if complaints else 0


def desk(root: Path, lang: str) -> int:
    """Lay out desk/ for a learner of this machine, and release every paper to the local exchange."""
    papers, _ = paper.load(root, bank.load(root))
    for name in papers:
        released = root / "release" / name
        files = [path for path in released.rglob("*") if path.is_file()]
        _, changed, missing = filecmp.cmpfiles(
            released,
            root / "exchange" / COURSE / "outbound" / name,
            [path.relative_to(released).as_posix() for path in files],
            shallow=False,
        )
        if changed or missing:
            nbgrader(root, "release_assignment", name, "--force")
    lay_out(root, root / "desk", lang)
    return 0


def simulate(root: Path, learners: int, seed: int, now: datetime | None = None, only: Collection[str] = ()) -> int:
    """Hand in every paper, or `only` some, for a simulated class, due a day ago, where nbgrader's collect finds it."""
    from kefu.simulate import submit_class  # here, as nbformat takes most of a second to load

    papers, _ = paper.load(root, bank.load(root))
    now = now or datetime.now(UTC)
    due = now - timedelta(days=1)
    inbound = root / "exchange" / COURSE / "inbound"
    inbound.mkdir(parents=True, exist_ok=True)
    for name in only or papers:
        form = papers[name]
        nbgrader(root, "db", "assignment", "add", name, f"--duedate={due:%Y-%m-%d %H:%M:%S} UTC")
        made = submit_class(form, root / "release", inbound, learners=learners, seed=seed, now=now, due=due)
        print(f"{name}: {len(made)} simulated learners have handed in")
    return 0
