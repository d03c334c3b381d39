"""An HTTP/2 connection from a client: each of its streams is answered as if it were an HTTP/1.1 connection.

Rules: what is answered, recorded and refused is decided behind it, by the same code as for HTTP/1.1. A failure that was
recorded or planned breaks the stream of its request and no other, since other streams are other recordings. A client
that sends what is no HTTP/2 is told so and left. Nothing is kept beyond the windows that the client was given.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from truemirror.adapters.http.http2.stream import Stream
from truemirror.core.wire.http2 import Fields, Unspeakable, as_answer, as_fields, as_request

_STREAMS = 250
"""How many requests of one connection may be under way."""
_STREAM_WINDOW = 1024 * 1024
_WINDOW = 16 * 1024 * 1024
_HEAD_BYTES = 64 * 1024


class Front(asyncio.Protocol):
    """One HTTP/2 connection."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        transport: asyncio.Transport,
        *,
        gone: Callable[["Front"], None],
    ) -> None:
        """Answer with what `make` makes, one for each stream; `gone` hears of the end."""
        self._make = make
        self._transport = transport
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._streams: dict[int, Stream] = {}
        self._paused = self._is_due = self._over = False
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        first = {
            SettingCodes.INITIAL_WINDOW_SIZE: _STREAM_WINDOW,
            SettingCodes.MAX_CONCURRENT_STREAMS: _STREAMS,
            SettingCodes.MAX_HEADER_LIST_SIZE: _HEAD_BYTES,
        }
        self._h2.local_settings = Settings(client=False, initial_values=first)

    def begin(self, data: bytes) -> None:
        """Take the connection over; `data` is what it began with."""
        self._transport.set_protocol(self)
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(_WINDOW)
        self.data_received(data)

    # what the transport says

    def data_received(self, data: bytes) -> None:
        """Frames are here, or pieces of them."""
        if self._over:
            return
        try:
            events = self._h2.receive_data(data)
        except ProtocolError:
            self._leave()
            return
        touched = {number: None for number in map(self._hear, events) if number}
        for number in touched:
            stream = self._streams.get(number)
            if stream is not None:
                stream.deliver()
        self.ready()

    def eof_received(self) -> bool:
        """The client has left."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        self._over = True
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.lose(error)
        self._gone(self)

    def pause_writing(self) -> None:
        """The client takes nothing now: neither send nor read on."""
        self._paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It takes more."""
        self._paused = False
        if not self._transport.is_closing():
            self._transport.resume_reading()
        self.ready()

    # what the client says

    def _hear(self, event: Event) -> int:
        """Take in one event; gives the stream that has heard something by it, or 0."""
        match event:
            case RequestReceived():
                return self._request(event)
            case DataReceived() if event.stream_id in self._streams:
                self._streams[event.stream_id].body(event.data or b"", event.flow_controlled_length or 0)
                return event.stream_id
            case DataReceived():
                self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
            case TrailersReceived() if event.stream_id in self._streams:
                return self._end(event.stream_id, cast(Fields, event.headers or ()))
            case StreamEnded() if event.stream_id in self._streams:
                return self._end(event.stream_id)
            case StreamReset():
                self._forget(event.stream_id)
            case ConnectionTerminated():
                self._leave()
            case _:
                pass
        return 0

    def _request(self, event: RequestReceived) -> int:
        """A request begins."""
        number, ended = event.stream_id, event.stream_ended is not None
        try:
            head, method, chunked = as_request(cast(Fields, event.headers), ended=ended)
        except Unspeakable:
            is_tunnel = (b":method", b"CONNECT") in event.headers
            self._reset(number, ErrorCodes.HTTP_1_1_REQUIRED if is_tunnel else ErrorCodes.PROTOCOL_ERROR)
            return 0
        stream = self._streams[number] = Stream(number, method, chunked=chunked, carrier=self)
        stream.begin(self._make(), head)
        return number

    def _end(self, number: int, trailers: Fields = ()) -> int:
        """A request is whole."""
        try:
            self._streams[number].end(trailers)
        except Unspeakable:
            self._reset(number, ErrorCodes.PROTOCOL_ERROR)
            return 0
        return number

    # what streams say

    def head(self, stream: Stream, status: int, fields: Fields) -> None:
        """Send a head."""
        if stream.number in self._streams and not self._over:
            try:
                self._h2.send_headers(stream.number, as_answer(status, fields))
            except ProtocolError:
                self._reset(stream.number, ErrorCodes.INTERNAL_ERROR)
            self.ready()

    def taken(self, stream: Stream, size: int) -> None:
        """The client may send as much again."""
        if stream.number in self._streams and not self._over:
            self._h2.acknowledge_received_data(size, stream.number)
            self.ready()

    def ready(self) -> None:
        """Send soon: what is said in one go leaves in one go."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._send)

    def broken(self, stream: Stream, *, garbage: bool = False) -> None:
        """An answer will never be whole."""
        if stream.number in self._streams and not self._over:
            self._send()  # what was said until then
            self._reset(stream.number, ErrorCodes.PROTOCOL_ERROR if garbage else ErrorCodes.INTERNAL_ERROR)

    def about(self, name: str, default: Any) -> Any:
        """What the transport knows."""
        return self._transport.get_extra_info(name, default)

    def waiting(self) -> int:
        """Bytes that have not left."""
        return self._transport.get_write_buffer_size()

    # sending

    def _send(self) -> None:
        """Send what may be sent: a frame of each stream in turn, as long as there is room."""
        self._is_due = False
        if self._over:
            return
        going = [stream for stream in self._streams.values() if stream.waiting or stream.ended]
        while going and not self._paused:
            going = [stream for stream in going if self._send_frame(stream)]
            self._write()
        self._write()

    def _send_frame(self, stream: Stream) -> bool:
        """Send one frame of a body, or its end. Gives back whether there may be more."""
        number = stream.number
        if number not in self._streams:
            return False
        if stream.waiting:
            room = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            if room <= 0:
                return False
            piece = stream.take(room)
            is_last = stream.ended and not stream.waiting and not stream.trailers
            self._h2.send_data(number, bytes(piece), end_stream=is_last)
            stream.told_end = is_last
            stream.sent()
        elif stream.ended and not stream.told_end:
            stream.told_end = True
            trailers = as_fields(stream.trailers)
            if trailers:
                self._h2.send_headers(number, trailers, end_stream=True)
            else:
                self._h2.end_stream(number)
        if not stream.told_end:
            return bool(stream.waiting or stream.ended)
        if stream.heard_all:
            self._forget(number)
        elif stream.is_closing():  # nobody wants the rest of the request (RFC 9113 §8.1)
            self._reset(number, ErrorCodes.NO_ERROR)
        return False

    def _write(self) -> None:
        """Put frames on the wire."""
        data = self._h2.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)

    def _reset(self, number: int, code: ErrorCodes) -> None:
        """End one stream before its time."""
        self._h2.reset_stream(number, code)
        self._forget(number)
        self.ready()

    def _forget(self, number: int) -> None:
        """A stream is over."""
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._loop.call_soon(stream.lose)

    def _leave(self) -> None:
        """Say the last words and end the connection."""
        self._write()
        self._over = True
        self._transport.close()

    # what the server calls

    def look_at_the_clock(self, now: float) -> None:
        """Half a frame costs no more than a connection that is idle, which may stay; streams are watched themselves."""

    def finish(self) -> None:
        """The server stops: end now, or with the streams that are open."""
        if not self._over and not self._streams:
            self.end()

    def end(self) -> None:
        """Say good-bye and close."""
        if not self._over:
            self._h2.close_connection()
            self._leave()

    def close(self) -> None:
        """Close."""
        self.end()

    def cut(self) -> None:
        """Close at once."""
        self._over = True
        self._transport.abort()
