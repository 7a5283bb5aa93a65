"""Asking a supplier to hurry an order that is on its way: one press, from Today or from the order's page."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quietshelf.outbound import hurrying
from quietshelf.store.orders import NotAllowed
from quietshelf.web.accounts import account
from quietshelf.web.context import context, let_go, now
from quietshelf.web.forms import Form
from quietshelf.web.security import own_path

bp = Blueprint("hurrying", __name__)

SAID = {
    "write": "Asked: the mail goes out now. For 3 days the row rests, and waits for the answer.",
    "phoned": "Noted that you have asked. For 3 days the row rests, and waits for the answer.",
}


@bp.post("/orders/<int:order_id>/expedite")
def expedite(order_id: int) -> Response:
    """Ask by mail (`do` is write), or note that somebody has phoned (phoned)."""
    form = Form(request.form)
    do = form.text("do")
    if do not in SAID:
        abort(400)
    user_id = account().user_id
    let_go()
    try:
        hurrying.expedite(context().engine, order_id, user_id, now(), by_mail=do == "write")
    except NotAllowed as refusal:
        flash(str(refusal))
    else:
        waits = do == "write" and not context().sends_mail
        flash("Noted. Its mail waits until a mail server is set: phone meanwhile." if waits else SAID[do], "done")
    return redirect(own_path(form.text("back")) or url_for("orders.page", order_id=order_id), 303)
