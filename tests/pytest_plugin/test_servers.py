"""Mirrors as servers: for what runs in another process, each test with a conversation of its own."""

from typing import Any


def test_a_server_answers_in_the_tests_name(project: Any) -> None:
    """A client without a session key gets this test's own conversation; the address is told to child processes."""
    project.record(
        "tags",
        **{
            "test_it.py-test_one": [("GET", "/me", 200, {"who": "one"}), ("GET", "/me", 200, {"who": "one again"})],
            "test_it.py-test_two": [("GET", "/me", 200, {"who": "two"})],
        },
    )
    project.tests(
        """
        import subprocess
        import sys

        ASK = "import os, urllib.request as r; print(r.urlopen(os.environ['TAGS_URL'] + '/me').read().decode())"

        def ask():
            return subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout

        def test_one(mirror_server):
            served = mirror_server("tags")
            assert served.url.startswith("http://127.0.0.1:")
            assert '"one"' in ask()
            assert '"one again"' in ask()

        def test_two(mirror_server):
            mirror_server("tags")
            assert '"two"' in ask()

        def test_not_told(mirror_server):
            import os
            assert "TAGS_URL" not in os.environ
        """
    )
    told = project.report()
    assert told["tests"]["test_it.py::test_two"] == {"tags": ["GET /me"]}
    assert told["services"]["tags"]["hits"] == 3
    assert told["services"]["tags"]["unused"] == 0


def test_a_miss_of_a_server_breaks_its_test(project: Any) -> None:
    """Even when nobody looked at the answer."""
    project.record("tags", default=[("GET", "/v1/tags", 200, [])])
    project.tests(
        """
        import urllib.error
        import urllib.request

        def test_it(mirror_server):
            try:
                urllib.request.urlopen(mirror_server("tags").url + "/v1/nothing")
            except urllib.error.HTTPError as error:
                error.close()

        def test_next(mirror_server):
            urllib.request.urlopen(mirror_server("tags").url + "/v1/tags").close()
        """
    )
    result = project.run()
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*no recording answers GET /v1/nothing*", "tags  1 hit, 1 miss"])


def test_a_service_without_a_mirror_is_told(project: Any) -> None:
    """With those that there are."""
    project.record("tags", default=[("GET", "/v1/tags", 200, [])])
    project.tests("def test_it(mirror_server):\n    mirror_server('tgas')\n")
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no mirror of 'tgas'*", "*nearest: tags*"])


def test_two_versions_are_served_side_by_side(project: Any) -> None:
    """Each with its own address and its own counts; the variable tells the one that was asked for last."""
    project.record("tags", default=[("GET", "/me", 200, {"who": "old"})])
    project.record("tags", version="2.0.0", default=[("GET", "/me", 200, {"who": "new"})])
    project.tests(
        """
        import os
        import urllib.request

        def test_both(mirror_server):
            old, new = mirror_server("tags@1.0.0"), mirror_server("tags@2.0.0")
            assert [b"old" in urllib.request.urlopen(old.url + "/me").read(),
                    b"new" in urllib.request.urlopen(new.url + "/me").read()] == [True, True]
            assert os.environ["TAGS_URL"] == new.url
        """
    )
    told = project.report()["services"]
    assert {name: (one["version"], one["hits"], one["unused"]) for name, one in told.items()} == {
        "tags@1.0.0": ("1.0.0", 1, 0),
        "tags@2.0.0": ("2.0.0", 1, 0),
    }
