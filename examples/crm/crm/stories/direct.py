"""Stories of services and scripts inside the company, which talk to each service directly."""

from __future__ import annotations

from crm.stories.public import ADA, GRACE, LENA, LILEI, VIC, ZOE, guess_until_stopped
from crm.stories.walk import Story, Walk, password_of, told


def a_service_checks_tokens(walk: Walk) -> None:
    for email in (ADA, ZOE, VIC):
        walk.login(email, "auth").get("/v1/whoami")


def a_service_logs_out(walk: Walk) -> None:
    for email in (GRACE, LILEI):
        actor = walk.login(email, "auth")
        actor.delete("/v1/sessions/current")
        actor.get("/v1/whoami", 401)
        actor.delete("/v1/sessions/current", 401)


def a_script_fails_to_log_in(walk: Walk) -> None:
    auth = walk.at("auth")
    for email in ("priya@northwind.example", "ingrid@angstrom.example"):
        auth.post("/v1/sessions", {"email": email, "password": "wrong"}, 401)
        walk.login(email, "auth")
    for email in (LENA, "lars@angstrom.example"):
        auth.post("/v1/sessions", {"email": email, "password": password_of(email)}, 403)


def a_robot_guesses_passwords(walk: Walk) -> None:
    for email in ("robot@nowhere.example", "root@nowhere.example"):
        guess_until_stopped(walk.at("auth"), "/v1/sessions", email)


def ada_reads_users_and_accounts(walk: Walk) -> None:
    ada, zoe = walk.login(ADA, "core"), walk.login(ZOE, "core")
    for actor, account in ((ada, "a1"), (zoe, "a2")):
        actor.get(f"/v1/accounts/{account}")
        for query in ("", "?role=viewer", "?q=an&limit=2", "?ids=u2,u14,u3", f"?account_id={account}&offset=5"):
            actor.get(f"/v1/users{query}")
    for user in ("u1", "u4"):
        ada.get(f"/v1/users/{user}")
    for path in ("/v1/users/u13", "/v1/users/nobody", "/v1/accounts/a99", "/v1/accounts/x"):
        ada.get(path, 404)
    for path in ("/v1/accounts/a2", "/v1/users?account_id=a3"):
        ada.get(path, 403)
    for query in ("role=emperor", "limit=0&offset=-3"):
        ada.get(f"/v1/users?{query}", 422)


def ada_hires_two_people(walk: Walk) -> None:
    ada = walk.login(ADA, "core")
    mei = {"name": "韩梅", "email": "mei@northwind.example"}
    ada.post("/v1/users", mei, Idempotency_Key="hire-mei")
    ada.post("/v1/users", mei, Idempotency_Key="hire-mei")
    ada.post("/v1/users", {**mei, "role": "owner"}, 422, Idempotency_Key="hire-mei")
    ben = {"name": "Ben Ōta", "email": "ben@northwind.example", "role": "viewer", "phone": "+44 117 496 0999"}
    ada.post("/v1/users", {**ben, "preferences": {"locale": "ja", "newsletter": True}}, Idempotency_Key="hire-ben")
    ada.post("/v1/users", {**ben, "name": "Ben again"}, 422, Idempotency_Key="hire-ben")
    ada.post("/v1/users", {"name": "Ada Two", "email": ADA}, 409)
    ada.post("/v1/users", {"name": "Zoë Two", "email": ZOE}, 409)


def people_change_their_details(walk: Walk) -> None:
    ada, grace, vic = (walk.login(email, "core") for email in (ADA, GRACE, VIC))
    ada.patch("/v1/users/u5", {"role": "member", "phone": None})
    grace.patch("/v1/users/u2", {"phone": "+44 117 496 0222", "preferences": {"timezone": "America/New_York"}})
    grace.patch("/v1/users/u1", {"name": "Not Ada"}, 403)
    grace.patch("/v1/users/u2", {"role": "owner"}, 403)
    vic.patch("/v1/users/u3", {"name": "Vic"}, 403)
    grace.post("/v1/users", {"name": "X", "email": "x@northwind.example"}, 403)
    vic.post("/v1/users", {"name": "Y", "email": "y@northwind.example"}, 403)
    ada.patch("/v1/users/u13", {"name": "Not mine"}, 404)
    ada.patch("/v1/users/u0", {"name": "Nobody"}, 404)


def a_service_reads_tags(walk: Walk) -> None:
    ada = walk.login(ADA, "tags")
    for subject in ("deal:d1", "contact:c3", "deal:d999999"):
        ada.get(f"/v1/tags?subject={subject}&limit=10")
    for tag in ("t1", "t3"):
        ada.get(f"/v1/tags/{tag}")
    for tag in ("t999999", "zzz"):
        ada.get(f"/v1/tags/{tag}", 404)
    for subjects in (["deal:d1", "deal:d3", "deal:d7"], ["contact:c1"], []):
        ada.post("/v1/search", {"subjects": subjects}, 200)
    for query in ("", "?subject=nonsense", "?subject=deal:d1&limit=0"):
        ada.get(f"/v1/tags{query}", 422)


def grace_tags_a_contact(walk: Walk) -> None:
    grace = walk.login(GRACE, "tags")
    for label, colour in (("speaks Ελληνικά", "#00629d"), ("🚀", "#006a6a")):
        tag = grace.post("/v1/tags", {"subject": "contact:c-drive", "label": label, "colour": colour})
        grace.post("/v1/tags", {"subject": "contact:c-drive", "label": label}, 409)
        grace.get(f"/v1/tags/{tag['id']}")
        grace.delete(f"/v1/tags/{tag['id']}")
        grace.delete(f"/v1/tags/{tag['id']}", 404)


def vic_may_not_tag(walk: Walk) -> None:
    vic = walk.login(VIC, "tags")
    for label in ("mine", "also mine"):
        vic.post("/v1/tags", {"subject": "deal:d1", "label": label}, 403)
    for tag in ("t1", "t3"):
        vic.delete(f"/v1/tags/{tag}", 403)


def a_service_reads_deals(walk: Walk) -> None:
    ada = walk.login(ADA, "deals")
    for reader in (ada, walk.login(LILEI, "deals")):
        reader.get("/v1/stages")
    for query in ("?limit=3", "?stage=won&limit=2", "?owner_id=u2&sort=value", "?contact_id=c25", "?min_value=70000"):
        ada.get(f"/v1/deals{query}")
    for path in (
        "/v1/deals/d1",
        "/v1/deals/d7",
        "/v1/contacts/c1",
        "/v1/contacts/c25",
        "/v1/contacts?q=%C3%A9",
        "/v1/contacts?limit=5",
    ):
        ada.get(path)
    for path in ("/v1/deals/d2", "/v1/deals/nothing", "/v1/contacts/c2", "/v1/contacts/c999999"):
        ada.get(path, 404)
    for query in ("limit=101", "sort=size&stage=limbo"):
        ada.get(f"/v1/deals?{query}", 422)
    ada.get("/v1/contacts?limit=-1", 422)


def a_script_keeps_deals(walk: Walk) -> None:
    ada = walk.login(ADA, "deals")
    body = {"title": "Kept by a script", "value": "1299.00", "currency": "GBP", "contact_id": "c1"}
    for owner, stage in (("u2", "lead"), ("u1", "won")):
        deal = ada.post("/v1/deals", {**body, "owner_id": owner, "stage_id": stage, "custom": {"batch": owner}})
        path = f"/v1/deals/{deal['id']}"
        ada.patch(path, {"title": "Renamed", "version": 7}, 409)
        ada.patch(path, {"value": "1300.00", "custom": {}, "version": 1})
        ada.patch(path, {"stage_id": "lost"}, 200 if stage == "lead" else 409)
        ada.delete(path)
        ada.patch(path, {"title": "Gone"}, 404)
        ada.delete(path, 404)
    ada.post("/v1/deals", {**body, "owner_id": "u13"}, 422)


def a_script_repeats_itself(walk: Walk) -> None:
    ada = walk.login(ADA, "deals")
    body = {"title": "Repeated by a script", "value": "5.00", "contact_id": "c3"}
    for value in ("5.00", "5.00"):
        ada.post("/v1/deals", {**body, "value": value}, 201, Idempotency_Key="script-repeats")
    for value in ("6.00", "7.00"):
        ada.post("/v1/deals", {**body, "value": value}, 422, Idempotency_Key="script-repeats")
    for key, name in (("script-anna", "Анна"), ("script-noor", "Noor")):
        contact = {"name": name, "email": "someone@meridian.example"}
        ada.post("/v1/contacts", contact, 201, Idempotency_Key=key)


def vic_may_not_deal(walk: Walk) -> None:
    vic = walk.login(VIC, "deals")
    for deal in ("d1", "d3"):
        vic.post("/v1/deals", {"title": deal, "value": "1.00", "contact_id": "c1"}, 403)
        vic.patch(f"/v1/deals/{deal}", {"title": "Mine"}, 403)
        vic.delete(f"/v1/deals/{deal}", 403)
        vic.post("/v1/contacts", {"name": deal, "email": "x@elan.example"}, 403)


def a_browser_opens_the_page(walk: Walk) -> None:
    web = walk.at("web")
    for path in ("/", "/config.json", "/health"):
        web.get(path)
    for path in ("/nowhere", "/missing.js"):
        web.get(path, 404)
    web.get("/config.json", 406, Accept="application/xml")
    web.send("POST", "/config.json", 405, json={})


def stories() -> list[Story]:
    """Return the stories of the inner services and of the page."""
    return [
        *told("auth", a_service_checks_tokens, a_service_logs_out, a_script_fails_to_log_in, a_robot_guesses_passwords),
        *told("core", ada_reads_users_and_accounts, ada_hires_two_people, people_change_their_details),
        *told("tags", a_service_reads_tags, grace_tags_a_contact, vic_may_not_tag),
        *told("deals", a_service_reads_deals, a_script_keeps_deals, a_script_repeats_itself, vic_may_not_deal),
        *told("web", a_browser_opens_the_page),
    ]
