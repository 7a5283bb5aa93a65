"""Whether the site's sales are silent, from what is known of this hour in other weeks."""

from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.rules.tills import file_is_awaited, sales_silent, spans
from quietshelf.store import tills
from quietshelf.store.exceptions import Open

COUNTED = 100
"""Sales are counted up to this many: more says no more."""


def silent_sales(session: Session, moment: Moment) -> list[Open]:
    """`sales_silent`, where it is open now. It looks beyond T, at the shop's now."""
    last = tills.last_sale(session, moment.site_id, moment.now)
    first = tills.first_day(session, moment.site_id) if last else None
    if last is None or first is None:
        return []
    weeks = min(moment.policy.silent_weeks, (moment.day(last) - first).days // 7)
    of_weeks = spans(last, moment.now, moment.zone, weeks)
    opening = sales_silent(last, tills.sold_within(session, moment.site_id, of_weeks, COUNTED), moment.policy)
    if opening is None or file_is_awaited(tills.files_of_sales(session, moment.site_id), moment.now, moment.policy):
        return []
    return [Open(opening)]
