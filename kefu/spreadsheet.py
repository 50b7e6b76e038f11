"""Tables as files for spreadsheet programs: CSV and XLSX, in which no cell is ever a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
from xlsxwriter import Workbook

# A cell that starts so is run as a formula when a CSV is opened (OWASP, CSV Injection); the wide forms count in East Asia.
STARTERS = tuple("=+-@\t\r\n＝＋－＠")
WIDEST = 44  # characters of a column


def plain(value: Any) -> Any:
    """A cell's value; text that a spreadsheet program would take for a formula gets an apostrophe in front.

    A dash alone, which Moodle reads as no grade, is none.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTERS) and value != "-" else value


def write_csv(path: Path, rows: Iterable[Iterable[Any]], encoding: str = "utf-8-sig") -> None:
    """Write rows as CSV, with the byte order mark that lets Excel read Chinese. Raises ValueError when it cannot."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_text(plain(value)) for value in row] for row in rows)
    _save(path, text.getvalue().encode(encoding))


def read_csv(path: Path, *needed: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV with a heading line, each with the number of its line in the file; empty rows are left out.

    Cells are stripped. Raises ValueError when a needed heading is missing or stands twice, FileNotFoundError without the file.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")  # what Excel writes on a Chinese Windows
    lines = csv.reader(io.StringIO(text, newline=""))
    heads = [head.strip() for head in next(lines, [])]
    if not set(needed) <= set(heads):
        raise ValueError(f"{path}: the first line must hold the headings {', '.join(needed)}; write them there")
    if twice := [head for head in heads if head and heads.count(head) > 1]:
        raise ValueError(f"{path}: line 1: the heading {twice[0]} stands twice; rename one")
    rows, start = [], lines.line_num + 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            rows.append((start, {head: cell.strip() for head, cell in zip_longest(heads, cells[: len(heads)], fillvalue="")}))
        start = lines.line_num + 1
    return rows


def write_xlsx(path: Path, sheets: dict[str, pd.DataFrame]) -> None:
    """Write frames as the sheets of a workbook, headings frozen and filterable. Raises ValueError when it cannot."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        head, date = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, frame.columns, head)
            for n, column in enumerate(frame.columns):
                width = _width(str(column))
                for row, value in enumerate(frame[column].astype(object), 1):
                    if isinstance(value, str):
                        sheet.write_string(row, n, plain(value))
                    elif isinstance(value, datetime) and not pd.isna(value):
                        sheet.write_datetime(row, n, value, date)
                    elif not pd.isna(value):
                        sheet.write_number(row, n, round(value, 2))
                    width = max(width, _width(_text(value)))
                sheet.set_column(n, n, min(width, WIDEST) + 2)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(frame), 1), max(len(frame.columns) - 1, 0))
    _save(path, target.getvalue())


def rows_of(frame: pd.DataFrame) -> list[list[Any]]:
    """A frame as rows, its headings first."""
    return [list(frame.columns), *frame.astype(object).to_numpy().tolist()]


def _text(value: Any) -> str:
    """A value as CSV tells it; what is missing is an empty cell."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    """How wide a text is shown: a Chinese character takes two places."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ValueError(f"{path}: cannot be written ({error.strerror}); close it where it is open and try again") from None
