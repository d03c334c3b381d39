"""boto3 speaks to a mirror as to the service: calls are recorded and answered, signatures and errors included."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import boto3
import botocore.auth
import botocore.config
import botocore.exceptions
import pytest

from truemirror.adapters.inprocess.seams import isolated
from truemirror.core.mirror.decision import Mode

SECRET = "wJalrXUtnFEMIbPxRfiCYsecretofnobody00000"


def store(url: str) -> Any:
    """A client of an object store at an address."""
    config = botocore.config.Config(
        s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, connect_timeout=30, read_timeout=30
    )
    keys = {"aws_access_key_id": "AKIANOBODYNOBODY0000", "aws_secret_access_key": SECRET}
    return boto3.client("s3", endpoint_url=url, region_name="eu-north-1", config=config, **keys)


def calls(url: str) -> list[Any]:
    """What a program sees that stores, reads and misses something."""
    client = store(url)
    seen: list[Any] = [client.get_object(Bucket="json", Key="x")["Body"].read()]
    seen.append(client.put_object(Bucket="empty", Key="y", Body=io.BytesIO(b"of a stream" * 100))["ResponseMetadata"])
    seen[-1].pop("HTTPHeaders")
    with pytest.raises(botocore.exceptions.ClientError) as missing:
        client.get_object(Bucket="nothing", Key="x")
    seen.append(missing.value.response["Error"])
    with pytest.raises(botocore.exceptions.BotoCoreError) as broken:
        client.get_object(Bucket="hangup", Key="x")
    return [*seen, type(broken.value)]


def test_calls_are_answered_whatever_the_time_of_day(
    service: Any, shelf: Any, board_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call is signed with the time; the recording answers tomorrow's signature too, and holds none."""
    signatures: list[str] = []
    sign = botocore.auth.SigV4Auth.signature

    def overheard(self: Any, *what: Any) -> str:
        signatures.append(sign(self, *what))
        return signatures[-1]

    monkeypatch.setattr(botocore.auth.SigV4Auth, "signature", overheard)
    today = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: today)
    with isolated(board_of(service.url, mode=Mode.RECORD, shelf=shelf)):
        live = calls(service.url)
    asked = len(service.asked)
    assert signatures
    stored = repr(shelf.exchanges)
    assert SECRET not in stored
    assert not any(one in stored for one in signatures)
    first = set(signatures)
    today = datetime.datetime(2027, 8, 15, 21, 30, tzinfo=datetime.UTC)
    with isolated(board_of(service.url, shelf.mirror())):
        assert calls(service.url) == live
    assert set(signatures) - first, "the clock did not move"
    assert len(service.asked) == asked
