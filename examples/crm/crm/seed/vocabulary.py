"""The hand-written words that the seed records are made of."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """A user of the CRM, in the order of the identifiers u1, u2, ..."""

    account: int
    login: str
    name: str
    role: str


ACCOUNTS = (
    ("Northwind Traders", "northwind.example", "business", "12 Harbour Road", "Bristol", "GB", 0.2),
    ("Ångström Instruments AB", "angstrom.example", "enterprise", "Storgatan 7", "Göteborg", "SE", 0.25),
    ("桜商事株式会社", "sakura.example", "starter", "丸の内 1-4-1", "東京", "JP", 0.1),
)

PEOPLE = (
    Person(1, "ada", "Ada Lovelace", "owner"),
    Person(1, "grace", "Grace Hopper", "member"),
    Person(1, "vic", "Vic Viewer", "viewer"),
    Person(1, "lena", "Lena Locke", "member"),
    Person(1, "otto", "Otto Öztürk", "member"),
    Person(1, "maria", "María José Peña", "member"),
    Person(1, "sean", "Seán O'Brien", "member"),
    Person(1, "priya", "Priya Raghunathan", "member"),
    Person(1, "tomasz", "Tomasz Wójcik", "member"),
    Person(1, "ngozi", "Ngozi Okafor", "member"),
    Person(1, "henrik", "Henrik Sørensen", "viewer"),
    Person(1, "yusuf", "Yusuf Demir", "member"),
    Person(2, "zoe", "Zoë Ångström", "owner"),
    Person(2, "vladimir", "Владимир Соколов", "member"),
    Person(2, "astrid", "Astrid Lindqvist", "member"),
    Person(2, "bjorn", "Björn Åkesson", "viewer"),
    Person(2, "eleni", "Ελένη Παπαδοπούλου", "member"),
    Person(2, "noam", "נועם לוי", "member"),
    Person(2, "ingrid", "Ingrid Nygård", "member"),
    Person(2, "lars", "Lars Holm", "member"),
    Person(3, "lilei", "李雷", "owner"),
    Person(3, "hanmeimei", "韩梅梅", "member"),
    Person(3, "sakura", "佐藤 さくら", "member"),
    Person(3, "minjun", "김민준", "viewer"),
    Person(3, "layla", "ليلى حداد", "member"),
)

LOCKED_LOGINS = frozenset({"lena", "lars"})

FIRST_NAMES = (
    "Amélie", "Ben", "Chiara", "Dmitri", "Esther", "Farah", "Giulia", "Hugo", "Ines", "Jürgen", "Katarzyna", "Liam",
    "Mei", "Nikolaj", "Olu", "Petra", "Quentin", "Rosa", "Søren", "Théa", "Umar", "Valentina", "Wanda", "Xavier",
    "Yara", "Zsófia",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Bergström", "Castellanos", "D'Angelo", "Eriksen", "Fournier", "García-López", "Hashimoto", "Ivanova",
    "Jankowski", "Kaya", "Lindgren", "Müller", "Nakamura", "O'Connor", "Petrović", "Quispe", "Rossi", "Šimek",
    "Thompson", "Uzun", "van der Berg", "Weiß", "Yılmaz", "Zhang",
)  # fmt: skip

UNUSUAL_NAMES = ("王小明", "Анна Каренина", "Noor", "田中 太郎", "Renée-Zoé 🌸 Dubois", "Ñusta Quilla")

COMPANIES = (
    ("Alder & Ash Joinery", "alder-ash.example"),
    ("Baltic Wind Power", "baltic-wind.example"),
    ("Café Céleste", "cafe-celeste.example"),
    ("Delta Freight", "delta-freight.example"),
    ("Élan Cosmétique", "elan.example"),
    ("Fjord Seafood", "fjord-seafood.example"),
    ("Grünwald Optik", "gruenwald.example"),
    ("Harbour Clinics", "harbour-clinics.example"),
    ("Iberia Olive Co.", "iberia-olive.example"),
    ("Juniper Press", "juniper-press.example"),
    ("Kestrel Aviation", "kestrel.example"),
    ("Lumen Schools Trust", "lumen-schools.example"),
    ("Меридиан", "meridian.example"),
    ("北極星ソフト", "polaris.example"),
)

PRODUCTS = (
    "Annual licence", "Pilot project", "Renewal", "Support plan", "Onboarding package", "Data migration",
    "Training days", "Hardware refresh", "Consulting retainer", "Expansion", "Proof of concept", "Seat upgrade",
)  # fmt: skip

REGIONS = ("EMEA", "APAC", "AMER", "DACH", "Nordics")
SOURCES = ("referral", "trade fair", "website", "partner", "cold call")
LANGUAGES = ("en", "de", "fr", "sv", "ja", "es")
CURRENCIES = {1: "GBP", 2: "SEK", 3: "USD"}

STAGES = (
    ("lead", "Lead", "open"),
    ("qualified", "Qualified", "open"),
    ("proposal", "Proposal", "open"),
    ("negotiation", "Negotiation", "open"),
    ("won", "Won", "closed"),
    ("lost", "Lost", "closed"),
)

LABELS = (
    ("urgent", "#b3261e"), ("key account", "#6750a4"), ("renewal", "#0b6e4f"), ("needs legal", "#8c4a00"),
    ("discount asked", "#00629d"), ("champion found", "#3a6a00"), ("on hold", "#5c5f62"), ("Q3", "#7d5260"),
    ("überfällig", "#9c4146"), ("重要", "#ba1a1a"), ("🚀 fast track", "#006a6a"),
)  # fmt: skip
