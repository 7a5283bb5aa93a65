"""Looking back: what each past day lost and by what, and which constraint stands. Once a day of T, after the pass.

Every SKU's past is rebuilt from its facts and order lines (rules/past.py), some hundred at a time; losses are saved as
they are found, the day's look last. No rule lives here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from quietshelf.cycle.loading import Moment, moment_of
from quietshelf.cycle.reviewing import make_due
from quietshelf.rules.almanac import Almanac, Delivered, Leads, hours_of, leads_of
from quietshelf.rules.causes import Cause, Evidence, Loss, losses
from quietshelf.rules.constraint import Calm, Look, Named, Standing, follow, look, measure, more_is_better
from quietshelf.rules.lives import SkuLife
from quietshelf.rules.numbers import Number, Ratio, Share, compared
from quietshelf.rules.past import SkuPast, life_of
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY
from quietshelf.store import looking_back as store
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import facts_of_each
from quietshelf.store.losses import latest_look
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
            _top(skus),
        )
    changed = False
    for chunk in in_chunks(skus, SKUS_AT_ONCE):
        changed = back.look_at(engine, chunk) or changed
    said = back.said()
    stands = follow(standing, said, moment.policy)
    row = _row(moment, said, stands, back.number(stands.named), known)
    with writing(engine) as session:
        store.save_look(session, row)
        touch(session, moment.site_id)
    make_due(engine, moment.site_id, moment.now, moment.policy)


def _since(moment: Moment, known: store.Known) -> date:
    """The first day whose losses are worked out anew: further back where more has come to be known of it."""
    usual = moment.today - DAY * (REWRITTEN_DAYS - 1)
    oldest = moment.day(known.oldest_new) if known.oldest_new else usual
    return _period(max(min(usual, oldest), moment.today - DAY * (HISTORY_DAYS - 1)))


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
    top: frozenset[str]
    light: list[Loss] = field(default_factory=list)
    """The last 30 days' losses without their evidence."""
    earned_minor: int = 0
    deliveries: int = 0
    measured: dict[tuple[Named, bool], Share | Ratio] = field(default_factory=dict)
    """Each number, over the last 30 days (True) and over the 30 before."""

    @property
    def policy(self) -> Policy:
        return self.moment.policy

    @property
    def month(self) -> date:
        """The first of the last 30 days."""
        return self.moment.today - DAY * (self.policy.constraint_days - 1)

    def look_at(self, engine: Engine, skus: Sequence[store.Sku]) -> bool:
        """Some SKUs' pasts: their losses are saved, their sums kept. Whether a loss differs from what was kept."""
        lives = self._lives(engine, skus)
        ids = {sku.sku: sku.product_id for sku in skus}
        rows = []
        for life in lives:
            if self._may_have_lost(life):
                found = [loss for loss in losses(life, self.policy) if loss.day >= self.since and loss.minor]
                rows += [row | {"product_id": ids[life.sku]} for row in _rows(found)]
                self.light += [_light(loss) for loss in found if loss.day >= self.month]
        self._add(lives)
        with writing(engine) as session:
            return store.save_losses(session, self.moment.site_id, list(ids.values()), self.since, rows)

    def _lives(self, engine: Engine, skus: Sequence[store.Sku]) -> list[SkuLife]:
        moment, ids = self.moment, [sku.product_id for sku in skus]
        first = self.since - DAY * LEAD_IN_DAYS
        made_since = moment.now - (moment.today - first + DAY * LONGEST_ORDER_DAYS)
        with reading(engine) as session:
            facts = facts_of_each(session, moment.site_id, ids)
            days = days_of_each(session, moment.site_id, ids)
            lines = store.lines_of_each(session, moment.site_id, ids, moment.zone, made_since)
            sources = sources_of(session, moment.site_id, ids)
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
            )
            lives.append(life_of(past, leads, self.almanac, first, self.began, self.policy))
        return lives

    def _may_have_lost(self, life: SkuLife) -> bool:
        """Whether a day asked for had no stock, or more than 90 days of it; most SKUs had neither."""
        cover = self.policy.held_cover_days
        return any(day.out > 0 or day.stock > day.per_day * cover for day in life.days if day.day >= self.since)

    def _add(self, lives: Sequence[SkuLife]) -> None:
        month, today = self.month, self.moment.today
        before = month - DAY * self.policy.constraint_days
        for named in (*Cause, Calm.NONE):
            for now, since, until in ((True, month, today), (False, before, month - DAY)):
                part = measure(named, lives, self.top, since, until, self.policy)
                kept = self.measured.get((named, now))
                self.measured[named, now] = part if kept is None else _joined(kept, part)
        for life in lives:
            self.earned_minor += life.throughput_minor * sum(day.sold for day in life.days if day.day >= month)
            came = (receipt.on for order in life.orders for receipt in order.receipts)
            self.deliveries += sum(month <= on <= today for on in came)

    def said(self) -> Look:
        """What the last 30 days say."""
        return look(self.light, self.moment.today, self.earned_minor, self.deliveries, self.policy)

    def number(self, named: Named) -> Number:
        """The one number of what stands, beside the 30 days before."""
        counted = named if isinstance(named, Cause) else Calm.NONE
        now, before = self.measured.get((counted, True)), self.measured.get((counted, False))
        nothing = Share(0, 0)
        return compared(now or nothing, before or nothing, more_is_better(named), self.policy)


def _joined(kept: Share | Ratio, part: Share | Ratio) -> Share | Ratio:
    """The same number of more SKUs."""
    if isinstance(kept, Share) and isinstance(part, Share):
        return Share(kept.hits + part.hits, kept.of + part.of)
    if isinstance(kept, Ratio) and isinstance(part, Ratio):
        return Ratio({**kept.parts, **part.parts})
    raise TypeError("a share can't be joined with a ratio")


_OUT, _HELD = Evidence(0.0, 0, out=1.0), Evidence(0.0, 0)


def _light(loss: Loss) -> Loss:
    return Loss(loss.sku, loss.day, loss.cause, loss.minor, _OUT if loss.stock_out else _HELD)


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


def _row(moment: Moment, said: Look, stands: Standing, number: Number, known: store.Known) -> dict[str, Any]:
    """The columns of a day's look."""
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
    }
