"""The shop that the demo plays: Larch & Ladle, what it sells, who supplies it, and what lies on which slot.

Only what is given; what happened there in 90 days is made in history.py, what happens today in shoppers.py.
"""

from dataclasses import dataclass
from enum import Enum

SHOP_NAME = "Larch & Ladle"
SITE_KEY = "larch-ladle"
TIME_ZONE = "Europe/London"
CURRENCY = "GBP"
ADDRESS = "14 Candle Lane\nLudlow SY8 1DB"
MAIL = "shop@larch-and-ladle.example"


@dataclass(frozen=True)
class Maker:
    """A supplier, and how many days it says that it needs."""

    name: str
    email: str
    quoted_lead_days: int
    payment_days: int


NORTHGATE = Maker("Northgate Tea Importers", "orders@northgate-tea.example", 9, 30)
CALDER = Maker("Calder Ceramics", "sales@calder-ceramics.example", 14, 30)
HOLLOW_OAK = Maker("Hollow Oak Woodware", "hello@hollow-oak.example", 10, 14)
BRIGHTWATER = Maker("Brightwater Kitchenware", "trade@brightwater.example", 7, 30)
FENNEL = Maker("Fennel & Rye Larder", "orders@fennel-rye.example", 5, 14)
MAKERS = (NORTHGATE, CALDER, HOLLOW_OAK, BRIGHTWATER, FENNEL)
ALDER = Maker("Alder & Finch Imports", "sales@alder-finch.example", 14, 30)
TERN = Maker("Tern Pottery", "orders@tern-pottery.example", 11, 14)


class Part(Enum):
    """The part that a SKU plays when the demo opens."""

    PLENTY = "more than enough for the lead time"
    LOW = "some days' sales short of the reorder line"
    LAST_FEW = "just above the reorder line, all of it on its shelf: shoppers are about to take it"


@dataclass(frozen=True)
class Good:
    """One SKU: money in pence, the weight of one piece in grams, and what sells of it on an average day."""

    sku: str
    name: str
    category: str
    maker: Maker
    price_minor: int
    cost_minor: int
    pack: int
    piece_weight_g: float
    sold_per_day: float
    part: Part = Part.PLENTY
    minimum_order: int = 0


GOODS = (
    Good("TEA-0101", "English Breakfast loose, 250 g", "Tea", NORTHGATE, 895, 410, 12, 268, 2.6, Part.LOW, 24),
    Good("TEA-0102", "Assam second flush, 250 g", "Tea", NORTHGATE, 1050, 480, 12, 269, 1.8),
    Good("TEA-0103", "Darjeeling first flush, 100 g", "Tea", NORTHGATE, 1290, 610, 6, 116, 0.9),
    Good("TEA-0104", "Earl Grey blue flower, 250 g", "Tea", NORTHGATE, 950, 430, 12, 266, 2.1),
    Good("TEA-0105", "Lapsang souchong, 125 g", "Tea", NORTHGATE, 820, 370, 6, 142, 0.5),
    Good("TEA-0106", "Keemun, 125 g", "Tea", NORTHGATE, 860, 390, 6, 141, 0.4),
    Good("TEA-0110", "Gyokuro, 50 g tin", "Tea", NORTHGATE, 1980, 980, 6, 96, 0.6, Part.LAST_FEW),
    Good("TEA-0111", "Sencha, 100 g", "Tea", NORTHGATE, 990, 450, 6, 117, 1.1),
    Good("TEA-0112", "Jasmine pearls, 80 g", "Tea", NORTHGATE, 1250, 590, 6, 98, 0.8),
    Good("TEA-0113", "Matcha, 30 g tin", "Tea", NORTHGATE, 1850, 940, 6, 71, 0.7),
    Good("TEA-0120", "Rooibos vanilla, 200 g", "Tea", NORTHGATE, 720, 310, 12, 217, 1.5),
    Good("TEA-0121", "Peppermint whole leaf, 80 g", "Tea", NORTHGATE, 590, 240, 12, 97, 1.2),
    Good("TEA-0122", "Camomile flowers, 60 g", "Tea", NORTHGATE, 590, 250, 12, 77, 0.9),
    Good("CER-0201", "Stoneware mug, oat", "Ceramics", CALDER, 1400, 620, 6, 384, 0.9),
    Good("CER-0202", "Stoneware mug, moss", "Ceramics", CALDER, 1400, 620, 6, 386, 0.7),
    Good("CER-0203", "Teapot for two", "Ceramics", CALDER, 3800, 1790, 2, 812, 0.3),
    Good("CER-0204", "Cup and saucer", "Ceramics", CALDER, 1850, 830, 4, 428, 0.5),
    Good("CER-0205", "Honey pot", "Ceramics", CALDER, 1650, 740, 4, 356, 0.3),
    Good("CER-0206", "Espresso cup", "Ceramics", CALDER, 950, 400, 6, 164, 0.8),
    Good("CER-0207", "Butter dish", "Ceramics", CALDER, 2600, 1220, 2, 690, 0.2),
    Good("WOD-0301", "Olive wood spoon", "Woodware", HOLLOW_OAK, 1150, 480, 6, 58, 0.8),
    Good("WOD-0302", "Beech spatula", "Woodware", HOLLOW_OAK, 750, 290, 12, 52, 0.9),
    Good("WOD-0303", "Bamboo matcha whisk", "Woodware", HOLLOW_OAK, 1490, 640, 6, 23, 0.6),
    Good("WOD-0304", "Larch ladle", "Woodware", HOLLOW_OAK, 1690, 720, 6, 94, 0.7, Part.LOW),
    Good("WOD-0305", "Chopping board, ash", "Woodware", HOLLOW_OAK, 3400, 1580, 2, 1120, 0.3),
    Good("WOD-0306", "Honey dipper", "Woodware", HOLLOW_OAK, 550, 190, 12, 21, 0.5),
    Good("KIT-0401", "Tea strainer, steel", "Kitchen", BRIGHTWATER, 890, 350, 12, 36, 1.0),
    Good("KIT-0402", "Tea infuser ball", "Kitchen", BRIGHTWATER, 650, 240, 12, 28, 0.8),
    Good("KIT-0403", "Measuring scoop, copper", "Kitchen", BRIGHTWATER, 990, 420, 6, 47, 0.5),
    Good("KIT-0404", "Linen tea towel", "Kitchen", BRIGHTWATER, 1200, 510, 6, 132, 1.0),
    Good("KIT-0405", "Gooseneck kettle", "Kitchen", BRIGHTWATER, 5900, 3100, 1, 940, 0.2),
    Good("KIT-0406", "Kitchen timer", "Kitchen", BRIGHTWATER, 1450, 660, 4, 88, 0.4),
    Good("KIT-0407", "Paper tea filters, 100", "Kitchen", BRIGHTWATER, 490, 170, 20, 62, 1.6),
    Good("KIT-0408", "Storage tin, 250 g", "Kitchen", BRIGHTWATER, 790, 310, 10, 148, 0.9),
    Good("LAR-0501", "Heather honey, 340 g", "Larder", FENNEL, 895, 470, 6, 552, 0.9),
    Good("LAR-0502", "Shortbread, 200 g", "Larder", FENNEL, 475, 220, 12, 224, 1.7),
    Good("LAR-0503", "Damson jam, 227 g", "Larder", FENNEL, 495, 240, 6, 398, 0.8),
    Good("LAR-0504", "Lemon curd, 227 g", "Larder", FENNEL, 495, 240, 6, 401, 0.7),
    Good("LAR-0505", "Ginger biscuits, 150 g", "Larder", FENNEL, 395, 180, 12, 171, 1.4, Part.LOW),
    Good("LAR-0506", "Demerara cubes, 500 g", "Larder", FENNEL, 345, 150, 12, 514, 0.8),
    Good("LAR-0507", "Dark drinking chocolate, 250 g", "Larder", FENNEL, 850, 410, 6, 271, 1.1),
)

DEARER = {
    ALDER: (6, ("TEA-0101", "TEA-0102", "TEA-0110", "TEA-0120")),
    TERN: (12, ("CER-0201", "CER-0202", "CER-0203")),
}
"""Suppliers that nothing was ordered from yet: what they sell, too, and by how many per cent dearer."""

PIECES_UNLIKE = 0.012
"""One sigma by which a piece's weight differs from the mean, as a share."""

SHELF_HOLDS = 18
"""Pieces on a slot when it is full; the rest stands in the back."""


@dataclass(frozen=True)
class Place:
    """One weighed slot, and what is laid on it."""

    node: str
    slot: str
    sku: str


PLACES = tuple(
    Place(node, str(number), sku)
    for node, skus in {
        "tea-left": ("TEA-0101", "TEA-0102", "TEA-0103", "TEA-0104"),
        "tea-right": ("TEA-0110", "TEA-0111", "TEA-0112", "TEA-0120"),
        "counter": ("KIT-0401", "WOD-0303", "LAR-0501", "LAR-0503"),
    }.items()
    for number, sku in enumerate(skus, start=1)
)
NODES = tuple(dict.fromkeys(place.node for place in PLACES))


def good(sku: str) -> Good:
    """The SKU of this name."""
    return next(good for good in GOODS if good.sku == sku)
