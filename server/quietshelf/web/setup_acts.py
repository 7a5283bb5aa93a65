"""What a press under Set up does to shelves, suppliers and people."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quietshelf.intake.adoption import NotPossibleError, adopt, assign_slot
from quietshelf.store import people, setting_up
from quietshelf.store.catalogue import find_product
from quietshelf.store.engine import writing
from quietshelf.store.shelves import nodes_by_id
from quietshelf.store.sites import touch
from quietshelf.web.accounts import managers_only, no_password
from quietshelf.web.context import context, db, let_go, now, site
from quietshelf.web.forms import Form
from quietshelf.web.setup import page

bp = Blueprint("setup_acts", __name__)


@bp.post("/setup/nodes/<int:node_id>/adopt")
@managers_only
def adopt_node(node_id: int) -> Response:
    """Take a node into the shop."""
    _node(node_id)
    try:
        adopt(context().engine, node_id, now())
    except NotPossibleError as refusal:
        flash(str(refusal))
    return redirect(url_for("setup.start") + "#shelves", 303)


@bp.post("/setup/nodes/<int:node_id>/slots")
@managers_only
def plan_slot(node_id: int) -> Response | tuple[str, int]:
    """Say what a slot holds."""
    _node(node_id)
    form = Form(request.form)
    slot = form.text("slot", "Type the slot’s name, as the node’s file has it.")
    sku = form.text("sku")
    weight = form.grams("weight")
    product_id = None
    if sku:
        product = find_product(db(), sku)
        if product is None:
            form.wrong["sku"] = f"Nothing here has the SKU “{sku}”. Type one that was imported."
        else:
            product_id = product.id
    if not form.wrong:
        let_go()
        try:
            assign_slot(context().engine, node_id, slot, product_id, piece_weight_g=weight)
        except NotPossibleError as refusal:
            form.wrong["weight"] = str(refusal)
    if form.wrong:
        return page(form, wrong_node=node_id), 422
    return redirect(url_for("setup.start") + "#shelves", 303)


@bp.post("/setup/suppliers/<int:supplier_id>")
@managers_only
def change_supplier(supplier_id: int) -> Response | tuple[str, int]:
    """Name a supplier, and say where its orders go."""
    form = Form(request.form)
    name = form.text("name", "Type the supplier’s name.")
    email = form.email("supplier_email", "")
    days = form.whole("quoted", most=365) if form.typed.get("quoted", "").strip() else None
    site_id = site().id
    let_go()
    if not form.wrong:
        try:
            with writing(context().engine) as writes:
                if not setting_up.name_supplier(writes, supplier_id, name, email, days):
                    abort(404)
                touch(writes, site_id)
        except ValueError as refusal:
            form.wrong["name"] = str(refusal)
    if form.wrong:
        return page(form, wrong_supplier=supplier_id), 422
    return redirect(url_for("setup.start") + "#suppliers", 303)


@bp.post("/setup/people")
@managers_only
def add_person() -> Response | str | tuple[str, int]:
    """A new account, with a link by which its person signs in the first time."""
    form = Form(request.form)
    name = form.text("person", "Type the person’s name.")
    email = form.email("email", "Type the person’s e-mail.")
    role = form.text("role")
    if role not in ("manager", "staff"):
        abort(400)
    let_go()
    if not form.wrong:
        try:
            with writing(context().engine) as writes:
                person = people.add_user(writes, email, name, role, no_password(), now())
                token = people.make_link(writes, person.id, now())
        except ValueError as refusal:
            form.wrong["email"] = str(refusal)
    if form.wrong:
        return page(form), 422
    return page(Form(), link=url_for("sign_in.by_link", token=token, _external=True), link_for=name)


@bp.post("/setup/people/<int:user_id>/link")
@managers_only
def new_link(user_id: int) -> str:
    """A sign-in link for a person who forgot the password, or has none."""
    person = people.user(db(), user_id)
    if person is None:
        abort(404)
    let_go()
    with writing(context().engine) as writes:
        token = people.make_link(writes, user_id, now())
    return page(Form(), link=url_for("sign_in.by_link", token=token, _external=True), link_for=person.name)


def _node(node_id: int) -> None:
    if not nodes_by_id(db(), [node_id]):
        abort(404)
    let_go()
