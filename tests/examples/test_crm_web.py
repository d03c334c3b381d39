"""The web service: its files, and the address of the API that it hands to the page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples.crm_system import ROOT, Company, System

from crm.common.settings import Settings

STATIC = ROOT / "examples/crm/crm/web/static"
FILES = sorted(path.name for path in STATIC.iterdir())


def test_config_names_the_public_api(system: System) -> None:
    """The page learns the address of the public API from config.json."""
    assert system.get("web", "/config.json").json() == {"api": system.urls["public-api"]}


def test_config_prefers_the_external_address(settings: Settings) -> None:
    """An address for browsers goes before the one that services use."""
    company = Company(replace(settings, public_api_url_external="https://api.crm.example"))
    try:
        response = company.request("web", "GET", "/config.json")
        assert response.json() == {"api": "https://api.crm.example"}
        assert "https://api.crm.example" in response.headers["content-security-policy"]
    finally:
        company.close()


@pytest.mark.parametrize("name", FILES)
def test_files_are_served(system: System, name: str) -> None:
    """Every file of the page is served as it is, under a type that browsers take."""
    response = system.get("web", f"/{name}")
    kinds = {".js": "javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
    assert response.content == (STATIC / name).read_bytes()
    assert kinds[Path(name).suffix] in response.headers["content-type"]


def test_page_is_served_at_the_root(system: System) -> None:
    """The root answers with the page."""
    assert system.get("web", "/").text == (STATIC / "index.html").read_text()


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_imports_lead_somewhere(name: str) -> None:
    """Modules import files that exist and nothing from elsewhere."""
    for target in re.findall(r'from "([^"]+)"', (STATIC / name).read_text()):
        assert target.startswith("./")
        assert (STATIC / target).is_file()


@pytest.mark.parametrize("name", FILES)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    """No file of the page names another host."""
    text = (STATIC / name).read_text().replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in text
    assert "https://" not in text
    assert "innerHTML" not in text


def test_preflight(system: System) -> None:
    """A page from another origin may use the public API with a token and an idempotency key."""
    headers = {
        "Origin": "http://web.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    response = system.request("public-api", "OPTIONS", "/api/v1/deals/d1", headers=headers)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (204, "*")
    assert "PATCH" in response.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in response.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nowhere", "/health"])
def test_errors_can_be_read_across_origins(system: System, path: str) -> None:
    """Errors too carry the permission to be read, or the page could not show them."""
    response = system.get("public-api", path, headers={"Origin": "http://web.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in response.headers["access-control-expose-headers"]


def test_only_named_origins(settings: Settings) -> None:
    """When origins are named, others get no permission."""
    company = Company(replace(settings, cors_origins=("https://crm.example",)))
    try:
        for origin, permitted in (("https://crm.example", "https://crm.example"), ("https://evil.example", None)):
            for method, extra in (("GET", {}), ("OPTIONS", {"Access-Control-Request-Method": "GET"})):
                headers = {"Origin": origin, **extra}
                response = company.request("public-api", method, "/health", headers=headers)
                assert response.headers.get("access-control-allow-origin") == permitted
    finally:
        company.close()
