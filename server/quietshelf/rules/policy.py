"""Every number of the rules, in one frozen dataclass. No logic lives here."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=64)
def exact(share: float) -> Fraction:
    """A number of the policy as the exact fraction that it is.

    >>> exact(0.5)
    Fraction(1, 2)
    """
    return Fraction(share)


@dataclass(frozen=True)
class Policy:
    """The numbers that decide, each settable per site; the defaults are the plain rules."""

    # velocity
    velocity_days: int = 60
    """Velocity is what sold in this many days, divided by them."""
    in_stock_days: bool = True
    """Divide by the days in stock instead, so that an empty shelf does not lower the next order."""
    in_stock_at_least_days: int = 30
    """The fewest days in stock that velocity is divided by."""
    closed_run_days: int = 4
    """A site that sold nothing for this many days running was closed: they count nowhere. A shorter run is its week."""
    one_off_days: int = 15
    """A single sale of more than this many days' worth is offered to a person as a one-off."""

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
    dead_days: int = 90
    """Stock of which none sold in this many days in stock is marked as dead."""

    # ordering
    lot_days: int = 45
    """A lot is what sells in this many days."""
    no_order_cover_days: int = 90
    """Nothing is ordered at or above this cover (and late lead time plus buffer): the SKU is marked as overstock."""
    overdue_days: int = 15
    """An order line further past its promise than this counts half as on order; of a Red SKU it is bought again."""
    expedite_rest_days: int = 3
    """A supplier that was asked to hurry is not to be asked again for so many days."""
    draft_stays_days: int = 3
    """A draft line that nobody edited goes when the SKU has this many days' sales more than Yellow."""
    edited_stays_days: int = 7
    """An edited line is left alone this long; then the page says what the rule says."""

    # suppliers
    on_time_days: int = 2
    """A line is on time within this many days of its promise."""
    score_days: int = 365
    """What was settled longer ago counts in no score."""
    score_half_life_days: int = 90
    """A delivery's weight in its supplier's score halves in this many days."""
    score_prior_lines: int = 5
    """A score is pulled toward the site's mean as if this many lines of it had come today."""
    score_enough_lines: int = 5
    """From this many lines of one SKU on, a supplier has a score for it of its own."""
    shift_days: int = 90
    """Money lost to lateness and extra price are compared over this many days; then one trial order is proposed."""
    shift_deliveries: int = 10
    """So many of a supplier's last deliveries are looked at for ones that came far too late."""
    shift_late_deliveries: int = 2
    """With this many of those more than `overdue_days` late, all its SKUs move."""
    shift_gap: float = 0.10
    """An alternative is clearly better from this difference of on-time-in-full shares on."""
    shift_enough_deliveries: int = 5
    """Two suppliers are compared from this many deliveries each on."""
    shift_chance: float = 0.05
    """A difference that chance makes at least this often moves nothing."""

    # what received lots teach
    feedback_fast_share: float = 0.667
    """A lot that is gone in under this share of the days it was meant to last was too small."""
    feedback_slow_times: int = 2
    """A lot of which units are left after this many times its days was too big."""
    feedback_more: float = 1.25
    """The feedback factor is multiplied by this after a lot that was too small."""
    feedback_less: float = 0.75
    """And by this after one that was too big."""
    feedback_back_lots: int = 3
    """After any other lot the factor goes one of this many parts of the way back to 1."""
    feedback_least: float = 0.25
    """The feedback factor is never below this."""
    feedback_most: float = 4.0
    """Nor above this."""

    # what does not sell
    last_piece_days: int = 90
    """A SKU that never sold and is found gone is ordered once more if it had been there for less than this."""
    last_sale_days: int = 365
    """Or if it sold within so many days."""

    # what people know and say
    need_days: int = 3
    """A single sale of at least half of a known need meets it within this many days of its day."""
    not_this_time_days: int = 30
    """A "not this time" holds until the SKU is Green once, and at most this long."""

    # reconciling shelves with sales
    sale_wait_hours: int = 2
    """A pick waits this long for its sale, then it is a loss."""
    put_back_minutes: int = 15
    """A put no larger than the picks of these last minutes cancels them; a till's sale waits as long for its pick."""
    packing_days: int = 3
    """A sale of a channel that packs orders waits this long for its pick."""

    receipt_window_hours: int = 24
    """What a shelf holds beyond the book waits this long for its receipt, then shelf and book disagree."""
    settled_hours: int = 2
    """What stands on weighed shelves alone takes their count as the truth once nothing has moved for this long."""

    # looks at what no shelf weighs
    look_sale_days: int = 4
    """What is there by the book is probably gone once it was silent for so many days on which a sale was expected."""
    looks_a_day: int = 3
    """Looks that are asked for at most: those that wait, and those of today that are done."""
    looks_a_day_in_mode: int = 10
    """The same while wrong counts are what is worked on."""

    # money
    assumed_cost_share: float = 0.6
    """Where a purchase cost is unknown, this share of the price paid is taken for it, and said."""

    # exceptions
    loss_units: int = 3
    """An unexplained loss opens an exception from this many units on."""
    loss_minor: int = 2000
    """Or from this much throughput on, in minor units of the site's currency."""
    node_silent_minutes: int = 45
    """A node that has not been heard for this long (three heartbeats) is silent."""
    reopens_within_hours: int = 24
    """What opens again so soon after it closed is the same opening."""
    silent_gaps: int = 3
    """Sales are silent when so many usual gaps between two have passed since the last..."""
    silent_weeks: int = 8
    """...by the same hours of so many weeks before."""
    notify_after_minutes: int = 10
    """An opening notifies when it has been open for this long."""
    worse_times: int = 2
    """What was put off comes back when it puts this many times as much money at risk a day."""

    # the top 20%, and the first week
    top_share: float = 0.20
    """Of the SKUs that sell, this share earns most a day: the top; all others are slow movers."""
    top_kept_share: float = 0.25
    """A SKU stays in the top while it is inside this share."""
    first_week_days: int = 7
    """In a shop's first days only the top drafts by itself."""
    asleep_days: int = 60
    """What had none left when the shop began, and had sold none for this long, sleeps."""

    # causes and the constraint
    decided_within_days: int = 2
    """A draft line waits this many open days for a person before its waiting is a cause."""
    around_days: int = 15
    """What a day without stock would have sold is read from this many days before and after it..."""
    around_days_enough: int = 7
    """...if the SKU was in stock on this many of them; else it is velocity as it was known that day."""
    jump_days: int = 30
    """Demand has jumped where a SKU really sold, in the days ahead, at most so many..."""
    jump_times: float = 1.5
    """...more than this many times its velocity, a day in stock..."""
    jump_errors: float = 3.0
    """...and more by so many standard errors: by no chance."""
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
    beyond_errors: float = 2.0
    """A number is better or worse only beyond this many standard errors."""

    # modes
    missed_otif: float = 0.90
    """Supply mode: a supplier missed whose share on time and in full is below this..."""
    missed_deliveries: int = 5
    """...or of whose last deliveries, this many, one came more than `overdue_days` late."""
    recent_days: int = 14
    """Demand mode: velocity is also read over this many days."""
    recent_at_least_days: int = 7
    """The fewest days in stock that this velocity is divided by."""
    recent_chance: float = 0.001
    """It counts only where chance brings so many separate sales less often than this."""
    recent_times: int = 2
    """It is at most this many times the usual velocity."""
    target_turns: float = 6.0
    """Capital mode: turns to aim at where a manager has set none; 365 / turns is the cash cycle in days."""
    itself_rests_minutes: int = 15
    """Purchasing mode: a draft goes by itself once nothing about it has changed for this long."""
    mode_end_share: float = 0.5
    """A mode's end is proposed once its cause lost under this share of what it had lost..."""
    mode_reviews: int = 2
    """...in each of this many whole months running."""

    # the monthly review
    helped_share: float = 0.1
    """An action helped where the SKUs that it touched lost this share less than by the rest's way."""

    # what is kept
    quarantine_days: int = 90
    """A message that could not be taken is kept for so long..."""
    quarantine_most: int = 10_000
    """...and no more of them than this, the newest."""
    job_runs_days: int = 14
    """A run of a scheduled job is remembered for so long."""
