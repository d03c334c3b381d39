"""The Locust file of a profile."""

import ast

from hypothesis import given
from hypothesis import strategies as st
from tests.core.load.recorded import call, conversation, login

from truemirror.core.load.derive import How, derive
from truemirror.core.load.derive_locust import locust_file


def test_each_flow_is_a_user_class_with_its_weight() -> None:
    """Names that are no Python names, or twice the same, are made so."""
    said = [login(), call("GET /v1/me")]
    made = derive([conversation("2 looks", *said), conversation("2-looks", *said, call("GET /v1/a"))], How("x"))
    tree = ast.parse(locust_file(made.profile))
    classes = [one.name for one in tree.body if isinstance(one, ast.ClassDef)]
    assert classes == ["Flows", "Flow2Looks", "Flow2Looks2"]


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_no_recorded_text_becomes_code(name: str, title: str) -> None:
    """Whatever was recorded is a literal, with just the value that it had."""
    said = [login(), call(f"POST /v1/{''.join(filter(str.isalnum, name))}", {"title": title})]
    profile = derive([conversation(name, *said)], How(name)).profile
    tree = ast.parse(locust_file(profile, name))
    texts = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)}
    assert {one.body for one in profile.flows[0].calls} <= texts
    assert sum(isinstance(one, ast.ClassDef) for one in tree.body) == 2
