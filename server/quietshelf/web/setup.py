"""Set up: what there is to bring, shelves, suppliers, people. Its acts are setup_acts.py's and imports.py's."""

from flask import Blueprint, render_template

from quietshelf.intake.imports import KINDS
from quietshelf.store import beginning, people, setting_up
from quietshelf.web.accounts import managers_only
from quietshelf.web.context import context, db, site
from quietshelf.web.forms import Form
from quietshelf.web.money import money_view

bp = Blueprint("setup", __name__)

BRINGS = {
    "sales": ("What you sold", "A year is best, 60 days are enough. Any till’s CSV will do."),
    "products": ("What you sell", "Names, prices, costs, and whose packs they come in."),
    "suppliers": ("Who sells to you", "With the e-mail that orders go to, and the days they quote."),
    "offers": ("What they ask for it", "Cost, pack and least order of each supplier for each item."),
    "stock": ("What is there now", "A count; without one, deliveries and sales are taken from none."),
    "deliveries": ("What came, and when", "Past orders tell how well each supplier keeps its word."),
    "needs": ("What will be needed", "So many of an item on a day, as for a fair: ordered once, a lead time before."),
}
"""The kinds of files, as a person thinks of them."""


@bp.get("/setup")
@managers_only
def start() -> str:
    """Everything that is set up."""
    return page(Form())


def page(form: Form, **more: object) -> str:
    """The page, with a form that came back, if one did."""
    return render_template(
        "setup/page.html",
        form=form,
        blank=Form(),
        kinds=[(kind, *BRINGS[kind]) for kind in KINDS],
        nodes=setting_up.hung_nodes(db(), site().id),
        items=setting_up.listed_items(db()),
        suppliers=setting_up.suppliers(db()),
        people=people.people(db()),
        asleep=beginning.asleep(db(), site().id, 0, 0)[0],
        broker=context().broker(),
        **({"money": money_view(site())} | more),
    )
