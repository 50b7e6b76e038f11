"""Pictures for the docs: python tests/screenshots.py writes docs/kinds/*.png and docs/pages/*.png from the real course."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from conftest import BROWSER, OPTIONS, REPOSITORY, TOKEN, lab, make_lessons, make_school
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from kefu import bank, journal
from kefu.desk import lay_out
from kefu.items import Item
from kefu.items.roleplay import attempt

KINDS = ["p1-1-begin-end", "p1-3-slogan-use", "p1-1-no-argument", "p1-3-elements", "p1-4-four-guests", "p2-5-three-yardsticks",
         "p1-1-two-words", "p1-5-first-contact", "c2-sj-one-or-three-nights", "c2-rp-one-or-three-nights", "p1-3-front-desk",
         "p6-1-manager-profile", "p4-4-rewrite-reply"]  # fmt: skip
ESSAY = {
    "zh": "您好。对不起，让您等到今天。我查到包裹昨晚停在了转运站，今天16:00前送到，由我跟进；17:00还没有到，我给您打电话。",
    "en": "I am sorry you are still waiting. Your parcel was held at the sorting center last night and will reach you by "
    "4 p.m. today. If it is not there by 5 p.m., I will call you.",
}
PAGES = {"home": "", "lesson": "lesson/2-1", "review": "review", "paper": "paper/quiz-1-basics",
         "case": "paper/case-2-one-night-or-three"}  # fmt: skip
LAB = "lab-4-complaints"


def answered(item: Item, lang: str) -> Any:
    """An answer that shows most: partly right where the kind has that, else wrong."""
    if item.kind == "essay":
        return ESSAY[lang]
    if item.kind == "survey":
        return {statement: 2 + n % 4 for n, statement in enumerate(item.options)}
    if item.kind == "judgement":
        return {action: 1 + 2 * n % 5 for n, action in enumerate(item.options)}
    if item.kind == "roleplay":  # a slip on the way
        return attempt(item, 0.6, Random(4))
    found = {verdict: response for response, verdict, _ in item.specimens()}
    return found.get("partly", found["wrong"])


def keep(picture: bytes, path: Path) -> None:
    """Write a picture in 64 colours: a third of the size, and nobody sees it."""
    path.parent.mkdir(exist_ok=True)
    Image.open(BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def shoot(browser: Browser, address: str, desk: Path, lang: str, width: int) -> None:
    """Every kind and every page, in one language at one width."""
    items, docs, now = bank.load(REPOSITORY).items, REPOSITORY / "docs", datetime.now(UTC)
    path = desk / "course" / journal.NAME
    path.unlink(missing_ok=True)
    for n, name in enumerate(KINDS):
        score = items[name].score(response := answered(items[name], lang))
        when = now - timedelta(days=2, minutes=30 - n)
        points = 0.0 if score.noted else score.points
        journal.append(path, name, now=when, lang=lang, response=response, earned=score.earned, points=points)
    context = browser.new_context(viewport={"width": width, "height": 844 if width < 600 else 900}, reduced_motion="reduce")
    page = context.new_page()
    for name in KINDS:
        page.goto(f"{address}/kefu/{lang}/lesson/{items[name].lesson}?token={TOKEN}")
        page.locator("body[data-ready]").wait_for()
        picture = page.locator(f".kefu[data-item={name}]").screenshot()
        keep(picture, docs / "kinds" / f"{items[name].kind}-{lang}-{width}.png")
    for name, where in PAGES.items():
        page.goto(f"{address}/kefu/{lang}/{where}")
        page.locator("body[data-ready]").wait_for()
        keep(page.screenshot(), docs / "pages" / f"{name}-{lang}-{width}.png")
    page.goto(f"{address}/lab/tree/{LAB}/{LAB}.ipynb")
    checkpoint = page.locator(".kefu[data-item]").first
    checkpoint.wait_for(timeout=60_000)
    checkpoint.scroll_into_view_if_needed()
    keep(page.screenshot(), docs / "pages" / f"lab-{lang}-{width}.png")
    context.close()


def shoot_value(browser: Browser) -> None:
    """A computed value, from the test school: the course has no data lab yet."""
    home = make_school(Path(tempfile.mkdtemp()))
    make_lessons(home)
    lay_out(home, home / "desk", "zh")
    path = home / "desk/course" / journal.NAME
    journal.append(path, "p-value", now=datetime.now(UTC), lang="zh", response=79.5, earned=0.0, points=1.0)
    with lab(home / "desk", learner=True) as address:
        for lang in ("zh", "en"):
            for width in (390, 1280):
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.goto(f"{address}/kefu/{lang}/lesson/1-1?token={TOKEN}")
                page.locator("body[data-ready]").wait_for()
                picture = page.locator(".kefu[data-item=p-value]").screenshot()
                keep(picture, REPOSITORY / "docs" / "kinds" / f"value-{lang}-{width}.png")
                page.close()


def main() -> None:
    """Lay out a desk, answer an item of each kind, and take every picture in two languages and two widths."""
    desk = Path(tempfile.mkdtemp()) / "desk"
    lay_out(REPOSITORY, desk, "zh")
    for name in ("quiz-1-basics", "case-2-one-night-or-three", LAB):
        shutil.copytree(REPOSITORY / "release" / name, desk / name)
    with sync_playwright() as playwright, lab(desk, learner=True) as address:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=OPTIONS)
        for lang in ("zh", "en"):
            for width in (390, 1280):
                shoot(browser, address, desk, lang, width)
        shoot_value(browser)
        browser.close()


if __name__ == "__main__":
    main()
