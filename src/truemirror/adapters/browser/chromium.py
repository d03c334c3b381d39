"""The browser of one worker: started once, one visitor after the other, stopped with all that belongs to it.

Rules: whatever fails in starting becomes a BrowserError with the line that mends it; nothing is left running then.
Selenium makes and keeps the session; what visitors do and what is captured goes over BiDi.
"""

import base64
import hashlib
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ChromeOptions, Remote
from selenium.webdriver.remote.client_config import ClientConfig
from urllib3.exceptions import HTTPError

from truemirror.adapters.browser.bidi import SEE_LOG, Bidi, Params, Refused
from truemirror.adapters.browser.options import BrowserOptions, arguments_of
from truemirror.adapters.browser.programs import INSTALL, Driver, find_browser
from truemirror.adapters.browser.traffic import CRASHED, EVENTS
from truemirror.adapters.browser.visitor import KeepPicture, Visitor
from truemirror.errors import BrowserError, BrowserLost

_OTHER_VERSION = "only supports Chrome version"
_QUIT_SECONDS = 5


class Chromium:
    """A browser. Use it as a context manager, or call `start` and `stop`."""

    def __init__(self, options: BrowserOptions | None = None) -> None:
        """A browser that is not started yet."""
        self.options = options or BrowserOptions()
        self.version = ""
        """Name and version, once it is started."""
        self._driver: Driver | None = None
        self._session: Remote | None = None
        self._bidi: Bidi | None = None
        self._visitors: dict[str, Visitor] = {}
        self._lock = Lock()
        self._skew_ms = 0.0

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def is_alive(self) -> bool:
        """Whether it runs and answers."""
        return bool(self._bidi and not self._bidi.lost and not (self._driver and self._driver.ended))

    @property
    def webdriver(self) -> Remote:
        """Selenium's own WebDriver of this session: the way out for what visitors cannot do. Raises BrowserLost."""
        if self._session is None:
            raise BrowserLost("the browser is not started")
        return self._session

    @property
    def bidi(self) -> Bidi:
        """The connection to it. Raises BrowserLost."""
        if self._bidi is None:
            raise BrowserLost("the browser is not started")
        return self._bidi

    def start(self) -> Self:
        """Start it. Raises BrowserError when something is missing or does not fit, BrowserLost when it broke."""
        try:
            if not self.options.remote:
                binary = find_browser(self.options.binary)
                self._driver = Driver(self.options)
                self._session = self._begin(binary)
            else:
                self._session = self._begin(self.options.binary)
            self._connect(self._session)
        except BaseException:
            self.stop()
            raise
        return self

    def visitor(
        self,
        name: str = "visitor",
        *,
        base: str = "",
        headers: Mapping[str, str] | None = None,
        patience: float = 10.0,
        keep_picture: KeepPicture | None = None,
        began: float | None = None,
    ) -> Visitor:
        """One more person at this browser, with cookies and storage of their own, empty at first.

        `base`: what `open("/...")` is relative to; `headers`: sent with every request (see docs for what that means
        across origins); `patience`: seconds to wait for anything; `keep_picture`: is given the name and the PNG after
        each step and gives back the name of the file; `began`: when the try began, in seconds since the epoch.
        Raises BrowserLost.
        """
        visitor = Visitor(
            self,
            name,
            base=base,
            headers=headers or {},
            patience=patience,
            keep_picture=keep_picture,
            began=time.time() if began is None else began,
            skew_ms=self._skew_ms,
        )
        with self._lock:
            self._visitors[visitor.user_context] = visitor
        visitor.arrive()
        return visitor

    def forget(self, visitor: Visitor) -> None:
        """A visitor left; called by `Visitor.leave`."""
        with self._lock:
            self._visitors.pop(visitor.user_context, None)

    def downloads(self, visitor: str) -> str:
        """A folder for what a visitor downloads; empty for a browser elsewhere."""
        if self._driver is None:
            return ""
        folder = self._driver.folder / "downloads" / visitor
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def stop(self) -> None:
        """End the browser, its driver and all their processes. Does nothing the second time."""
        session, driver = self._session, self._driver
        if self._bidi is not None:
            self._bidi.close()
        self._bidi = self._session = self._driver = None
        if driver is not None:
            driver.stop()  # a browser of our own needs no farewell
            if session is not None:
                session.command_executor.close()  # type: ignore[union-attr]
        elif session is not None:
            session.command_executor.client_config.timeout = _QUIT_SECONDS  # type: ignore[union-attr]
            with suppress(WebDriverException, HTTPError, OSError):
                session.quit()

    def _begin(self, binary: str) -> Remote:
        """Make the session. Raises BrowserError and BrowserLost."""
        address = self._driver.address if self._driver else self.options.remote
        config = ClientConfig(remote_server_addr=address, timeout=int(self.options.start_seconds))
        try:
            return Remote(command_executor=address, options=self._chrome_options(binary), client_config=config)
        except (WebDriverException, HTTPError, OSError) as error:
            raise self._not_started(error) from error

    def _chrome_options(self, binary: str) -> ChromeOptions:
        """What is asked of the driver."""
        wanted = ChromeOptions()
        if binary:
            wanted.binary_location = binary
        profile = str(self._driver.folder / "profile") if self._driver else ""
        for argument in arguments_of(
            self.options, root=os.name == "posix" and os.geteuid() == 0, profile=profile, believed=self._believed()
        ):
            wanted.add_argument(argument)
        wanted.enable_bidi = True
        wanted.unhandled_prompt_behavior = "ignore"  # a visitor answers dialogs
        return wanted

    def _believed(self) -> str:
        """The digest of the CA that is believed, as chromium wants it. Raises BrowserError."""
        if not self.options.ca:
            return ""
        try:
            from cryptography import x509
            from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

            certificate = x509.load_pem_x509_certificate(Path(self.options.ca).read_bytes())
        except ImportError as error:
            raise BrowserError("a CA needs one more package", fix='pip install "truemirror[tls]"') from error
        except (OSError, ValueError) as error:
            raise BrowserError(f"the certificate of the CA cannot be read: {error}", where=self.options.ca) from error
        key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(key).digest()).decode()

    def _not_started(self, error: Exception) -> BrowserError:
        """What to tell when there is no session."""
        message = (getattr(error, "msg", None) or str(error)).strip()
        first = message.partition("\n")[0]
        if _OTHER_VERSION in message:
            why = " ".join(line.strip() for line in message.splitlines()[:2])
            return BrowserError(f"browser and driver are of different versions: {why}", fix=f"install both: {INSTALL}")
        if self.options.remote:
            fix = "is it a Selenium Grid, and does it have a chrome node with BiDi?"
            return BrowserLost(f"no session: {first}", where=self.options.remote, fix=fix)
        return BrowserLost(f"the browser did not start: {first}", fix=SEE_LOG)

    def _connect(self, session: Remote) -> None:
        """Connect over BiDi and hear everything that happens. Raises BrowserError and BrowserLost."""
        said = session.capabilities
        self.version = f"{said.get('browserName', 'browser')} {said.get('browserVersion', '')}".strip()
        address = said.get("webSocketUrl")
        if not isinstance(address, str):
            raise BrowserError("the browser does not offer BiDi", where=self.version, fix=f"install another: {INSTALL}")
        self._bidi = Bidi(address, self._heard, seconds=self.options.answer_seconds, why=self._why_lost)
        before = time.time()
        first = self._bidi.send("browsingContext.getTree", {"maxDepth": 0})["contexts"][0]["context"]
        self._bidi.send("session.subscribe", {"events": list(EVENTS)})
        with suppress(Refused):  # not every browser of a Grid knows it
            self._bidi.send("session.subscribe", {"events": [CRASHED]})
        asked: Params = {"expression": _ABILITIES, "target": {"context": first}, "awaitPromise": False}
        answer = self._bidi.send("script.evaluate", asked)["result"].get("value", "")
        now, _, names = str(answer).partition(" ")
        if names != "true":
            raise BrowserError("the browser does not tell accessible names", where=self.version, fix=f"use {INSTALL}")
        self._skew_ms = float(now) - (before + time.time()) * 500 if self.options.remote else 0.0

    def _heard(self, event: str, params: Params) -> None:
        """Hand an event to the visitor whom it concerns; runs in the connection's thread."""
        if event == CRASHED and self._bidi:
            self._bidi.lose("a page crashed, and took its process with it")
        with self._lock:
            visitors = list(self._visitors.values())
        for visitor in visitors:
            if visitor.concerns(event, params):
                visitor.hear(event, params)
                return

    def _why_lost(self) -> str:
        """What is known of its end."""
        if self._driver is not None and self._driver.ended:
            return "its driver ended"
        return ""


_ABILITIES = "`${Date.now()} ${'computedName' in Element.prototype && 'computedRole' in Element.prototype}`"
