"""Messages between runner, supervisor and worker: JSON behind a length, on a Unix socket.

A message may carry one open file along. Sizes are bounded on both sides: what comes out of a
worker was written by a method, and is believed only after it has been checked.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import TypeVar

from bench.running.sandbox.messages import decode, encode
from bench.running.sandbox.messages.base import Message, MessageError

MAX_MESSAGE = 64 * 2**20  # bytes; an answer at its bounds, every character escaped, is 50 MB

_LENGTH = 4
_CREDENTIALS = struct.Struct("3i")  # process, user, group
M = TypeVar("M", bound=Message)


def pack(message: Message) -> bytes:
    """``message`` as bytes, its length in front."""
    body = json.dumps(encode(message), allow_nan=False, separators=(",", ":")).encode()
    if len(body) > MAX_MESSAGE:
        raise MessageError(f"a message of {len(body)} bytes; the limit is {MAX_MESSAGE}")
    return len(body).to_bytes(_LENGTH, "big") + body


def send(sock: socket.socket, message: Message, descriptor: int | None = None) -> None:
    """Send ``message``, with an open file if ``descriptor`` is given."""
    content = pack(message)
    if descriptor is not None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        sent = sock.sendmsg([content[:_LENGTH]], rights)
        content = content[sent:]
    sock.sendall(content)


def receive(sock: socket.socket, wanted: type[M]) -> tuple[M, int | None] | None:
    """The next message and the open file that came with it; None where the other end is closed.

    Raises MessageError where what comes is no message of the class ``wanted``.
    """
    room = socket.CMSG_LEN(array.array("i").itemsize)
    head, rights, _, _ = sock.recvmsg(_LENGTH, room)
    descriptor = None
    for level, kind, data in rights:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptor = int.from_bytes(data[: array.array("i").itemsize], sys.byteorder)
            os.set_inheritable(descriptor, False)
    if not head:
        return None
    head += _exactly(sock, _LENGTH - len(head))
    length = int.from_bytes(head, "big")
    if length > MAX_MESSAGE:
        raise MessageError(f"a message of {length} bytes; the limit is {MAX_MESSAGE}")
    message = _read(_exactly(sock, length))
    if not isinstance(message, wanted):
        raise MessageError(f"a message {type(message).__name__} where {wanted.__name__} is due")
    return message, descriptor


def _read(body: bytes) -> Message:
    try:
        plain = json.loads(body)
    except (ValueError, RecursionError):
        raise MessageError(f"no message: {body[:60]!r}") from None
    return decode(plain)


def receive_from(sock: socket.socket, sender: int) -> tuple[bytes, bool]:
    """Bytes from a socket which must not block, and whether the process ``sender`` sent them.

    ``tell_senders`` must have been asked of the socket before; where the system cannot tell, all
    is taken for the sender's. Bytes of two processes never come together.
    """
    if not hasattr(socket, "SO_PASSCRED"):
        return sock.recv(2**18), True
    content, extra, _, _ = sock.recvmsg(2**18, socket.CMSG_SPACE(_CREDENTIALS.size))
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            return content, _CREDENTIALS.unpack(data)[0] == sender
    return content, not content


def tell_senders(sock: socket.socket) -> None:
    """Have the kernel say of everything that arrives on ``sock`` which process sent it."""
    if hasattr(socket, "SO_PASSCRED"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


class Inbox:
    """Messages put together from the bytes that arrive on a socket which must not block."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, content: bytes) -> Iterator[Message]:
        """Take in ``content``; yield the messages that are now complete."""
        self._bytes += content
        while len(self._bytes) >= _LENGTH:
            length = int.from_bytes(self._bytes[:_LENGTH], "big")
            if length > MAX_MESSAGE:
                raise MessageError(f"a message of {length} bytes; the limit is {MAX_MESSAGE}")
            if len(self._bytes) < _LENGTH + length:
                return
            body = bytes(self._bytes[_LENGTH : _LENGTH + length])
            del self._bytes[: _LENGTH + length]
            yield _read(body)


def _exactly(sock: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = sock.recv(min(count, 2**20))
        if not part:
            raise MessageError("the channel closed in the middle of a message")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
