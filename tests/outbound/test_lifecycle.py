"""What people may do to an order, and what it becomes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from quietshelf.outbound import drafting, lifecycle
from quietshelf.outbound.lifecycle import ChangedMeanwhile, NotAllowed
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Mail, Site, Supplier
from tests.orders import People, deliver, draft, line_ids, on_sqlite, order, quantities, sent_order
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)
LATER = NOW + timedelta(seconds=10)
TEAS = {"TEA-0114": 48, "TEA-0120": 60}


def _mails(shop: Shop) -> int:
    with reading(shop.engine) as session:
        return session.scalar(select(func.count()).select_from(Mail)) or 0


def test_a_managers_send_approves_the_draft_and_the_mail_goes_after_ten_seconds(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    order_id = draft(shop, TEAS, NOW)
    lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    assert (order(shop, order_id).state, order(shop, order_id).approved_by) == ("sending", who.manager)
    assert deliver(shop, mailbox, SOON).sent == 0
    assert deliver(shop, mailbox, LATER).sent == 1
    sent = order(shop, order_id)
    assert sent.state == "sent"
    assert not any(line.is_draft for line in sent.lines)
    assert sent.promised_on == date(2026, 12, 1), "sent + the 7 days that the supplier quotes"


@on_sqlite
def test_staff_send_what_a_manager_has_approved_and_nothing_else(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    with pytest.raises(NotAllowed, match="Only a manager can approve PO-2001"):
        lifecycle.send(shop.engine, order_id, 1, who.staff, NOW)
    for press in (lifecycle.approve, lifecycle.cancel):
        with pytest.raises(NotAllowed, match="Only a manager"):
            press(shop.engine, order_id, 1, who.staff, NOW)
    version = lifecycle.approve(shop.engine, order_id, 1, who.manager, NOW)
    lifecycle.send(shop.engine, order_id, version, who.staff, NOW)
    assert order(shop, order_id).state == "sending"


def test_a_second_press_of_send_sends_nothing_more(shop: Shop, who: People, mailbox: Mailbox) -> None:
    order_id = draft(shop, TEAS, NOW)
    versions = [lifecycle.send(shop.engine, order_id, 1, who.manager, at) for at in (NOW, NOW, SOON)]
    assert versions == [2, 2, 2]
    assert _mails(shop) == 1
    deliver(shop, mailbox, LATER)
    with pytest.raises(ChangedMeanwhile):
        lifecycle.send(shop.engine, order_id, 1, who.manager, LATER)
    with pytest.raises(NotAllowed, match="is sent already"):
        lifecycle.send(shop.engine, order_id, order(shop, order_id).version, who.manager, LATER)
    assert (_mails(shop), len(mailbox.messages())) == (1, 1)


def test_an_undo_within_ten_seconds_makes_it_the_draft_it_was(shop: Shop, who: People, mailbox: Mailbox) -> None:
    order_id = draft(shop, TEAS, NOW)
    version = lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    version = lifecycle.undo_send(shop.engine, order_id, version, who.manager, SOON)
    back = order(shop, order_id)
    assert (back.state, back.approved_at, all(line.is_draft for line in back.lines)) == ("draft", None, True)
    assert deliver(shop, mailbox, LATER).sent == 0
    lifecycle.send(shop.engine, order_id, version, who.manager, LATER)
    deliver(shop, mailbox, LATER + timedelta(seconds=10))
    assert len(mailbox.messages()) == 1


@on_sqlite
def test_what_staff_undo_stays_approved(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    version = lifecycle.approve(shop.engine, order_id, 1, who.manager, NOW)
    version = lifecycle.send(shop.engine, order_id, version, who.staff, SOON)
    lifecycle.undo_send(shop.engine, order_id, version, who.staff, LATER)
    assert order(shop, order_id).state == "approved"


def test_an_undo_is_no_second_draft_where_another_has_been_made_meanwhile(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    version = lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    draft(shop, {"TEA-0131": 12}, SOON)
    lifecycle.undo_send(shop.engine, order_id, version, who.manager, SOON)
    assert order(shop, order_id).state == "approved"


def test_an_undo_that_comes_too_late_says_so(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, TEAS, mailbox, NOW)
    with pytest.raises(NotAllowed, match="PO-2001 has gone to Leaf & Kettle: cancel it, and tell them"):
        lifecycle.undo_send(shop.engine, sent.id, 2, who.manager, LATER)


def test_of_two_people_the_second_is_told_who_changed_the_order(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    tea = line_ids(order(shop, order_id))["TEA-0114"]
    drafting.edit_lines(shop.engine, order_id, 1, {tea: 60}, who.manager, NOW)
    with pytest.raises(ChangedMeanwhile) as refused:
        lifecycle.send(shop.engine, order_id, 1, who.staff, SOON)
    assert (refused.value.by, refused.value.at) == ("Maya", NOW)
    assert order(shop, order_id).state == "draft"


@on_sqlite
def test_an_edited_line_is_marked_and_the_others_are_not(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS | {"TEA-0131": 6}, NOW)
    ids = line_ids(order(shop, order_id))
    typed = {ids["TEA-0114"]: 60, ids["TEA-0120"]: 60, ids["TEA-0131"]: 0}
    drafting.edit_lines(shop.engine, order_id, 1, typed, who.manager, NOW)
    edited = order(shop, order_id)
    assert quantities(edited) == {"TEA-0114": 60, "TEA-0120": 60}
    assert [line.edited_by for line in edited.lines] == [who.manager, None]
    assert edited.version == 2


def test_what_was_typed_goes_with_the_sending_and_a_double_tap_is_one_press(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    tea = line_ids(order(shop, order_id))["TEA-0114"]
    for at in (NOW, SOON):
        assert lifecycle.send(shop.engine, order_id, 1, who.manager, at, {tea: 60}) == 2
    assert (quantities(order(shop, order_id))["TEA-0114"], _mails(shop)) == (60, 1)


@on_sqlite
def test_a_double_tap_on_save_is_one_press_and_another_number_is_told_of_the_first(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    tea = line_ids(order(shop, order_id))["TEA-0114"]
    for at in (NOW, SOON):
        assert drafting.edit_lines(shop.engine, order_id, 1, {tea: 60}, who.manager, at) == 2
    with pytest.raises(ChangedMeanwhile):
        drafting.edit_lines(shop.engine, order_id, 1, {tea: 72}, who.manager, SOON)


@on_sqlite
def test_a_form_sent_back_as_it_was_changes_nothing(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    typed = {line.id: line.quantity for line in order(shop, order_id).lines}
    assert drafting.edit_lines(shop.engine, order_id, 1, typed, who.manager, NOW) == 1


@pytest.mark.parametrize("pieces", [-1, 1_000_001])
@on_sqlite
def test_a_quantity_that_can_not_be_meant_changes_nothing(shop: Shop, who: People, pieces: int) -> None:
    order_id = draft(shop, TEAS, NOW)
    first, second = order(shop, order_id).lines
    with pytest.raises(NotAllowed, match="Earl Grey, 50 bags: type a number of pieces from 0 to 1,000,000"):
        drafting.edit_lines(shop.engine, order_id, 1, {first.id: 24, second.id: pieces}, who.manager, NOW)
    assert quantities(order(shop, order_id)) == TEAS


@on_sqlite
def test_a_draft_whose_last_line_is_taken_off_is_cancelled(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    ids = line_ids(order(shop, order_id)).values()
    version = drafting.edit_lines(shop.engine, order_id, 1, dict.fromkeys(ids, 0), who.manager, NOW)
    assert order(shop, order_id).state == "cancelled"
    with pytest.raises(NotAllowed, match="PO-2001 is cancelled already"):
        lifecycle.send(shop.engine, order_id, version, who.manager, NOW)


@on_sqlite
def test_only_a_draft_can_be_changed(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    tea = line_ids(order(shop, order_id))["TEA-0114"]
    version = lifecycle.approve(shop.engine, order_id, 1, who.manager, NOW)
    with pytest.raises(NotAllowed, match="only a draft can be changed"):
        drafting.edit_lines(shop.engine, order_id, version, {tea: 1}, who.manager, NOW)


@pytest.mark.parametrize(
    ("address", "says"),
    [("", "has no e-mail address"), ("orders at leaf", "is no e-mail address"), ("a@b\nBcc: c@d", "is no e-mail")],
)
@on_sqlite
def test_a_supplier_that_can_not_be_reached_is_said_and_the_draft_stays(
    shop: Shop, who: People, address: str, says: str
) -> None:
    order_id = draft(shop, TEAS, NOW)
    with writing(shop.engine) as session:
        session.get_one(Supplier, shop.suppliers["Leaf & Kettle"]).email = address
    with pytest.raises(NotAllowed, match=says):
        lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    assert (order(shop, order_id).state, _mails(shop)) == ("draft", 0)


def test_a_sent_order_can_be_cancelled_until_something_of_it_has_come(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, TEAS, mailbox, NOW)
    version = lifecycle.cancel(shop.engine, sent.id, sent.version, who.manager, LATER)
    cancelled = order(shop, sent.id)
    assert (cancelled.state, [line.closed_at for line in cancelled.lines]) == ("cancelled", [LATER, LATER])
    with pytest.raises(NotAllowed, match="is cancelled already"):
        lifecycle.cancel(shop.engine, sent.id, version, who.manager, LATER)


@on_sqlite
def test_a_cancelled_draft_makes_room_for_another(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    lifecycle.cancel(shop.engine, order_id, 1, who.manager, NOW)
    assert order(shop, draft(shop, TEAS, NOW)).number == "PO-2002"


@on_sqlite
def test_what_is_being_sent_is_undone_and_not_cancelled(shop: Shop, who: People) -> None:
    order_id = draft(shop, TEAS, NOW)
    version = lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    with pytest.raises(NotAllowed, match="undo that first"):
        lifecycle.cancel(shop.engine, order_id, version, who.manager, NOW)


@on_sqlite
def test_an_open_page_is_told_of_every_press(shop: Shop, who: People) -> None:
    def changes() -> int:
        with reading(shop.engine) as session:
            return session.get_one(Site, shop.site_id).changes

    order_id = draft(shop, TEAS, NOW)
    seen = [changes()]
    version = lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    seen.append(changes())
    lifecycle.undo_send(shop.engine, order_id, version, who.manager, SOON)
    seen.append(changes())
    assert seen == sorted(set(seen))
