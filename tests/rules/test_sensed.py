"""A shop that nobody tells of sales: its shelves do."""

from hypothesis import given

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import derive
from quietshelf.rules.sensed import sales_of_shelves
from quietshelf.rules.stock import DAY
from tests.rules.test_ledger import POLICY, START, Step, played, scripts

LATER = START + 30 * DAY


def without_sales(script: list[Step]) -> list[Fact]:
    return [fact for fact in played(script).facts if fact.kind is not Kind.SALE]


@given(scripts("buy", "put back", "case", "receipt"))
def test_what_the_shelves_sensed_was_sold_and_is_in_the_book(script: list[Step]) -> None:
    shop, facts = played(script), without_sales(script)
    book = derive([*facts, *sales_of_shelves(facts, LATER, POLICY)], None, POLICY)
    assert (book.book, book.sensed, book.back) == (shop.total, shop.shelf, shop.room + shop.display)
    assert book.losses == ()
    assert book.disagreement == 0


@given(scripts("buy", "put back", "case"))
def test_any_order_and_any_repeats_give_the_same_sales(script: list[Step]) -> None:
    facts = without_sales(script)
    assert sales_of_shelves([*reversed(facts), *facts], LATER, POLICY) == sales_of_shelves(facts, LATER, POLICY)
    assert all(sale.quantity > 0 for sale in sales_of_shelves(facts, LATER, POLICY))
