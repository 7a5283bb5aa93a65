"""Bringing a file: it is taken, shown as it was read, and booked only then. files/ reads it, intake/ books it."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from quietshelf.files import Refused
from quietshelf.intake.import_report import ImportReport, lines, table_rows
from quietshelf.intake.imports import FileKind, import_file
from quietshelf.web.accounts import managers_only
from quietshelf.web.context import context, let_go, now, site
from quietshelf.web.forms import Form
from quietshelf.web.setup import BRINGS
from quietshelf.web.setup import page as setup_page

bp = Blueprint("imports", __name__)

KEPT_HOURS = 24
"""A file that nobody booked goes after this."""
WAITS = "file_that_waits"
"""In the session: the file that was brought and not booked yet."""


@dataclass(frozen=True)
class Brought:
    """A file that waits, and how it is to be read."""

    kind: FileKind
    name: str
    path: Path
    date_order: str | None
    create_products: bool

    @property
    def in_session(self) -> dict[str, object]:
        """What the session keeps of it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "file": self.path.name,
            "date_order": self.date_order,
            "create_products": self.create_products,
        }


@bp.post("/setup/import")
@managers_only
def bring() -> Response | tuple[str, int]:
    """Take a file, and show how it was read."""
    form = Form(request.form)
    file = request.files.get("file")
    kind = cast(FileKind, form.text("kind"))
    if kind not in BRINGS:
        abort(400)
    if file is None or not file.filename:
        form.wrong["file"] = "Choose a file first: a CSV, or one packed with gzip."
        return setup_page(form), 422
    folder = context().home / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    brought = Brought(
        kind,
        secure_filename(file.filename) or "file.csv",
        folder / secrets.token_hex(12),
        form.text("date_order") or None,
        bool(form.text("create_products")) and kind == "sales",
    )
    file.save(brought.path)
    session[WAITS] = brought.in_session
    return redirect(url_for("imports.read"), 303)


@bp.get("/setup/import")
@managers_only
def read() -> Response | str | tuple[str, int]:
    """How the file was read: a dry run, after which nothing is booked."""
    brought = _waiting()
    if brought is None:
        return redirect(url_for("setup.start"), 303)
    try:
        report = _run(brought, dry_run=True)
    except Refused as refused:
        return render_template(
            "setup/refused.html", brought=brought, refused=refused, what=BRINGS[brought.kind][0]
        ), 422
    return _report_page(brought, report)


@bp.post("/setup/import/book")
@managers_only
def book() -> Response | str | tuple[str, int]:
    """Book the file that was shown."""
    brought = _waiting()
    if brought is None:
        return redirect(url_for("setup.start"), 303)
    try:
        report = _run(brought, dry_run=False)
    except Refused as refused:
        return render_template(
            "setup/refused.html", brought=brought, refused=refused, what=BRINGS[brought.kind][0]
        ), 422
    brought.path.unlink(missing_ok=True)
    session.pop(WAITS, None)
    return _report_page(brought, report)


def _run(brought: Brought, *, dry_run: bool) -> ImportReport:
    site_id = site().id
    let_go()
    return import_file(
        context().engine,
        site_id,
        brought.kind,
        brought.path,
        file_name=brought.name,
        now=now(),
        dry_run=dry_run,
        create_products=brought.create_products,
        date_order=brought.date_order,
    )


def _report_page(brought: Brought, report: ImportReport) -> str:
    return render_template(
        "setup/report.html",
        brought=brought,
        what=BRINGS[brought.kind][0],
        report=report,
        rows=[row for row in table_rows(report)[:-1] if row[1]],
        lines=[line for line in lines(report) if "dry run" not in line],
        booked=sum(report.booked.values()),
        held=sum(report.held.values()),
    )


def _refused_page(brought: Brought, refused: Refused) -> tuple[str, int]:
    what = BRINGS[brought.kind][0]
    return render_template("setup/refused.html", brought=brought, refused=refused, what=what), 422


def _waiting() -> Brought | None:
    kept = session.get(WAITS)
    path = context().home / "uploads" / secure_filename(str(kept["file"])) if kept else None
    if not kept or path is None or not path.is_file():
        return None
    return Brought(kept["kind"], kept["name"], path, kept["date_order"], kept["create_products"])


def _clear(folder: Path) -> None:
    """Take away what was brought and never booked."""
    oldest = now().timestamp() - KEPT_HOURS * 3600
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
