"""The mirror server: answers from mirrors over HTTP/1, with recorded failures as real ones.

listening    doors opened on addresses            thread      the same in a thread of its own
binding      the addresses themselves, had beforehand, also by several processes
connection   one client, the short way included   reader      bytes to requests
door         which mirror, what to say            stage       saying it: answers, faults, waits
opening      a WebSocket's handshake and script    speaking    its conversation, walked with one client
memo         what need not be done again          journal     the last requests, told
control      the paths for the operator: control_guard who may, control_routes what, control_openapi its description
"""

from truemirror.adapters.http.server.binding import bound
from truemirror.adapters.http.server.control_guard import Guard
from truemirror.adapters.http.server.door import Door, Mount
from truemirror.adapters.http.server.listening import Listen, Listeners, doors_for, new_loop, serve_until_stopped, url
from truemirror.adapters.http.server.reader import Limits
from truemirror.adapters.http.server.renewing import keep_renewed
from truemirror.adapters.http.server.thread import MirrorServer

__all__ = [
    "Door",
    "Guard",
    "Limits",
    "Listen",
    "Listeners",
    "MirrorServer",
    "Mount",
    "bound",
    "doors_for",
    "keep_renewed",
    "new_loop",
    "serve_until_stopped",
    "url",
]
