"""What machines ask, and what people see when the database is away."""

from quietshelf.web.context import BrokerStatus
from tests.web.conftest import Run


def test_a_shop_that_is_well(run: Run) -> None:
    answer = run.visitor(None).client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"database": True, "broker": True})


def test_a_broker_that_is_away(run: Run) -> None:
    run.broker = BrokerStatus(takes_real_nodes=True, reachable=False)
    answer = run.visitor(None).client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"database": True, "broker": False})


def test_a_database_that_is_away(run: Run) -> None:
    ines = run.visitor()
    with run.shop.engine.begin() as connection:
        for table in ("sign_in_links", "users", "sites"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_away")
    for path in ("/", "/orders", "/sign-in"):
        answer = ines.client.get(path)
        assert answer.status_code == 503
        assert "The database is away" in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"] == "10"


def test_metrics_are_for_this_machine_and_managers(run: Run) -> None:
    here = run.visitor(None).client.get("/metrics")
    assert 'quietshelf_open_exceptions{kind="red"} 2.0' in here.get_data(as_text=True)
    assert here.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"  # a key twice can't be parsed
    assert "quietshelf_quarantined_messages 0.0" in here.get_data(as_text=True)
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert run.visitor(None).client.get("/metrics", environ_base=far).status_code == 403
    assert run.visitor("sam@corner.example").client.get("/metrics", environ_base=far).status_code == 403
    assert run.visitor().client.get("/metrics", environ_base=far).status_code == 200
    through_a_proxy = {"X-Forwarded-For": "192.0.2.7"}
    assert run.visitor(None).client.get("/metrics", headers=through_a_proxy).status_code == 403
