"""Looking back: what each past day lost and by what, and which constraint stands. Once a day of T, after the pass.

Every SKU's past is rebuilt from its facts and order lines (rules/past.py), some hundred at a time; losses are saved as
they are found, the day's look last. No rule lives here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment, moment_of
from quietshelf.cycle.reckoning import Reckoning
from quietshelf.cycle.reviewing import make_due
from quietshelf.rules.almanac import Almanac, Delivered, Leads, hours_of, leads_of
from quietshelf.rules.causes import Cause, Loss, losses
from quietshelf.rules.constraint import Calm, Named, Standing, follow
from quietshelf.rules.lives import SkuLife
from quietshelf.rules.past import SkuPast, life_of
from quietshelf.rules.policy import Policy
from quietshelf.rules.said import NOTHING_SAID
from quietshelf.rules.stock import DAY
from quietshelf.store import looking_back as store
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import facts_of_each
from quietshelf.store.losses import latest_look, looks_since
from quietshelf.store.said import said_of_each
from quietshelf.store.sites import touch
from quietshelf.store.sourcing import sources_of
from quietshelf.store.states import days_of_each
from quietshelf.store.tables import LookRow
from quietshelf.store.upsert import in_chunks

PLAIN = Policy()
SKUS_AT_ONCE = 500
REWRITTEN_DAYS = 100
"""The losses of so many last days are worked out anew each time; older ones stay as they are."""
HISTORY_DAYS = 400
"""So far back losses are worked out where facts of a long time come in at once."""
LEAD_IN_DAYS = 60
"""A life begins so long before the first day whose loss is asked for: orders and counts of then still matter."""
LONGEST_ORDER_DAYS = 180
AGAIN_AFTER = timedelta(minutes=5)
"""What comes in of past days is looked at no sooner than this after the last look."""
MONTHS_OF_HISTORY = 6
"""The ends of so many months are reckoned of a shop that brought its history."""
HELD_DAYS = 10
"""What stock held too long costs is kept as one row for so many days of a month."""


def moment_at(engine: Engine, site_id: int, now: datetime, policy: Policy = PLAIN) -> Moment:
    """The moment to look back from."""
    with reading(engine) as session:
        return moment_of(session, site_id, now, policy)


def is_due(engine: Engine, moment: Moment) -> bool:
    """Whether nobody has looked back from the day of T, or something of past days has come in since."""
    with reading(engine) as session:
        last = latest_look(session, moment.site_id)
        if moment.calendar.first is None:
            return False
        if last is None or last.day < moment.today:
            return True
        if moment.now - last.looked_at < AGAIN_AFTER:
            return False
        known = store.known_since(session, moment.site_id, last)
    past = known.oldest_new is not None and moment.day(known.oldest_new) < moment.today
    return past or known.orders != last.orders_seen


def look_back(engine: Engine, moment: Moment) -> None:
    """Work out what past days lost and what constrains the shop, and keep it. It can be repeated at any time."""
    with reading(engine) as session:
        almanac = Almanac.of(moment.calendar, hours_of(store.times_of_sales(session, moment.site_id, moment.zone)))
        if almanac is None:
            return
        last = latest_look(session, moment.site_id)
        known = store.known_since(session, moment.site_id, last)
        standing = _standing(store.look_before(session, moment.site_id, moment.today))
        ends = _ends_of_months(session, moment, _since(moment, known))
        skus = store.skus(session, moment.site_id)
        back = _Back(
            moment,
            almanac,
            _since(moment, known),
            store.began_on(session, moment.site_id),
            {
                supplier_id: leads_of(record, almanac, moment.policy)
                for supplier_id, record in store.deliverers(session, moment.zone).items()
            },
            leads_of(Delivered(), almanac, moment.policy),
            [Reckoning(day, _top(skus), moment.policy) for day in (*ends, moment.today)],
        )
    for chunk in in_chunks(skus, SKUS_AT_ONCE):
        back.look_at(engine, chunk)
    *earlier, latest = back.reckonings
    with writing(engine) as session:
        for reckoning in earlier:
            stands = follow(None, reckoning.said(), moment.policy)
            store.save_look(session, _row(moment, reckoning, stands, known) | {"from_history": True})
        store.save_look(session, _row(moment, latest, follow(standing, latest.said(), moment.policy), known))
        touch(session, moment.site_id)
    make_due(engine, moment.site_id, moment.now, moment.policy)


def _since(moment: Moment, known: store.Known) -> date:
    """The first day whose losses are worked out anew: further back where more has come to be known of it."""
    usual = moment.today - DAY * (REWRITTEN_DAYS - 1)
    oldest = moment.day(known.oldest_new) if known.oldest_new else usual
    return _period(max(min(usual, oldest), moment.today - DAY * (HISTORY_DAYS - 1)))


def _ends_of_months(session: Session, moment: Moment, since: date) -> list[date]:
    """The last days of the months, wholly looked at from `since` on, in which nobody has looked: history tells them."""
    looked = {look.day.replace(day=1) for look in looks_since(session, moment.site_id, since) if not look.from_history}
    ends: list[date] = []
    end = moment.today.replace(day=1) - DAY
    while end - DAY * (moment.policy.constraint_days - 1) >= since and len(ends) < MONTHS_OF_HISTORY:
        if end.replace(day=1) not in looked:
            ends.append(end)
        end = end.replace(day=1) - DAY
    return ends[::-1]


def _top(skus: Sequence[store.Sku]) -> frozenset[str]:
    """The top 20%: as drawn on the 1st; before that, those that would lose most in a day without stock."""
    drawn = frozenset(sku.sku for sku in skus if sku.is_top)
    if drawn:
        return drawn
    selling = sorted((sku for sku in skus if sku.risk_minor_per_day > 0), key=lambda sku: -sku.risk_minor_per_day)
    return frozenset(sku.sku for sku in selling[: max(1, len(selling) // 5)])


def _standing(row: LookRow | None) -> Standing | None:
    if row is None:
        return None
    challenger = Cause(row.challenger) if row.challenger else None
    return Standing(_named(row.named), row.named_on, challenger, row.looks_running)


def _named(said: str) -> Named:
    return Calm(said) if said in list(Calm) else Cause(said)


@dataclass
class _Back:
    """What is gathered on the way through all SKUs; of what they were, only sums stay."""

    moment: Moment
    almanac: Almanac
    since: date
    began: date | None
    leads: dict[int, Leads]
    no_supplier: Leads
    reckonings: list[Reckoning]
    """Of the ends of months that history tells, oldest first, then of today."""

    @property
    def policy(self) -> Policy:
        return self.moment.policy

    def look_at(self, engine: Engine, skus: Sequence[store.Sku]) -> None:
        """Some SKUs' pasts: their losses are saved, their sums kept."""
        lives = self._lives(engine, skus)
        ids = {sku.sku: sku.product_id for sku in skus}
        rows = []
        for life in lives:
            if self._may_have_lost(life):
                found = [loss for loss in losses(life, self.policy) if loss.day >= self.since and loss.minor]
                rows += [row | {"product_id": ids[life.sku]} for row in _rows(found)]
                for reckoning in self.reckonings:
                    reckoning.lost(found)
        for reckoning in self.reckonings:
            reckoning.add(lives)
        with writing(engine) as session:
            store.save_losses(session, self.moment.site_id, list(ids.values()), self.since, rows)

    def _lives(self, engine: Engine, skus: Sequence[store.Sku]) -> list[SkuLife]:
        moment, ids = self.moment, [sku.product_id for sku in skus]
        first = self.since - DAY * LEAD_IN_DAYS
        made_since = moment.now - (moment.today - first + DAY * LONGEST_ORDER_DAYS)
        with reading(engine) as session:
            facts = facts_of_each(session, moment.site_id, ids)
            days = days_of_each(session, moment.site_id, ids)
            lines = store.lines_of_each(session, moment.site_id, ids, moment.zone, made_since)
            sources = sources_of(session, moment.site_id, ids)
            said = said_of_each(session, moment.site_id, ids, moment.zone)
        lives = []
        for sku in skus:
            source = sources.get(sku.product_id)
            supplier_id = source.supplier.id if source else sku.supplier_id
            leads = self.leads.get(supplier_id, self.no_supplier) if supplier_id else self.no_supplier
            past = SkuPast(
                sku.sku,
                facts[sku.product_id],
                lines.get(sku.product_id, ()),
                sku.price_minor,
                source.cost_minor if source else sku.cost_minor,
                sku.ending,
                None if sku.stale else days[sku.product_id],
                said.get(sku.product_id, NOTHING_SAID),
            )
            lives.append(life_of(past, leads, self.almanac, first, self.began, self.policy))
        return lives

    def _may_have_lost(self, life: SkuLife) -> bool:
        """Whether a day asked for had no stock, or more than 90 days of it; most SKUs had neither."""
        cover = self.policy.held_cover_days
        return any(day.out > 0 or day.stock > day.per_day * cover for day in life.days if day.day >= self.since)


def _rows(found: Sequence[Loss]) -> Iterator[dict[str, Any]]:
    """What is kept of one SKU's losses: each day without stock; what was held too long, some days in one."""
    held: defaultdict[date, list[Loss]] = defaultdict(list)
    for loss in found:
        if loss.stock_out:
            yield _kept(loss.day, loss.cause, loss.minor, round(loss.evidence.out, 4), loss.evidence.figures)
        else:
            held[_period(loss.day)].append(loss)
    out = {loss.day for loss in found if loss.stock_out and loss.cause is Cause.CAPITAL}
    for losses_held in held.values():
        last = losses_held[-1]
        day = next((loss.day for loss in reversed(losses_held) if loss.day not in out), None)
        if day is not None:
            minor = sum(loss.minor for loss in losses_held)
            yield _kept(day, last.cause, minor, 0.0, last.evidence.figures | {"held_days": len(losses_held)})


def _period(day: date) -> date:
    """The first day of the part of a month that a day lies in: from the 1st, the 11th, the 21st."""
    return day.replace(day=min(2, (day.day - 1) // HELD_DAYS) * HELD_DAYS + 1)


def _kept(day: date, cause: Cause, minor: int, out: float, evidence: dict[str, Any]) -> dict[str, Any]:
    return {"day": day, "cause": cause.value, "minor": minor, "out": out, "evidence": evidence}


def _row(moment: Moment, reckoning: Reckoning, stands: Standing, known: store.Known) -> dict[str, Any]:
    """The columns of a day's look."""
    said, number = reckoning.said(), reckoning.number(stands.named)
    return {
        "site_id": moment.site_id,
        "day": said.day,
        "says": said.says.value,
        "named": stands.named.value,
        "named_on": stands.since,
        "challenger": stands.challenger.value if stands.challenger else None,
        "looks_running": stands.looks_running,
        "lost": {cause.value: minor for cause, minor in said.lost.items()},
        "throughput_minor": said.throughput_minor,
        "stock_out_days": said.stock_out_days,
        "deliveries": said.deliveries,
        "more_days_needed": said.more_days_needed,
        "more_deliveries_needed": said.more_deliveries_needed,
        "number": number.now,
        "before": number.before,
        "error": number.error,
        "course": number.course.value,
        "looked_at": moment.now,
        "facts_seen": known.facts,
        "orders_seen": known.orders,
        "numbers": reckoning.numbers(),
        "from_history": False,
    }
