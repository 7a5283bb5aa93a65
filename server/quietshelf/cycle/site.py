"""What is open about anything but SKUs: nodes, cells, late orders, mails, imports. SKUs are looked at in `passes`."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.loading import lead_of
from quietshelf.cycle.moments import Moment
from quietshelf.cycle.tills import silent_sales
from quietshelf.cycle.turning import slow_stock
from quietshelf.rules.exceptions import ExceptionKind, Opening, late_order, silent_node
from quietshelf.rules.leadtimes import promise
from quietshelf.store.engine import writing
from quietshelf.store.exceptions import Moved, Open, acknowledged_at, move_of_site
from quietshelf.store.mails import in_trouble
from quietshelf.store.shelves import lost_events, nodes_of
from quietshelf.store.sites import looked, touch
from quietshelf.store.states import mark_stale
from quietshelf.store.supplier_words import askings_in_trouble
from quietshelf.store.supply import records
from quietshelf.store.tables import Node
from quietshelf.store.troubles import ShelfWord, held_rows, lines_on_their_way, shelf_words

MAIL_ATTEMPTS = 5
"""A mail that waits still after this many attempts needs a person."""

_EVER = datetime.min.replace(tzinfo=UTC)


def look_at_site(engine: Engine, moment: Moment) -> Moved:
    """Open and close what is not a SKU's. The SKUs of a node that fell silent, or is heard again, become due."""
    with writing(engine) as session:
        nodes = nodes_of(session, moment.site_id)
        words = shelf_words(session, moment.site_id)
        now_open = [
            *_nodes(nodes, moment),
            *_lost(session, nodes, moment),
            *_cells(words),
            *_late_orders(session, moment),
            *_mails(session, moment),
            *_imports(session, moment),
            *silent_sales(session, moment),
            *slow_stock(session, moment),
        ]
        moved = move_of_site(session, moment.site_id, now_open, moment.now)
        silence = {key.partition(":")[2] for key in moved.keys if key.startswith(f"{ExceptionKind.NODE_SILENT}:")}
        mark_stale(
            session,
            moment.site_id,
            [word.product_id for word in words if word.node in silence and word.product_id is not None],
        )
        looked(session, moment.site_id, moment.now, moment.today)
        if moved:
            touch(session, moment.site_id)
    return moved


def _nodes(nodes: list[Node], moment: Moment) -> list[Open]:
    """Two boxes under one name, a node that waits for adoption, a node that was not heard."""
    found = []
    for node in nodes:
        if node.twice:
            opening: Opening | None = _about_node(ExceptionKind.NODE_TWICE, node.name)
        elif node.adopted_at is None:
            heard = node.heard_at is not None
            opening = _about_node(ExceptionKind.NODE_WAITING, node.name, serial=node.serial) if heard else None
        else:
            opening = silent_node(node.name, node.heard_at, moment.now, moment.policy)
        if opening:
            found.append(Open(opening, node_id=node.id))
    return found


def _lost(session: Session, nodes: list[Node], moment: Moment) -> list[Open]:
    """Events that never came, of each node, since a person last acknowledged that some had not."""
    names = {node.id: node.name for node in nodes}
    seen = acknowledged_at(session, moment.site_id, ExceptionKind.EVENTS_LOST)
    found: dict[int, list[int | None]] = {}
    for since in sorted({_EVER, *seen.values()}):
        for lost in lost_events(session, moment.site_id, since):
            if since == seen.get(lost.node_id, _EVER):
                found.setdefault(lost.node_id, []).append(lost.events)
    return [
        Open(
            _about_node(
                ExceptionKind.EVENTS_LOST,
                names[node_id],
                events=None if None in events else sum(int(count or 0) for count in events),
            ),
            node_id=node_id,
        )
        for node_id, events in found.items()
    ]


def _cells(words: list[ShelfWord]) -> list[Open]:
    """Cells that can't be trusted."""
    return [
        Open(
            Opening(
                ExceptionKind.CELL_FAULTY,
                f"{word.node}/{word.slot}",
                figures={"node": word.node, "slot": word.slot, "health": word.health},
            ),
            node_id=word.node_id,
        )
        for word in words
        if word.health is not None
    ]


def _late_orders(session: Session, moment: Moment) -> list[Open]:
    """Orders far past their promise, each with the SKUs that it starves."""
    lines = lines_on_their_way(session, moment.site_id)
    unpromised = {line.supplier_id for line in lines if line.promised_on is None}
    suppliers = records(session, moment.zone, unpromised) if unpromised else {}
    found = []
    for order_id, group in groupby(lines, key=lambda line: line.order_id):
        of_order = list(group)
        first = of_order[0]
        promised_on = first.promised_on
        if promised_on is None:
            if first.sent_at is None:
                continue
            record = suppliers[first.supplier_id]
            sent_on, quoted = moment.day(first.sent_at), record.supplier.quoted_lead_days
            promised_on = promise(None, sent_on, quoted, lead_of(record, moment.policy))
        starved = [line for line in of_order if line.short]
        opening = late_order(
            first.number,
            first.supplier,
            promised_on,
            [line.sku for line in starved],
            moment.day(moment.now),
            sum(line.risk_minor_per_day for line in starved),
            moment.policy,
        )
        if opening:
            found.append(Open(opening, order_id=order_id))
    return found


def _mails(session: Session, moment: Moment) -> list[Open]:
    """Orders whose mail did not go out, and mails that asked a supplier to hurry."""
    return [
        Open(
            Opening(
                ExceptionKind.MAIL_FAILED,
                number,
                figures={"order": number, "recipient": mail.recipient, "error": mail.error},
            ),
            order_id=mail.order_id,
        )
        for mail, number in in_trouble(session, moment.site_id, MAIL_ATTEMPTS)
    ] + [
        Open(
            Opening(
                ExceptionKind.MAIL_FAILED,
                order.number,
                figures={"order": order.number, "recipient": mail.recipient, "error": mail.error, "asks": True},
            ),
            order_id=order.id,
        )
        for mail, order in askings_in_trouble(session, moment.site_id, MAIL_ATTEMPTS)
    ]


def _imports(session: Session, moment: Moment) -> list[Open]:
    """Rows of imports that wait for their item."""
    return [
        Open(Opening(ExceptionKind.IMPORT_HELD, kind, figures={"kind": kind, "rows": rows, "items": items}))
        for kind, (rows, items) in held_rows(session, moment.site_id).items()
    ]


def _about_node(kind: ExceptionKind, node: str, **figures: Any) -> Opening:
    return Opening(kind, node, figures={"node": node, **figures})
