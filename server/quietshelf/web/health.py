"""Whether the shop is well, for machines: /healthz for whoever restarts it, /metrics for Prometheus."""

import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask_login import current_user
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from quietshelf.store import pages
from quietshelf.store.shelves import quarantined
from quietshelf.web.accounts import account, open_to_all
from quietshelf.web.context import context, db, let_go, now, site_or_none

bp = Blueprint("health", __name__)

LOOPBACK = {"127.0.0.1", "::1"}


@bp.get("/healthz")
@open_to_all
def healthz() -> tuple[Response, int]:
    """200 while database and broker answer, else 503; both are named."""
    try:
        db().execute(text("SELECT 1"))
        database = True
    except SQLAlchemyError:
        let_go()
        database = False
    broker = context().broker().reachable
    return jsonify({"database": database, "broker": broker}), 200 if database and broker else 503


@bp.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Prometheus' text format; for this machine, or a manager."""
    local = request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
    if not local and not (current_user.is_authenticated and account().is_manager):
        abort(403)
    registry: CollectorRegistry = current_app.extensions["metrics"]
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class _Shop(Collector):
    """The shop's own figures, read when they are asked for."""

    def describe(self) -> list[Metric]:
        """Nothing is known before a request: names are not checked against others."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Open exceptions by kind, mails that wait, and how old the last look is."""
        shop = site_or_none()
        if shop is None:
            return
        yield GaugeMetricFamily(
            "quietshelf_broker_reachable", "1 while the broker answers", context().broker().reachable
        )
        open_now = GaugeMetricFamily("quietshelf_open_exceptions", "Exceptions open now", labels=["kind"])
        for kind, number in pages.open_by_kind(db(), shop.id).items():
            open_now.add_metric([kind], number)
        yield open_now
        yield GaugeMetricFamily("quietshelf_mails_waiting", "Mails in the outbox", pages.mails_waiting(db(), shop.id))
        yield GaugeMetricFamily(
            "quietshelf_quarantined_messages", "Messages of nodes set aside", quarantined(db(), shop.id)
        )
        if shop.looked_at:
            age = (now() - shop.looked_at).total_seconds()
            yield GaugeMetricFamily("quietshelf_last_look_age_seconds", "Since the last whole look", age)


def init_metrics(app: Flask) -> None:
    """Measure every request of `app`, by the view that answered."""
    registry = CollectorRegistry()
    registry.register(_Shop())
    took = Histogram(
        "quietshelf_request_seconds", "Time to answer", ["view", "status"], registry=registry,
        buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    )  # fmt: skip

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        if "began" in g:
            took.labels(request.endpoint or "none", response.status_code).observe(time.perf_counter() - g.began)
        return response

    app.before_request(begin)
    app.after_request(end)
    app.extensions["metrics"] = registry
