"""What a manager says about who a SKU is ordered from: choosing, pinning, one trial order back.

An untouched draft line moves along with the choice; what is sent, or edited by a person, stays where it is.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.store import sourcing
from quietshelf.store.engine import writing
from quietshelf.store.orders import NotAllowed
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale, say
from quietshelf.store.tables import Sourcing, Supplier, User

CHANGED = "Somebody else changed who it is ordered from meanwhile. Look at it once more; nothing was changed."


def choose(
    engine: Engine, site_id: int, product_id: int, supplier_id: int, user_id: int, now: datetime, *, pin: bool = False
) -> None:
    """Order a SKU from this supplier from now on. The rules say no other for 90 days; with `pin`, never.

    Where it is what the rules proposed, one trial order back is proposed 90 days later. Choosing the supplier that it
    was moved from undoes the move. Raises NotAllowed.
    """
    with writing(engine) as session:
        _manager(session, user_id)
        supplier = session.get(Supplier, supplier_id)
        if supplier is None or not sourcing.sells(session, product_id, supplier_id):
            raise NotAllowed("This supplier does not sell it. Bring its offer first; nothing was changed.")
        mark_stale(session, site_id, [product_id])
        before = sourcing.sourcing_of(session, site_id, product_id)
        proposed = before.proposal if before else None
        accepted = proposed is not None and proposed["to_id"] == supplier_id and proposed["why"] != "trial"
        stays = before is not None and before.supplier_id == supplier_id
        _save(
            session,
            site_id,
            product_id,
            before,
            supplier_id=supplier_id,
            pinned=pin,
            chosen_at=now,
            chosen_by=user_id,
            why=proposed if accepted else before.why if before and stays else None,
            trial_at=None,
            proposal=None,
        )
        _note(session, site_id, product_id, user_id, now, "pinned" if pin else "chosen", supplier)
        touch(session, site_id)
    decide_skus(engine, site_id, [product_id], now)


def try_back(engine: Engine, site_id: int, product_id: int, user_id: int, now: datetime) -> None:
    """Let the next order of a SKU go to its product's own supplier, and those after it where they go now.

    Raises NotAllowed where no such trial is proposed.
    """
    with writing(engine) as session:
        _manager(session, user_id)
        mark_stale(session, site_id, [product_id])
        before = sourcing.sourcing_of(session, site_id, product_id)
        if before is None or before.proposal is None or before.proposal["why"] != "trial":
            raise NotAllowed("No trial order is proposed for it. Look at it once more; nothing was changed.")
        supplier = session.get_one(Supplier, before.proposal["to_id"])
        _save(session, site_id, product_id, before, trial_at=now, proposal=None)
        _note(session, site_id, product_id, user_id, now, "tried_back", supplier)
        touch(session, site_id)
    decide_skus(engine, site_id, [product_id], now)


def _save(session: Session, site_id: int, product_id: int, before: Sourcing | None, **what: Any) -> None:
    if not sourcing.save_sourcing(session, site_id, product_id, before.version if before else None, **what):
        raise NotAllowed(CHANGED)


def _note(
    session: Session, site_id: int, product_id: int, user_id: int, now: datetime, what: str, supplier: Supplier
) -> None:
    """Keep who said it among the SKU's decisions."""
    said = {"to": supplier.name, "by": session.get_one(User, user_id).name}
    say(session, site_id, product_id, now, what, {"choice": said})


def _manager(session: Session, user_id: int) -> None:
    user = session.get(User, user_id)
    if user is None or user.role != "manager":
        raise NotAllowed("Only a manager can say who it is ordered from. Ask one to sign in.")
