"""Who visits the CRM, as its manual says: their emails, and the password that each of them has."""

ADA, GRACE = "ada@northwind.example", "grace@northwind.example"
"""Both may change the deals of Northwind Traders."""
VIC, LENA = "vic@northwind.example", "lena@northwind.example"
"""Vic may read, Lena may not log in."""
ZOE = "zoe@angstrom.example"
"""She has an account of her own, in which no test changes anything."""


def password(email: str) -> str:
    """The password of a person."""
    return f"demo-{email.partition('@')[0]}"
