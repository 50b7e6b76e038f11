"""The command line: kefu and the word of a command."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from kefu import author, grader
from kefu.items import LANGS
from kefu.stock import nbgrader

__all__ = ["main", "nbgrader"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kefu", description="A Jupyter course and assessment kit.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the course repository (default: here)")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(run: Callable[..., int], words: str) -> argparse.ArgumentParser:
        found = commands.add_parser(run.__name__, help=words)
        found.set_defaults(run=run)
        return found

    command(author.check, "read every item and paper; say what is wrong and how to mend it")
    command(author.lint, "read every item as a reviewer would; say what to mend")
    command(author.coverage, "print how many items every knowledge point has")
    command(author.build, "write lessons' stored views, source/ and release/ from the bank")
    found = command(author.desk, "lay out a learner's desk: the open rooms and nothing else")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0])
    for run, words in ((author.simulate, "hand in every paper for a simulated class"),
                       (grader.demo, "a simulated class from hand-in to scores, in the folder demo/")):  # fmt: skip
        found = command(run, words)
        found.add_argument("--learners", type=int, default=30)
        found.add_argument("--seed", type=int, default=7)
    found = command(grader.collect, "take in hand-in files that came by e-mail or a learning platform")
    found.add_argument("files", type=Path, nargs="+")
    found = command(grader.grade, "mark submissions from data: the scores of nbgrader autograde, and no learner's code is run")
    found.add_argument("papers", nargs="*", help="default: every paper that was submitted")
    found.add_argument("--workers", type=int, help="processes (default: one a core)")
    found.add_argument("--dask", metavar="ADDRESS", help="grade on this Dask cluster, whose workers see the same folders")
    found.add_argument("--force", action="store_true", help="also what is graded already")
    found.add_argument("--student", dest="learners", action="append", default=[], help="only this learner; may be repeated")
    found = command(grader.watch, "collect, mark and give feedback as learners hand in, until Ctrl-C")
    found.add_argument("papers", nargs="*", help="default: every paper")
    found.add_argument("--every", type=float, default=2.0, help="seconds between two looks")
    found.add_argument("--once", action="store_true", help="look once and end, for a timer")
    found = command(grader.scores, "print the scores; write them as CSV and XLSX, and as Canvas and Moodle take them in")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0], help="of headings and titles")
    found.add_argument("--out", type=Path, help="the folder to write to (default: scores in the root)")
    found.add_argument(
        "--classes", type=Path, help="the class list, a CSV with the headings learner, class and, if you like, name"
    )
    found = command(grader.report, "write what a paper's answers say about it and the class, as one HTML file to open or print")
    found.add_argument("paper")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0])
    found.add_argument("--out", type=Path, help="the file to write (default: reports/PAPER.LANG.html in the root)")
    found = command(
        grader.regrade, "change the key of a paper's item, accept one more, or void it; without --apply, show who would change"
    )
    found.add_argument("paper", nargs="?")
    found.add_argument("item", nargs="?")
    way = found.add_mutually_exclusive_group(required=True)
    way.add_argument("--key", help="the right key, as in the item's file")
    way.add_argument("--accept", help="one more key that counts as right")
    way.add_argument("--void", action="store_true", help="everyone who handed in gets full points, even for a blank")
    way.add_argument("--undo", action="store_true", help="take back the last regrade, whatever its paper")
    found.add_argument("--why", default="", help="the reason, for the audit file")
    found.add_argument("--apply", action="store_true", help="do it")
    found = command(
        grader.second, "write a second rater's sheet of what was marked by hand; with --sheet, compare the two raters"
    )
    found.add_argument("name", metavar="paper")
    found.add_argument("--share", type=float, default=0.2, help="of the learners that are drawn")
    found.add_argument("--seed", type=int, default=7)
    found.add_argument("--sheet", type=Path, help="the sheet the second rater filled in")
    found = command(
        grader.angoff, "write the judges' sheet for a paper's pass mark; with the filled sheet, print the pass mark"
    )
    found.add_argument("name", metavar="paper")
    found.add_argument("sheet", type=Path, nargs="?", help="the sheet the judges filled in")
    found.add_argument("--lang", choices=LANGS, default=LANGS[0], help="of the questions")
    chosen = vars(parser.parse_args(arguments))
    run, root = chosen.pop("run"), chosen.pop("root").absolute()
    try:
        return run(root, **chosen)
    except (ValueError, FileNotFoundError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
