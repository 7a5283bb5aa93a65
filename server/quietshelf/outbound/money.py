"""Amounts of money as they stand on paper. No arithmetic lives here."""

from quietshelf.files.currencies import minor_digits

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def amount(minor: int, currency: str) -> str:
    """An amount in minor units, its currency said elsewhere.

    >>> amount(273870, "GBP"), amount(1200, "JPY"), amount(5, "EUR")
    ('2,738.70', '1,200', '0.05')
    """
    digits = minor_digits(currency)
    whole, part = divmod(minor, 10**digits)
    return f"{whole:,}.{part:0{digits}}" if digits else f"{whole:,}"


def written(minor: int, currency: str) -> str:
    """An amount in minor units with its currency.

    >>> written(273870, "GBP"), written(1060, "CHF")
    ('£2,738.70', 'CHF 10.60')
    """
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{sign}{amount(minor, currency)}"
