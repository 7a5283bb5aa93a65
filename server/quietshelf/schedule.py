"""What happens by the clock: a pass and a look back every minute, mails every second. Each is one call elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from quietshelf.clock import Clock
from quietshelf.cycle import look_back, look_back_is_due, moment_at, run_pass
from quietshelf.outbound.itself import send_themselves
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.notices import tell
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.outbound.webhook import call_due
from quietshelf.rules.policy import Policy
from quietshelf.store import jobs
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import NoSiteError, the_site
from quietshelf.store.tidying import drop_old

log = structlog.get_logger()

LOOK_BACK_TAKES = timedelta(minutes=30)
"""A look back that has not ended for so long has died."""

NOTICES_EVERY_S = 20


@contextmanager
def scheduled(
    engine: Engine, clock: Clock, smtp: SmtpSettings | None, webhook_url: str | None = None
) -> Iterator[None]:
    """Run the jobs in threads of their own while the block runs; a run that has begun is waited for at its end."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30}
    )
    cycle = _steady("cycle", lambda: look(engine, clock))
    scheduler.add_job(
        cycle, "cron", second=0, id="cycle", next_run_time=datetime.now(UTC)
    )  # at once, then every minute
    # a thread of its own: it takes long where the past is, and the next pass does not wait
    scheduler.add_job(_steady("look back", lambda: remember(engine, clock)), "cron", second=30, id="look back")
    scheduler.add_job(_steady("tidy", lambda: tidy(engine, clock)), "cron", minute=17, second=45, id="tidy")
    if smtp is not None:
        scheduler.add_job(_steady("mail", lambda: send_due(engine, smtp, clock())), "interval", seconds=1, id="mail")
        itself = _steady("itself", lambda: send_what_may_go(engine, clock))
        scheduler.add_job(itself, "interval", seconds=20, id="itself")
    if smtp is not None or webhook_url is not None:
        notices = _steady("notices", lambda: notify(engine, clock, webhook_url, by_mail=smtp is not None))
        scheduler.add_job(notices, "interval", seconds=NOTICES_EVERY_S, id="notices")
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


def look(engine: Engine, clock: Clock) -> None:
    """This minute's pass of the cycle, unless another scheduler has claimed it or there is no shop yet."""
    site_id = _site(engine)
    if site_id is not None:
        _claimed(engine, "cycle", lambda: run_pass(engine, site_id, clock()))


def notify(engine: Engine, clock: Clock, webhook_url: str | None, *, by_mail: bool) -> None:
    """Tell once of what can't wait: its mails go out as all do, the webhook is called here."""
    site_id = _site(engine)
    if site_id is None:
        return
    tell(engine, site_id, clock(), by_mail=by_mail, by_hook=webhook_url is not None)
    if webhook_url is not None:
        call_due(engine, webhook_url, clock())


def remember(engine: Engine, clock: Clock) -> None:
    """Look back at past days, once a day of T and when more of them has come to be known."""
    site_id = _site(engine)
    if site_id is None:
        return
    moment = moment_at(engine, site_id, clock())
    with reading(engine) as session:
        running = jobs.is_running(session, "look back", datetime.now(UTC) - LOOK_BACK_TAKES)
    if not running and look_back_is_due(engine, moment):
        _claimed(engine, "look back", lambda: look_back(engine, moment))


def tidy(engine: Engine, clock: Clock) -> None:
    """Drop what has been kept for long enough: every hour, as no shop is sure to be on at night."""
    dropped = 1
    while dropped:  # each time a short transaction
        with writing(engine) as session:
            dropped = drop_old(session, clock(), Policy())


def _site(engine: Engine) -> int | None:
    with reading(engine) as session:
        try:
            return the_site(session).id
        except NoSiteError:
            return None


def _claimed(engine: Engine, job: str, run: Callable[[], object]) -> None:
    """Do this minute's run of a job, unless another scheduler has claimed it."""
    due = datetime.now(UTC).replace(second=0, microsecond=0)
    with writing(engine) as session:
        if not jobs.claim(session, job, due, datetime.now(UTC)):
            return
    error: str | None = None
    try:
        run()
    except Exception as fault:
        error = str(fault)
        raise
    finally:
        with writing(engine) as session:
            jobs.end(session, job, due, datetime.now(UTC), error)


def send_what_may_go(engine: Engine, clock: Clock) -> None:
    """Let drafts go that send themselves, where the mode for it is on. Any number of schedulers may do so at once."""
    with reading(engine) as session:
        try:
            site_id = the_site(session).id
        except NoSiteError:
            return
    send_themselves(engine, site_id, clock())


def _steady(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job whose fault is logged once when it begins and once when it ends, and never stops the next run."""
    failing = False

    def run() -> None:
        nonlocal failing
        try:
            job()
        except Exception as error:
            if not failing:
                log.error("a job fails, and is tried again", job=name, error=str(error), exc_info=True)
            failing = True
        else:
            if failing:
                log.info("a job works again", job=name)
            failing = False

    return run
