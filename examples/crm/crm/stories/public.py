"""Stories of people who use the CRM through its public API, as the front end does."""

from __future__ import annotations

from typing import Any

from crm.stories.walk import PUBLIC, Actor, Story, Walk, password_of, told

ADA, GRACE, VIC = "ada@northwind.example", "grace@northwind.example", "vic@northwind.example"
ZOE, LILEI, LENA = "zoe@angstrom.example", "lilei@sakura.example", "lena@northwind.example"


def ada_looks_around(walk: Walk) -> None:
    ada = walk.login(ADA)
    ada.get("/api/v1/me")
    ada.get("/api/v1/stages")
    for path in ("?limit=20", "?limit=20&offset=20", "?stage=proposal&limit=5", "?q=licence&sort=-value", "?q=%25"):
        ada.get(f"/api/v1/deals{path}")
    for deal in ada.get("/api/v1/deals?limit=4&sort=title")["items"]:
        ada.get(f"/api/v1/deals/{deal['id']}")
    ada.get("/api/v1/contacts?limit=10")
    ada.get("/api/v1/contacts?q=contact1&limit=5&offset=5")
    ada.delete("/api/v1/login")
    ada.get("/api/v1/me", 401)


def zoe_and_lilei_see_only_their_own(walk: Walk) -> None:
    zoe, lilei = walk.login(ZOE), walk.login(LILEI)
    for actor in (zoe, lilei):
        actor.get("/api/v1/me")
        actor.get("/api/v1/stages")
        own = actor.get("/api/v1/deals?sort=-created_at&limit=3")["items"]
        actor.get(f"/api/v1/deals/{own[0]['id']}")
        actor.get("/api/v1/deals/d1", 404)
        actor.delete("/api/v1/login")


def ada_moves_a_deal(walk: Walk) -> None:
    ada = walk.login(ADA)
    deal = _new_deal(ada, "Pilot for the harbour office", "1299.00")
    for stage in ("qualified", "proposal", "negotiation", "won"):
        deal = ada.patch(f"/api/v1/deals/{deal['id']}", {"stage_id": stage, "version": deal["version"]})
    ada.patch(f"/api/v1/deals/{deal['id']}", {"stage_id": "lead"}, 409)
    ada.delete(f"/api/v1/deals/{deal['id']}")
    ada.get(f"/api/v1/deals/{deal['id']}", 404)


def grace_loses_a_deal(walk: Walk) -> None:
    grace = walk.login(GRACE)
    deal = _new_deal(grace, "Zwölf Schulungstage 🎓", "0.50", custom={"region": "DACH", "source": "partner"})
    deal = grace.patch(f"/api/v1/deals/{deal['id']}", {"title": "Zwölf Tage", "value": "980000.00"})
    grace.patch(f"/api/v1/deals/{deal['id']}", {"stage_id": "lost"})
    grace.patch(f"/api/v1/deals/{deal['id']}", {"stage_id": "won"}, 409)
    grace.patch(f"/api/v1/deals/{deal['id']}", {"title": "Too late", "version": 1}, 409)
    grace.delete(f"/api/v1/deals/{deal['id']}")
    grace.delete(f"/api/v1/deals/{deal['id']}", 404)


def ada_tags_a_deal(walk: Walk) -> None:
    ada = walk.login(ADA)
    deal = _new_deal(ada, "Tagged from the start", "75.25")
    tags = f"/api/v1/deals/{deal['id']}/tags"
    first = ada.post(tags, {"label": "urgent", "colour": "#b3261e"})
    ada.post(tags, {"label": "urgent"}, 409)
    second = ada.post(tags, {"label": "重要"})
    ada.get(f"/api/v1/deals/{deal['id']}")
    ada.delete(f"{tags}/{first['id']}")
    ada.delete(f"{tags}/{first['id']}", 404)
    ada.delete(f"/api/v1/deals/d1/tags/{second['id']}", 404)
    ada.delete(f"{tags}/{second['id']}")
    ada.delete(f"/api/v1/deals/{deal['id']}")
    ada.post(tags, {"label": "urgent"}, 404)


def grace_tags_twice(walk: Walk) -> None:
    grace = walk.login(GRACE)
    deal = _new_deal(grace, "Doubly tagged", "1.00")
    tags = f"/api/v1/deals/{deal['id']}/tags"
    tag = grace.post(tags, {"label": "on hold", "colour": "#5c5f62"})
    grace.post(tags, {"label": "on hold", "colour": "#000000"}, 409)
    grace.delete(f"{tags}/{tag['id']}")
    grace.post("/api/v1/deals/d999999/tags", {"label": "lost"}, 404)
    grace.delete(f"{tags}/t999999", 404)
    grace.delete(f"/api/v1/deals/{deal['id']}")


def vic_may_only_read(walk: Walk) -> None:
    vic = walk.login(VIC)
    vic.get("/api/v1/me")
    deal = vic.get("/api/v1/deals?limit=1")["items"][0]
    vic.get(f"/api/v1/deals/{deal['id']}")
    body = {"title": "Not mine to make", "value": "1.00", "contact_id": deal["contact"]["id"]}
    for title in (body["title"], "Still not"):
        vic.post("/api/v1/deals", {**body, "title": title}, 403)
        vic.patch(f"/api/v1/deals/{deal['id']}", {"title": title}, 403)
        vic.post("/api/v1/contacts", {"name": title, "email": "someone@elan.example"}, 403)
        vic.post(f"/api/v1/deals/{deal['id']}/tags", {"label": title}, 403)
    vic.delete(f"/api/v1/deals/{deal['id']}", 403)
    for tag in vic.get("/api/v1/deals?limit=40")["items"][1]["tags"][:1]:
        vic.delete(f"/api/v1/deals/d3/tags/{tag['id']}", 403)


def ada_adds_contacts(walk: Walk) -> None:
    ada = walk.login(ADA)
    ada.post("/api/v1/contacts", {"name": "李雷", "email": "li@polaris.example"}, Idempotency_Key="contact-li")
    company = {"name": "Café Céleste", "domain": None}
    body = {"name": "Renée 🌸", "email": "renee@cafe-celeste.example", "phone": "+33 1 70 18 00 00", "language": "fr"}
    ada.post("/api/v1/contacts", {**body, "company": company}, Idempotency_Key="contact-renee")
    ada.post("/api/v1/contacts", {**body, "company": company}, Idempotency_Key="contact-renee")


def an_impatient_client_sends_twice(walk: Walk) -> None:
    ada = walk.login(ADA)
    body = {"title": "Sent twice", "value": "10.00", "contact_id": _contact(ada)}
    first = ada.post("/api/v1/deals", body, Idempotency_Key="deal-sent-twice")
    again = ada.post("/api/v1/deals", body, Idempotency_Key="deal-sent-twice")
    if first["id"] != again["id"]:
        raise AssertionError("the same Idempotency-Key made two deals")
    ada.post("/api/v1/deals", {**body, "value": "11.00"}, 422, Idempotency_Key="deal-sent-twice")
    ada.post("/api/v1/deals", {**body, "title": "Other"}, 422, Idempotency_Key="deal-sent-twice")


def a_careless_client_asks_for_odd_pages(walk: Walk) -> None:
    ada = walk.login(ADA)
    for query in ("limit=0", "limit=1000&offset=-1", "sort=colour", "stage=limbo", "min_value=lots", "limit=many"):
        ada.get(f"/api/v1/deals?{query}", 422)
    ada.get("/api/v1/contacts?limit=0", 422)
    ada.get("/api/v1/contacts?offset=x", 422)
    ada.get("/api/v1/deals?offset=5000")
    ada.get("/api/v1/deals?min_value=50000&limit=3")


def lena_is_locked_out(walk: Walk) -> None:
    for email in (LENA, "lars@angstrom.example"):
        walk.at(PUBLIC).post("/api/v1/login", {"email": email, "password": password_of(email)}, 403)


def otto_mistypes_his_password(walk: Walk) -> None:
    for password in ("demo-oto", "DEMO-OTTO"):
        walk.at(PUBLIC).post("/api/v1/login", {"email": "otto@northwind.example", "password": password}, 401)
    walk.login("otto@northwind.example").delete("/api/v1/login")
    walk.at(PUBLIC).delete("/api/v1/login", 401)
    walk.at(PUBLIC, "tok_gone").delete("/api/v1/login", 401)


def mallory_guesses_passwords(walk: Walk) -> None:
    for email in ("mallory@nowhere.example", "trudy@nowhere.example"):
        guess_until_stopped(walk.at(PUBLIC), "/api/v1/login", email)


def guess_until_stopped(actor: Actor, path: str, email: str) -> None:
    """Try passwords until the service asks to slow down, then once more."""
    for attempt in range(100):
        body = actor.send("POST", path, 401, 429, json={"email": email, "password": f"guess-{attempt}"})
        if body["error"]["code"] == "too_many_attempts":
            break
    actor.post(path, {"email": email, "password": "one more"}, 429)


def _contact(actor: Actor) -> str:
    return str(actor.get("/api/v1/contacts?limit=1")["items"][0]["id"])


def _new_deal(actor: Actor, title: str, value: str, **more: Any) -> Any:
    return actor.post("/api/v1/deals", {"title": title, "value": value, "contact_id": _contact(actor), **more})


def stories() -> list[Story]:
    """Return the stories of the public API."""
    return told(
        PUBLIC,
        ada_looks_around,
        zoe_and_lilei_see_only_their_own,
        ada_moves_a_deal,
        grace_loses_a_deal,
        ada_tags_a_deal,
        grace_tags_twice,
        vic_may_only_read,
        ada_adds_contacts,
        an_impatient_client_sends_twice,
        a_careless_client_asks_for_odd_pages,
        lena_is_locked_out,
        otto_mistypes_his_password,
        mallory_guesses_passwords,
    )
