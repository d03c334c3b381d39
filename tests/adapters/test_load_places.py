"""What is loaded, standing."""

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.core.load.recorded import call

from truemirror.adapters.load_places import check_answered, mirrors_standing, temporary_folder
from truemirror.adapters.mirror_files import MirrorFiles
from truemirror.core.mirror.model import Mirror, Scenario
from truemirror.errors import CouldNotRun, UsageError


def test_mirrors_answer_in_a_process_of_their_own_and_tell_their_misses(tmp_path: Path) -> None:
    """What nobody recorded is counted when they end."""
    with temporary_folder() as folder:
        MirrorFiles(folder).save(Mirror("deals", "0", (Scenario("a", (call("GET /v1/deals", got={"items": []}),)),)))
        misses: dict[str, int] = {}
        with mirrors_standing(folder, ["deals"], tmp_path, misses=misses) as addresses:
            asked = urllib.request.Request(
                f"{addresses['deals']}/v1/deals", headers={"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(asked) as answer:
                assert json.load(answer) == {"items": []}
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{addresses['deals']}/v1/nobody")
            refused.value.close()
    assert misses == {"deals": 1}
    assert not folder.exists()
    with pytest.raises(CouldNotRun):
        check_answered(addresses["deals"])


def test_mirrors_that_cannot_start_say_why(tmp_path: Path) -> None:
    """In the words of the command that serves them."""
    with pytest.raises(CouldNotRun, match="nobody"), mirrors_standing(tmp_path, ["nobody"], tmp_path):
        pass


def test_an_address_where_nobody_listens_is_told() -> None:
    """Before any load is made; one where somebody does is fine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        check_answered(url)
    with pytest.raises(CouldNotRun, match="nobody answers there") as told:
        check_answered(url)
    assert told.value.where == url
    with pytest.raises(UsageError):
        check_answered("http://127.0.0.1:99999999")
