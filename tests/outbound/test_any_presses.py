"""Whatever is pressed, in whatever order: an order goes one sane way, one send is one mail, and goods count once."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from quietshelf.intake.receipts import Came, NotBooked, receive
from quietshelf.outbound import drafting, lifecycle
from quietshelf.outbound.lifecycle import ChangedMeanwhile, NotAllowed
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.store.engine import reading
from quietshelf.store.tables import Mail, Order
from tests.orders import People, deliver, draft, message_ids, order, people, receipts_booked
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)

STEPS = {
    "draft": {"approved", "sending", "cancelled"},
    "approved": {"sending", "cancelled"},
    "sending": {"draft", "approved", "sent"},
    "sent": {"part_received", "received", "cancelled"},
    "part_received": {"received", "closed_short"},
}
"""Where one press, or one round of sending, may lead from each state."""

SKU = "TEA-0131"
ORDERED = 20

Press = tuple[str, str, object]
SENT: list[Press] = [("send", "manager", False), ("wait", "manager", 11)]
people_pressing = st.sampled_from(["manager", "manager", "manager", "staff"])
presses = st.one_of(
    st.tuples(
        st.sampled_from(["approve", "send", "send", "undo_send", "undo_send", "cancel", "close_short", "close_short"]),
        people_pressing,
        st.booleans(),
    ),
    st.tuples(st.just("edit"), people_pressing, st.integers(0, 30)),
    st.tuples(st.just("receive"), people_pressing, st.tuples(st.integers(0, 12), st.integers(0, 3))),
    st.tuples(st.just("wait"), people_pressing, st.sampled_from([4, 11, 3600])),
)


@pytest.fixture
def who(sqlite_shop: Shop) -> People:
    """The shop's people; the law is the same on every database."""
    return people(sqlite_shop)


class Pressing:
    """One order, and somebody at its buttons."""

    def __init__(self, shop: Shop, who: People, mailbox: Mailbox, now: datetime) -> None:
        self.shop, self.who, self.mailbox, self.now = shop, who, mailbox, now
        self.order_id = draft(shop, {SKU: ORDERED}, now)
        self.looked_at = 1

    def press(self, what: str, by: str, how: object) -> None:
        """One press; what is not allowed is refused, and that is all."""
        user = getattr(self.who, by)
        before = order(self.shop, self.order_id)
        if what == "wait" and isinstance(how, int):
            self.now += timedelta(seconds=how)
            deliver(self.shop, self.mailbox, self.now)
        elif how is not True:  # somebody looks at the page first; a second press in a row does not
            self.looked_at = before.version
        with suppress(NotAllowed, ChangedMeanwhile, NotBooked):
            self._try(what, user, how, before)

    def _try(self, what: str, user: int, how: object, before: Order) -> None:
        engine, ids = self.shop.engine, [line.id for line in before.lines]
        match what, how:
            case "edit", int(quantity):
                drafting.edit_lines(engine, self.order_id, self.looked_at, dict.fromkeys(ids, quantity), user, self.now)
            case "receive", (int(came), int(rejected)):
                came_of_each = dict.fromkeys(ids, Came(came, rejected))
                receive(engine, self.order_id, self.looked_at, came_of_each, self.now, self.now, user)
            case (("approve" | "send" | "undo_send" | "cancel" | "close_short"), _):
                getattr(lifecycle, what)(engine, self.order_id, self.looked_at, user, self.now)

    def mails(self) -> list[Mail]:
        """All mails of the order."""
        with reading(self.shop.engine) as session:
            return list(session.scalars(select(Mail).where(Mail.order_id == self.order_id)))

    def check(self, before: Order) -> Order:
        """What always holds; returns the order as it is."""
        now = order(self.shop, self.order_id)
        assert now.state == before.state or now.state in STEPS[before.state]
        assert all(line.is_draft == (now.state == "draft") for line in now.lines)
        assert (now.version > before.version) or (now.state == before.state)
        states = [mail.state for mail in self.mails()]
        assert states.count("waiting") == (now.state == "sending")
        gone = now.state in ("sent", "part_received", "received", "closed_short") or bool(now.sent_at)
        assert states.count("sent") == gone
        arrived = message_ids(self.mailbox.messages())
        assert len(arrived) == len(set(arrived))
        assert sum(mail.message_id in arrived for mail in self.mails()) == gone
        assert (now.promised_on is not None) == gone
        for line in now.lines:
            assert line.rejected <= line.received <= line.quantity + max(1, line.quantity // 10)
        return now


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opening=st.sampled_from([[], SENT]), presses=st.lists(presses, min_size=3, max_size=12))
def test_any_presses_lead_one_sane_way_and_one_send_is_one_mail(
    sqlite_shop: Shop, who: People, mailbox: Mailbox, opening: list[Press], presses: list[Press]
) -> None:
    booked_before = sum(receipts_booked(sqlite_shop, SKU))
    pressing = Pressing(sqlite_shop, who, mailbox, NOW)
    seen = order(sqlite_shop, pressing.order_id)
    for what, by, how in opening + presses:
        pressing.press(what, by, how)
        seen = pressing.check(seen)
    accepted = sum(line.received - line.rejected for line in seen.lines)
    assert sum(receipts_booked(sqlite_shop, SKU)) - booked_before == accepted
    if seen.state == "draft":  # room for the next example's
        lifecycle.cancel(sqlite_shop.engine, seen.id, seen.version, who.manager, pressing.now)
