"""A small real shop that tests start from: a site, three suppliers, twelve products. No test lives here."""

from dataclasses import dataclass

from sqlalchemy import Engine

from quietshelf.store.engine import writing
from quietshelf.store.sites import create_site
from quietshelf.store.tables import Product, Supplier

# supplier: e-mail, quoted lead time in days
SUPPLIERS: dict[str, tuple[str, int | None]] = {
    "Leaf & Kettle": ("orders@leaf-kettle.example", 7),
    "Northern Mills": ("sales@northern-mills.example", 4),
    "Harbour Ceramics": ("hello@harbour-ceramics.example", None),
}

# sku: name, supplier, price and cost in pence, pack, minimum order
PRODUCTS: dict[str, tuple[str, str | None, int | None, int | None, int, int]] = {
    "TEA-0114": ("Assam loose leaf, 250 g", "Leaf & Kettle", 895, 410, 12, 0),
    "TEA-0120": ("Earl Grey, 50 bags", "Leaf & Kettle", 450, 190, 20, 40),
    "TEA-0131": ("Rooibos, 100 g", "Leaf & Kettle", 520, 230, 6, 0),
    "TEA-0140": ("Jasmine pearls, 80 g", "Leaf & Kettle", 1250, 600, 6, 0),
    "OAT-0010": ("Rolled oats, 1 kg", "Northern Mills", 240, 130, 10, 0),
    "OAT-0022": ("Granola, 500 g", "Northern Mills", 495, 260, 8, 0),
    "FLR-0031": ("Strong white flour, 1.5 kg", "Northern Mills", 210, 115, 10, 0),
    "SUG-0008": ("Demerara sugar, 500 g", "Northern Mills", 185, 90, 1, 0),
    "MUG-0001": ("Stoneware mug", "Harbour Ceramics", 1400, 620, 6, 0),
    "POT-0002": ("Teapot, 1 l", "Harbour Ceramics", 3600, 1750, 2, 0),
    "BAG-0100": ("Canvas bag, own print", None, 800, 350, 1, 0),
    "CARD-0001": ("Greeting card, local artist", None, None, None, 1, 0),
}


@dataclass(frozen=True)
class Shop:
    """The shop as a test holds it: its database, and ids by the names that people use."""

    engine: Engine
    site_id: int
    products: dict[str, int]
    suppliers: dict[str, int]


def open_shop(engine: Engine) -> Shop:
    """The shop in an upgraded, empty database: nothing sold, nothing counted, nothing ordered."""
    with writing(engine) as session:
        site = create_site(session, key="main", name="The Corner Shop", time_zone="Europe/London", currency="GBP")
        site.address = site.delivery_address = "12 High Street, Lewes BN7 1AA"
        site.reply_to = "shop@corner.example"
        suppliers = {n: Supplier(name=n, email=mail, quoted_lead_days=days) for n, (mail, days) in SUPPLIERS.items()}
        products = {
            sku: Product(
                sku=sku,
                name=name,
                supplier=suppliers[supplier] if supplier else None,
                price_minor=price,
                cost_minor=cost,
                pack=pack,
                minimum_order=minimum,
            )
            for sku, (name, supplier, price, cost, pack, minimum) in PRODUCTS.items()
        }
        session.add_all([*suppliers.values(), *products.values()])
        session.flush()
        return Shop(
            engine,
            site.id,
            {sku: product.id for sku, product in products.items()},
            {name: supplier.id for name, supplier in suppliers.items()},
        )
