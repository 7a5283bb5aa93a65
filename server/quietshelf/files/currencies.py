"""How many decimals the world's currencies have. No amounts are read or written here."""

_OTHER_THAN_TWO = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DIGITS = {code: digits for digits, codes in _OTHER_THAN_TWO.items() for code in codes.split()}


def minor_digits(currency: str) -> int:
    """Decimals of a currency by its ISO 4217 code: so many digits of an amount in minor units stand after the point.

    >>> minor_digits("GBP"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    return _DIGITS.get(currency, 2)
