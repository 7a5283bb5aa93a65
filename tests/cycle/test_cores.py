"""A look on all cores decides what a look in one process does, and an error of a process is the look's."""

from json import JSONDecodeError

import pytest
from sqlalchemy import update

from quietshelf.cycle import cores, run_pass
from quietshelf.store.engine import writing
from quietshelf.store.tables import SkuGist
from tests.cycle.pictures import NOW, book, counted, daily, picture
from tests.shops import Shop


def open_for_long(shop: Shop) -> None:
    for number, sku in enumerate(shop.products):
        book(shop, sku, counted(200 + 15 * number), *daily(4))


def test_a_look_on_all_cores_decides_what_one_process_does(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_long(shop)
    monkeypatch.setattr(cores, "SKUS_AT_ONCE", 3)  # a chunk or more for each process
    monkeypatch.setattr(cores, "MANY", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    report = run_pass(shop.engine, shop.site_id, NOW)
    assert (report.looked, report.decided, report.saved) == (12, 12, 12)
    on_all_cores = picture(shop.engine)
    monkeypatch.setattr(cores, "MANY", 1000)
    again = run_pass(shop.engine, shop.site_id, NOW, whole=True)
    assert (again.decided, again.saved) == (12, 0)
    assert picture(shop.engine) == on_all_cores


def test_an_error_in_one_of_the_processes_is_the_looks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_long(shop)
    run_pass(shop.engine, shop.site_id, NOW)
    with writing(shop.engine) as session:
        session.execute(update(SkuGist).values(gist="no gist"))
    monkeypatch.setattr(cores, "MANY", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(JSONDecodeError):
        run_pass(shop.engine, shop.site_id, NOW, whole=True)
