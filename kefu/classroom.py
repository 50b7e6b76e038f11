"""The classroom: a Jupyter server extension that shows learners the course and takes their answers, without a kernel."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import AuthenticatedFileHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from tornado.web import HTTPError, authenticated

from kefu import cards, journal, pages, room
from kefu.home import Paper, home
from kefu.items import LANGS
from kefu.syllabus import load as load_syllabus

COURSE = "kefu"
HERE = Path(__file__).parent
SCORE = re.compile(r'<meta name="kefu-score" content="([^"]*)"')


class Exchange:
    """nbgrader's exchange, as its own assignment list uses it."""

    def __init__(self, desk: Path) -> None:
        self._list, self._desk = AssignmentList(), desk
        self._list.root_dir = str(desk)

    def papers(self, lang: str) -> list[Paper]:
        """Every paper that is released or was fetched, in the order of their names."""
        released = self._list.list_released_assignments(COURSE)
        rows = released["value"] if released["success"] else []
        folders = {row["assignment_id"]: Path(row["path"]) for row in rows if row["status"] == "released"}
        folders |= {path.parent.name: path.parent for path in self._desk.glob("*/paper.json")}
        return [found for name, folder in sorted(folders.items()) if (found := self._paper(name, folder, lang))]

    def _paper(self, name: str, folder: Path, lang: str) -> Paper | None:
        told = room.paper(folder, lang, lambda told: told)
        if not isinstance(told, dict) or not told.get("items"):
            return None
        closes = datetime.fromisoformat(told["closes"]).astimezone().strftime("%Y-%m-%d %H:%M") if "closes" in told else ""
        found = journal.read(self._desk / name / journal.NAME)
        answered = sum(response is not None for response in found.responses.values())
        state, score = "begun" if (self._desk / name).exists() else "open", ""
        if found.handed:
            result = self.result(name)
            state = "marked" if result else state if found.moved else "handed"
            told_score = SCORE.search(result.read_text(encoding="utf-8")) if result else None
            score = told_score[1] if told_score else ""
        return Paper(name, told["title"][lang], state, answered, len(told["items"]), closes, score)

    def result(self, name: str) -> Path | None:
        """The newest feedback on a paper, fetched first when the school has given a newer one."""
        listed = self._list.list_submitted_assignments(COURSE)
        for row in listed["value"] if listed["success"] else []:
            waiting = [one for one in row["submissions"] if one["has_exchange_feedback"] and not one["has_local_feedback"]]
            if row["assignment_id"] == name and (waiting or any(one["feedback_updated"] for one in row["submissions"])):
                self._list.fetch_feedback(COURSE, name)
        found = sorted((self._desk / name / "feedback").glob(f"*/{name}.html"))
        return found[-1] if found else None

    def fetch(self, name: str) -> bool:
        """Fetch a paper to the desk; whether it is there now."""
        if not (self._desk / name).exists():
            self._list.fetch_assignment(COURSE, name)
        return (self._desk / name).exists()

    def submit(self, name: str) -> str:
        """Give a paper to the school; the name of the word that says what became of it."""
        released = self._list.list_released_assignments(COURSE)
        known = released["success"] and any(row["assignment_id"] == name for row in released["value"])
        if not known:
            return "by_file"
        return "submitted" if self._list.submit_assignment(COURSE, name)["success"] else "not_submitted"


class Room(JupyterHandler):
    """What all pages share."""

    def at(self, lang: str) -> pages.Place:
        """Where this request stands."""
        desk = Path(self.settings["server_root_dir"]).expanduser()
        if not (desk / "course" / "syllabus.toml").exists():
            raise HTTPError(404, "there is no course in this folder")
        return pages.Place(desk, lang, url_path_join(self.base_url, "kefu").rstrip("/"), self.xsrf_form_html())


class Front(Room):
    """The door: it leads to the home in the learner's language."""

    @authenticated
    def get(self) -> None:
        self.redirect(self.at(room.language()).url(""))


class Home(Room):
    """The course home."""

    @authenticated
    def get(self, lang: str) -> None:
        at = self.at(lang)
        self.finish(home(at, Exchange(at.desk).papers(lang), cards.local_now()))


class Shown(Room):
    """A lesson, the review, a paper, a result."""

    @authenticated
    def get(self, lang: str, kind: str, name: str = "") -> None:
        at = self.at(lang)
        lessons = load_syllabus(at.course).lessons
        if kind == "review":
            self.finish(pages.review(at, cards.local_now()))
        elif kind == "lesson" and name in lessons:
            self.finish(pages.lesson(at, lessons[name]))
        elif kind == "paper" and (at.desk / name / f"{name}.ipynb").exists():
            self.finish(pages.paper(at, name))
        elif kind == "result" and (result := Exchange(at.desk).result(name)):
            self.finish(pages.result(at, result.read_text(encoding="utf-8")))
        else:
            self.redirect(at.url(""))


class Fetch(Room):
    """Takes a paper to the learner's desk and opens it."""

    @authenticated
    def post(self, lang: str, name: str) -> None:
        at = self.at(lang)
        self.redirect(at.url("paper", name) if Exchange(at.desk).fetch(name) else at.url(""))


class Language(Room):
    """Remembers the learner's language."""

    @authenticated
    def post(self) -> None:
        lang, onward = self.get_argument("lang"), self.get_argument("next")
        base = self.at(LANGS[0]).base
        if lang in LANGS:
            room.remember(lang)
        self.redirect(onward if onward.startswith(f"{base}/") else f"{base}/")


class Answer(Room):
    """Takes what a card's page has changed or asked, and answers with the card's new state."""

    @authenticated
    def post(self) -> None:
        body = json.loads(self.request.body)
        at, item = self.at(body["lang"] if body.get("lang") in LANGS else LANGS[0]), body.get("item")
        page, verb = str(body.get("page")), body.get("verb")
        if verb not in ("practice", "ask", "cover", "hand_in") or not re.fullmatch(r"[\w-]+", page):
            raise HTTPError(400, "no such card")
        found: Any = pages.card(at, page, verb, item, lambda: Exchange(at.desk).submit(page))
        if not isinstance(found, cards.Card):
            raise HTTPError(404, repr(found))
        with found.hold_trait_notifications():
            for name in ("response", "turn", "flagged"):
                if name in body.get("changes", {}):
                    setattr(found, name, body["changes"][name])
        if isinstance(body.get("message"), dict):
            found.hear(body["message"])
        self.finish({name: value for name, value in found.state().items() if name != "words"})


class Figure(AuthenticatedFileHandler):
    """The course's drawings, and nothing else of it."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> Any:
        if not absolute_path.endswith((".svg", ".css", ".js")):
            raise HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kefu.classroom"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the classroom's addresses to a Jupyter server."""
    web, langs = server.web_app, "|".join(LANGS)
    base = url_path_join(web.settings["base_url"], "kefu")
    figures = Path(web.settings["server_root_dir"]).expanduser() / "course" / "figures"
    web.add_handlers(".*$", [
        (rf"{base}/?", Front),
        (rf"{base}/({langs})/?", Home),
        (rf"{base}/({langs})/(review)", Shown),
        (rf"{base}/({langs})/(lesson|paper|result)/([\w-]+)", Shown),
        (rf"{base}/({langs})/fetch/([\w-]+)", Fetch),
        (rf"{base}/language", Language),
        (rf"{base}/card", Answer),
        (rf"{base}/static/(.*)", Figure, {"path": str(HERE / "static")}),
        (rf"{base}/figures/(.*)", Figure, {"path": str(figures)}),
    ])  # fmt: skip
