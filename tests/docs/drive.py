"""A program that uses weather: what the pages of docs/ record."""

import json
import os
import urllib.error
import urllib.request


def ask(method: str, path: str, value: object = None, token: str = "") -> str:
    """Ask, and tell in a line what came."""
    body = json.dumps(value).encode() if value is not None else None
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(os.environ["WEATHER_URL"] + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text: str = answer.read().decode()
            print(method, path, answer.status)
            return text
    except urllib.error.HTTPError as error:
        error.read()
        print(method, path, error.code)
    except OSError as error:
        print(method, path, "broken connection" if "reset" in str(error) else error)
    return ""


ask("GET", "/v1/cities")
ask("GET", "/v1/forecast?city=Bergen")
ask("GET", "/v1/forecast?city=Paris")
ask("GET", "/v1/alerts")
ask("POST", "/v1/alerts", {"city": "Bergen"})
ask("GET", "/v1/alerts")
token = json.loads(ask("POST", "/v1/login", {"user": "ada", "password": "engine-1843"}))["token"]
ask("GET", "/v1/me", token=token)
ask("GET", "/v1/me")
ask("GET", "/v1/radar")
