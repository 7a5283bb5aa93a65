"""Calling the shop's webhook: claim, POST, commit. What it is told is decided in notices.py."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from sqlalchemy import Engine

from quietshelf.outbound.mail import CLAIM_STANDS, waiting_time
from quietshelf.store.engine import reading, writing
from quietshelf.store.notices import HookClaim, claim_hook, end_hook, hook_is_due

TIMEOUT_S = 10.0
MOST_ATTEMPTS = 60
"""With the longest wait of half an hour, a call is tried for more than a day; then it is old news."""
NOT_NOW = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """How a call ended: taken, refused for good, or to be tried again."""

    state: str
    error: str | None = None


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """A POST that is sent elsewhere would arrive as a visit: it counts as refused."""


_opener = build_opener(_NoRedirect)


def call_due(engine: Engine, url: str, now: datetime) -> int:
    """Make the calls that are due, oldest first, until none is left or one did not get through; how many were taken."""
    began, taken = time.monotonic(), 0
    while True:
        at = now + timedelta(seconds=time.monotonic() - began)
        with reading(engine) as session:
            if not hook_is_due(session, at, at - CLAIM_STANDS):
                return taken
        with writing(engine) as session:
            claim = claim_hook(session, at, at - CLAIM_STANDS)
        if claim is None:
            return taken
        answer = post(url, claim)
        at = now + timedelta(seconds=time.monotonic() - began)
        if answer.state == "waiting" and claim.attempt >= MOST_ATTEMPTS:
            answer = Answer("failed", answer.error)
        until = at + waiting_time(claim.attempt) if answer.state == "waiting" else at
        with writing(engine) as session:
            end_hook(session, claim, answer.state, until, answer.error)
        if answer.state != "sent":
            log.warning("webhook not called", state=answer.state, attempt=claim.attempt, why=answer.error)
        if answer.state == "waiting":
            return taken
        taken += answer.state == "sent"


def post(url: str, claim: HookClaim) -> Answer:
    """One POST. 2xx is taken; a server's fault or silence is tried again; any other answer is a refusal for good."""
    request = Request(
        url,
        data=json.dumps(claim.body, ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": claim.message_id,
            "User-Agent": "quietshelf",
        },
        method="POST",
    )
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as answer:
            answer.read(1)
            return Answer("sent")
    except HTTPError as refusal:
        refusal.close()
        again = refusal.code >= 500 or refusal.code in NOT_NOW
        return Answer("waiting" if again else "failed", f"it answered {refusal.code}")
    except (OSError, ValueError) as error:
        return Answer("waiting", str(error) or type(error).__name__)
