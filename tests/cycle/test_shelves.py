"""What the shelves alone can tell: sales where nobody tells of any, what lies where it should not, what was lost."""

from datetime import timedelta

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.intake.adoption import assign_slot
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import plans
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import facts_of
from quietshelf.store.selling import selling_runs
from quietshelf.store.tables import Node, Slot
from tests.cycle.pictures import NOW, book, counted, open_keys, sold, state
from tests.orders import people
from tests.shops import Shop

PLACE = "shelf-1/left"


def hang(shop: Shop, sku: str, **columns: object) -> None:
    """A weighed slot with an item in it."""
    with writing(shop.engine) as session:
        session.add(Node(site_id=shop.site_id, name="shelf-1", heard_at=NOW, adopted_at=NOW))
        session.flush()
        session.add(Slot(node_id=1, name="left", product_id=shop.products[sku], at=NOW, **columns))


def picked(units: int, days_ago: float) -> Fact:
    return Fact(NOW - timedelta(days=days_ago), Kind.PICK, units, f"pick:{days_ago}", PLACE)


def look(shop: Shop, minutes: int = 0) -> set[str]:
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=minutes))
    return open_keys(shop.engine)


def test_where_nobody_tells_of_sales_what_the_shelf_sensed_is_sold(shop: Shop) -> None:
    weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 240, "weighed", PLACE)
    book(shop, "TEA-0114", counted(240), weighed, *(picked(2, n + 0.5) for n in range(60)))
    assert look(shop) == set()  # nothing is lost
    tea = state(shop, "TEA-0114")
    assert (tea.on_hand, tea.sensed, tea.velocity, tea.waiting) == (120, 120, 2.0, 0)
    with reading(shop.engine) as session:  # a sale that a shelf sensed is derived, and no fact
        assert selling_runs(session, shop.site_id, apart_days=1) == ()
        facts = facts_of(session, shop.site_id, shop.products["TEA-0114"])
    assert Kind.SALE not in {fact.kind for fact in facts}


def test_what_is_put_back_within_minutes_was_not_sold(shop: Shop) -> None:
    weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 20, "weighed", PLACE)
    put_back = Fact(NOW - timedelta(hours=5) + timedelta(minutes=4), Kind.PUT, 3, "back", PLACE)
    book(shop, "TEA-0114", counted(20), weighed, picked(3, 5 / 24), put_back)
    look(shop)
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").sold_60) == (20, 0)


def test_something_else_on_the_shelf_is_said_as_such(shop: Shop) -> None:
    hang(shop, "TEA-0114", doubt="foreign_item", count=20)
    assert look(shop) == {"foreign_item:TEA-0114"}
    with writing(shop.engine) as session:
        session.get_one(Slot, 1).doubt = None
    book(shop, "TEA-0114", counted(20))
    assert look(shop, 1) == set()


def test_a_loss_of_much_money_is_shown_though_it_is_one_piece(shop: Shop) -> None:
    book(shop, "SUG-0008", counted(50), sold(1))  # a till tells of sales
    for sku in ("POT-0002", "TEA-0120"):  # a teapot earns 18.50, a box of tea 2.60
        weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 20, f"weighed {sku}", PLACE)
        book(shop, sku, counted(20), weighed, Fact(NOW - timedelta(hours=9), Kind.PICK, 2, f"gone {sku}", PLACE))
    assert look(shop) == {"unexplained_loss:POT-0002"}


def test_what_a_shelf_missed_while_its_node_was_off_is_no_loss_and_waits_for_a_count(shop: Shop) -> None:
    book(shop, "SUG-0008", counted(50), sold(1))  # a till tells of sales
    weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 20, "weighed", PLACE)
    off, on = NOW - timedelta(hours=9), NOW - timedelta(hours=6)
    bought = Fact(off + timedelta(hours=1), Kind.SALE, 1, "bought", price_minor=900)
    book(shop, "POT-0002", counted(20), weighed, bought, Fact(on, Kind.MISSED, 4, "missed", PLACE, since=off))
    assert look(shop) == {"count_disagrees:POT-0002"}
    pot = state(shop, "POT-0002")
    assert (pot.on_hand, pot.sensed, pot.waiting, pot.sold_60) == (19, 16, 0, 1)
    book(shop, "POT-0002", Fact(NOW + timedelta(minutes=1), Kind.COUNT, 16, "found"))
    assert look(shop, 2) == set()
    assert state(shop, "POT-0002").on_hand == 16


def test_a_slot_that_is_planned_anew_ends_what_it_held(shop: Shop) -> None:
    hang(shop, "TEA-0114", count=12)
    book(shop, "TEA-0114", counted(20), Fact(NOW - timedelta(days=3), Kind.COUNT, 12, "weighed", PLACE))
    look(shop)
    assert state(shop, "TEA-0114").sensed == 12
    assign_slot(shop.engine, 1, "left", shop.products["MUG-0001"], piece_weight_g=300)
    decide_skus(shop.engine, shop.site_id, [shop.products["TEA-0114"]], NOW + timedelta(minutes=1))
    tea = state(shop, "TEA-0114")
    assert (tea.on_hand, tea.sensed) == (20, None)
    assert look(shop, 2) == set()


def test_what_stands_on_its_shelf_alone_settles_once_it_is_at_rest(shop: Shop) -> None:
    hang(shop, "TEA-0114", count=18)
    weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 20, "weighed", PLACE)
    bought = Fact(NOW - timedelta(hours=1), Kind.PICK, 2, "pick", PLACE), Fact(NOW, Kind.SALE, 2, "sale")
    book(shop, "TEA-0114", counted(20), weighed, *bought)
    tea = shop.products["TEA-0114"]
    with writing(shop.engine) as session:
        plans.say(session, shop.site_id, tea, {"on_shelf": True}, people(shop).manager, NOW)
    for minutes in (0, 119, 120, 121, 180, 240):
        heard(shop, minutes)
        assert look(shop, minutes) == set()
        with reading(shop.engine) as session:
            settled = [fact for fact in facts_of(session, shop.site_id, tea) if fact.is_settled]
        assert [(fact.quantity, fact.key) for fact in settled] == (
            [(18, "settled:TEA-0114/pick")] if minutes >= 120 else []
        )
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").stale) == (18, False)


def test_what_is_received_and_not_on_its_shelf_a_day_later_disagrees(shop: Shop) -> None:
    hang(shop, "TEA-0114", count=20)
    weighed = Fact(NOW - timedelta(days=69), Kind.COUNT, 20, "weighed", PLACE)
    book(shop, "TEA-0114", counted(20), weighed, Fact(NOW, Kind.RECEIPT, 6, "came"))
    with writing(shop.engine) as session:
        plans.say(session, shop.site_id, shop.products["TEA-0114"], {"on_shelf": True}, people(shop).manager, NOW)
    assert look(shop) == set()
    heard(shop, 24 * 60)
    assert look(shop, 24 * 60) == {"count_disagrees:TEA-0114"}


def heard(shop: Shop, minutes: int) -> None:
    with writing(shop.engine) as session:
        session.get_one(Node, 1).heard_at = NOW + timedelta(minutes=minutes)
