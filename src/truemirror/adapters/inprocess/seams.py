"""All seams of this process, put in together while a test is isolated.

Rules: a client is imported only when it is installed; putting in and taking out is cheap enough to do for each test.
The closed network lies below all seams and catches whoever goes past them.
"""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec

from truemirror.adapters.inprocess.board import Board
from truemirror.adapters.inprocess.diverted import Idle
from truemirror.adapters.inprocess.network import ClosedNetwork


@contextmanager
def isolated(board: Board) -> Iterator[Board]:
    """Lead every client of this process to the board's neighbours, and close the network to everything else."""
    with ExitStack() as stack:
        idle = Idle()
        stack.callback(idle.end)
        ClosedNetwork(board).install(stack)
        _install_vcr(board, idle, stack)
        if find_spec("requests"):
            from truemirror.adapters.inprocess import requests_seam

            requests_seam.install(board, stack)
        for name in ("httpx", "httpx2"):
            if find_spec(name):
                from truemirror.adapters.inprocess import httpx_seam

                httpx_seam.install(board, stack, importlib.import_module(name))
        if find_spec("aiohttp"):
            from truemirror.adapters.inprocess import aiohttp_seam

            aiohttp_seam.install(board, stack)
        yield board


def _install_vcr(board: Board, idle: Idle, stack: ExitStack) -> None:
    """http.client and its kin, and whatever else vcrpy can patch."""
    from truemirror.adapters.inprocess import vcr_seam

    vcr_seam.install(board, idle, stack)
