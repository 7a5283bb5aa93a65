"""What is said of an exception that is neither Red nor Yellow. Pure functions of figures, as in wording.py."""

from collections.abc import Mapping
from datetime import datetime

from quietshelf.web.amounts import counted, first_up, moment
from quietshelf.web.wording import Figures, Said, Voice, listed_some


def check(
    kind: str,
    title: str | None,
    figures: Figures,
    opened_at: datetime,
    voice: Voice,
    names: Mapping[str, str] | None = None,
) -> Said:
    """What is there, and what to do. `names` gives items’ names by SKU, for those that a late order holds up."""
    since = moment(opened_at, voice.now, voice.zone)
    name = title or ""
    node = f"Node {figures.get('node', '')}"
    match kind:
        case "shelf_empty":
            sentence = f"None on the shelf, {figures['back']:,} in the back. The shelf sees it when you fill it."
            return Said("Shelf empty", name, sentence)
        case "supplier_delay":
            held = [(names or {}).get(sku, sku) for sku in figures["skus"]]
            holds = f" It holds up {listed_some(held)}." if held else ""
            sentence = f"{figures['order']} was promised for {voice.plain_day(figures['promised_on'])}.{holds}"
            late = counted(voice.days_since(figures["promised_on"]), "day")
            return Said(f"{late} late", f"{figures['supplier']} is late", sentence)
        case "unexplained_loss":
            lost = figures["lost"]
            them = "it" if lost == 1 else "them"
            sentence = f"{counted(lost, 'piece')} left the shelf, and no sale came for {them}."
            return Said("Gone", name, sentence)
        case "count_disagrees":
            if figures["sensed"] is None:  # no shelf says so: more was sold than was there
                sentence = "More was sold than the book had. Count it before it is ordered."
                return Said("Check count", name, sentence)
            shelf = f"The shelf weighs {figures['sensed']:,}"
            sentence = f"{shelf}, the book says {figures['book']:,}. Count it before it is ordered."
            return Said("Check count", name, sentence)
        case "count_doubtful":
            sentence = "The shelf is not sure of its count, so the book counts meanwhile. Look, and count it once."
            return Said("Check count", name, sentence)
        case "looks_gone":
            hand, silent = figures["on_hand"], figures["silence"]
            days = counted(silent["unsold_days"], "day")
            again = " It was there when last counted." if silent["looks"] else ""
            return Said("Perhaps gone", name, f"Look at the shelf: {hand:,} in the book, none sold for {days}.{again}")
        case "cell_faulty":
            sentence = f"Slot {figures['slot']}: {figures['health']}. Its item stands on the book meanwhile."
            return Said("Faulty cell", node, sentence)
        case "node_waiting":
            sentence = f"It joined {since} and waits. Nothing that it weighs is booked yet."
            return Said("New shelf", node, sentence)
        case "node_silent":
            heard = figures.get("heard_at")
            last = f"since {moment(datetime.fromisoformat(heard), voice.now, voice.zone)}" if heard else "at all"
            return Said(
                "Silent", node, f"Not heard {last}. Its items stand on the book. Check its power and its Wi-Fi."
            )
        case "node_twice":
            return Said(
                "Two of a name", node, "Two devices speak under this name. Switch one off, then adopt the other."
            )
        case "events_lost":
            lost = "Some" if figures["events"] is None else f"{figures['events']:,}"
            return Said("Counts lost", node, f"{lost} of its counts never arrived. Count its shelves once.")
        case "mail_failed":
            why = (figures["error"] or "The mail server can’t be reached").rstrip(".")
            sentence = f"{first_up(why)}. Nobody at {figures['recipient']} has it: send it again, or phone."
            what = f"asking for {figures['order']}" if figures.get("asks") else figures["order"]
            return Said("Not sent", f"{first_up(what)} did not go out", sentence)
        case "import_held":
            items = counted(figures["items"], "item")
            sentence = f"They name {items} that nobody knows here. Import the products, and they are booked."
            return Said(
                "Rows wait", f"{counted(figures['rows'], 'row')} of {figures['kind']} without a place", sentence
            )
        case "sales_silent":
            last = moment(datetime.fromisoformat(figures["since"]), voice.now, voice.zone)
            usual = counted(figures["usual"], "sale")
            sentence = (
                f"The last was {last}; in the same hours of other weeks there are {usual}. Check the till’s feed."
            )
            return Said("No sales", "Sales are silent", sentence)
        case "turns_below_target":
            named = listed_some([(names or {}).get(sku, sku) for sku in figures["skus"]])
            sentence = f"Stock turns {figures['turns']:.1f} times a year, the target is {figures['target']:.1f}."
            return Said("Slow stock", "Money is tied up", f"{sentence} Most of it lies in {named}.")
        case "foreign_item":
            sentence = (
                f"Slot {figures['slot']} holds a weight that is none of its pieces. Take out what is not its own."
            )
            return Said("Foreign item", name or node, sentence)
    return Said("Look", name or kind.replace("_", " ").capitalize(), f"Open {since}.")
