"""Every number of the rules, in one frozen dataclass. No logic lives here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """The numbers that decide, each settable per site; the defaults are the plain rules."""

    # velocity
    velocity_days: int = 60
    """Velocity is what sold in this many days, divided by them."""

    # lead times
    deliveries_kept: int = 20
    """A supplier's lead time is taken from its last deliveries, at most this many."""
    deliveries_enough: int = 10
    """From this many deliveries on, late is the second longest of them."""
    deliveries_few: int = 5
    """Under this many deliveries the quoted lead time counts instead."""
    late_at_most: float = 2.0
    """Late is at most this many times typical."""
    late_of_few: float = 1.5
    """Where deliveries are few, late is this many times typical."""
    quoted_lead_days: int = 14
    """Typical lead time of a supplier that has neither delivered nor quoted one, in days."""

    # zones
    buffer_share: float = 0.5
    """Buffer days are this share of the late lead time, plus the days to the next look."""
    next_look_days: int = 1
    """Days to the next look at a supplier without an order day."""
    flap_days: int = 1
    """Red and Yellow end only this many days' cover beyond their line."""

    # ordering
    lot_days: int = 45
    """A lot is what sold in this many days."""
    no_order_cover_days: int = 90
    """Nothing is ordered at or above this cover (and at or above late lead time plus buffer)."""
    overdue_days: int = 15
    """An order line further past its promise than this counts half as on order."""
    draft_stays_days: int = 3
    """A draft line that nobody edited goes when the SKU has this many days' sales more than Yellow."""
    edited_stays_days: int = 7
    """An edited line is left alone this long; then the page says what the rule says."""

    # reconciling shelves with sales
    sale_wait_hours: int = 2
    """A pick waits this long for its sale, then it is a loss."""
    put_back_minutes: int = 15
    """A put no larger than the picks of these last minutes cancels them; a till's sale waits as long for its pick."""
    packing_days: int = 3
    """A sale of a channel that packs orders waits this long for its pick."""

    receipt_window_hours: int = 24
    """What a shelf holds beyond the book waits this long for its receipt, then shelf and book disagree."""

    # money
    assumed_cost_share: float = 0.6
    """Where a purchase cost is unknown, this share of the price paid is taken for it, and said."""

    # exceptions
    loss_units: int = 3
    """An unexplained loss opens an exception from this many units on."""
    node_silent_minutes: int = 45
    """A node that has not been heard for this long (three heartbeats) is silent."""

    # causes and the constraint
    decided_within_days: int = 2
    """A draft line waits this many open days for a person before its waiting is a cause."""
    around_days: int = 15
    """What a day without stock would have sold is read from this many days before and after it..."""
    around_days_enough: int = 7
    """...if the SKU was in stock on this many of them; else it is velocity as it was known that day."""
    one_off_days: int = 15
    """A single sale of more than this many days' worth is told apart."""
    held_cover_days: int = 90
    """What lies beyond this cover costs its holding."""
    holding_share_per_month: float = 0.02
    """Holding a unit for a month costs this share of its purchase cost."""
    constraint_days: int = 30
    """The constraint is what lost most in this many days; its number is taken over as many."""
    quiet_loss_share: float = 0.01
    """Nothing is the constraint where less than this share of throughput was lost."""
    main_cause_share: float = 0.25
    """Nothing is the constraint where no cause has this share of the loss."""
    told_from_days: int = 20
    """The constraint is unknown under this many days without stock."""
    told_from_deliveries: int = 10
    """Supply is not named the constraint under this many deliveries."""
    overtakes_by: float = 1.5
    """Within the month another cause is named when it has lost this many times as much..."""
    overtakes_looks: int = 7
    """...on this many daily looks running."""
    on_time_days: int = 2
    """A delivery is on time within this many days of its promise."""
    beyond_errors: float = 2.0
    """A number is better or worse only beyond this many standard errors."""
