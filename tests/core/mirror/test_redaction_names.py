"""What names say."""

import pytest

from truemirror.core.mirror.redaction_names import DEFAULT_POLICY, Kind, RedactionPolicy, cookie_tells, words_of

SECRET = [
    "password",
    "passwd",
    "Password",
    "new_password",
    "newPassword",
    "passwordConfirmation",
    "password2",
    "user[password]",
    "secret",
    "client_secret",
    "clientSecret",
    "CLIENT-SECRET",
    "token",
    "access_token",
    "accessToken",
    "refresh_token",
    "id_token",
    "idToken",
    "authToken",
    "auth_token",
    "x-auth-token",
    "X-Api-Key",
    "api_key",
    "apiKey",
    "apikey",
    "APIKey",
    "private_key",
    "privateKey",
    "sessionId",
    "session_id",
    "session-id",
    "SESSIONID",
    "JSESSIONID",
    "PHPSESSID",
    "connect.sid",
    "csrf",
    "csrf_token",
    "_csrf",
    "csrfToken",
    "X-CSRF-Token",
    "X-XSRF-TOKEN",
    "csrfmiddlewaretoken",
    "authenticity_token",
    "jwt",
    "bearer",
    "card_number",
    "cardNumber",
    "creditCardNumber",
    "pan",
    "passphrase",
    "X-Amz-Security-Token",
    "x-goog-api-key",
    "x-session-token",
    "password_hash",
    "hashedPassword",
    "secret_value",
    "oauth_token",
    "aws_secret_access_key",
    "secretKey",
    "code_verifier",
    "client_assertion",
    "device_token",
    "PRIVATE-TOKEN",
]
SECRET_TEXT = ["tokens", "passwords", "secrets", "credentials", "pass"]
CODE = ["pin", "PIN", "otp", "otpCode", "totp", "cvv", "cvc", "CVV2", "securityCode", "verification_code"]
LIKELY = ["key", "auth", "session", "state", "nonce", "signature", "sig", "code", "ticket", "X-Amz-Signature", "hmac"]
HARMLESS = [
    "id",
    "deal_id",
    "dealId",
    "name",
    "token_type",
    "tokenType",
    "expires_in",
    "password_changed_at",
    "has_password_policy",
    "etag",
    "sha256",
    "checksum",
    "content_hash",
    "fileHash",
    "commit",
    "traceparent",
    "x-request-id",
    "request_id",
    "cursor",
    "next_page_token",
    "pageToken",
    "public_key",
    "idempotency_key",
    "Idempotency-Key",
    "url",
    "href",
    "version",
    "uuid",
    "secretary",
    "author",
    "authors",
    "keyboard",
    "monkey",
    "compass",
    "passenger",
    "pinned",
    "opinion",
    "tokenizer",
    "max_token_count",
    "secret_id",
    "key_id",
    "token_id",
    "password_reset_url",
    "description",
    "amount",
    "tokenEndpoint",
    "session_length",
    "session_type",
]


@pytest.mark.parametrize(
    ("kind", "names"),
    [(Kind.SECRET, SECRET), (Kind.SECRET_TEXT, SECRET_TEXT), (Kind.CODE, CODE), (Kind.LIKELY, LIKELY)],
)
def test_telling_names(kind: Kind, names: list[str]) -> None:
    """Names tell alike, however their words are joined and whatever qualifies them."""
    assert [name for name in names if DEFAULT_POLICY.kind(name) is not kind] == []


def test_harmless_names() -> None:
    """Names whose last words say something else tell no secret."""
    assert [name for name in HARMLESS if DEFAULT_POLICY.kind(name) not in (Kind.IDENTIFIER, Kind.OTHER)] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Authorization", Kind.AUTHORIZATION),
        ("PROXY-AUTHORIZATION", Kind.AUTHORIZATION),
        ("cookie", Kind.COOKIE),
        ("Set-Cookie", Kind.SET_COOKIE),
        ("WWW-Authenticate", Kind.CHALLENGE),
    ],
)
def test_envelopes(name: str, kind: Kind) -> None:
    """Names of credential fields say how their values are made."""
    assert DEFAULT_POLICY.kind(name) is kind


def test_words() -> None:
    """A name falls into words at joints, at humps and at digits."""
    assert words_of("X-APIKeyV2.user_name") == ("x", "api", "key", "v", "2", "user", "name")
    assert words_of("") == words_of("ÆØ") == ()


def test_people_have_the_last_word() -> None:
    """Names that people add are secrets, names that they keep are not, in any spelling."""
    policy = RedactionPolicy.of(["Salary", "tax-number"], ["session_id", "api key"])
    assert policy.kind("salary") is policy.kind("taxNumber") is policy.kind("TAX_NUMBER") is Kind.SECRET
    assert policy.kind("SessionId") is policy.kind("X-Api-Key") is not Kind.SECRET or policy.kind("apiKey") is Kind.KEPT
    assert policy.kind("sessionId") is policy.kind("api_key") is Kind.KEPT


def test_innocent_names_are_told_at_once() -> None:
    """A set of names is innocent when none of them asks for a closer look, the second time as well."""
    policy = RedactionPolicy()
    for _ in range(2):
        assert policy.all_innocent([b"id", b"name", b"\xc3\xa6"])
        assert not policy.all_innocent([b"id", b"password"])
        assert not policy.all_innocent([b"key"])


def test_policies_are_equal_by_what_they_say() -> None:
    """What a policy remembers is no part of it."""
    one, other = RedactionPolicy.of(["a"]), RedactionPolicy.of(["A"])
    one.kind("password")
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize("name", ["sid", "PHPSESSID", "XSRF-TOKEN", "remember_me", "auth", "user_id", "jwt", "my_key"])
def test_cookies_that_tell(name: str) -> None:
    """These cookies hold credentials."""
    assert cookie_tells(name)


@pytest.mark.parametrize("name", ["lang", "theme", "flavour", "width", "consent"])
def test_cookies_that_do_not_tell(name: str) -> None:
    """These cookies do not."""
    assert not cookie_tells(name)
