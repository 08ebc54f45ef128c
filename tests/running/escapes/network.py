"""Escapes by way of sockets, and of what stands in for them."""

from __future__ import annotations

import ctypes
import os
import socket
import urllib.request
from pathlib import Path

from escapes.processes import _call
from escapes.world import ABSENT, SECRET, World, fruitless, in_a_child, python, refused, shell


@refused()
def a_connection(world: World) -> socket.socket:
    return socket.create_connection(("127.0.0.1", world.tcp_port), timeout=2)


@refused()
def a_server(world: World) -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@refused()
def a_datagram(world: World) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        return sock.sendto(SECRET.encode(), ("127.0.0.1", world.udp_port))


@refused()
def a_connection_by_the_newer_protocol(world: World) -> socket.socket:
    return socket.socket(socket.AF_INET6, socket.SOCK_STREAM)


@refused()
def a_local_socket(world: World) -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(world.unix_socket)


@refused()
def an_abstract_socket(world: World) -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(f"\0{world.abstract_socket}")


@refused()
def a_local_datagram(world: World) -> None:
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", world.unix_socket)


@refused()
def a_pair_of_datagram_sockets(world: World) -> None:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", world.unix_socket)


@refused()
def a_pair_of_packet_sockets(world: World) -> object:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


@fruitless
def a_pair_of_streams_led_elsewhere(world: World) -> bool:
    one, two = socket.socketpair()
    try:
        one.sendmsg([b"x"], [], 0, world.unix_socket)
    except OSError:
        return False
    return two.recv(1) != b"x"


@refused()
def connecting_a_pair_anew(world: World) -> None:
    one, _ = socket.socketpair()
    one.connect(world.unix_socket)


@refused()
def the_routing_table(world: World) -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@fruitless
def the_sockets_of_the_machine(world: World) -> list[str]:
    listed = [f"/proc/self/net/{name}" for name in ("tcp", "udp", "unix")]
    lines = [line for path in listed for line in Path(path).read_text().splitlines()[1:]]
    return lines if os.geteuid() == 0 else []  # an ordinary user cannot have a network of its own


@refused()
def raw_packets(world: World) -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)


@refused()
def the_host_of_a_virtual_machine(world: World) -> socket.socket:
    return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)


@refused()
def the_cipher_of_the_kernel(world: World) -> socket.socket:
    return socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)


@refused(*ABSENT)
def a_ring(world: World) -> int:
    return _call(425, 8, ctypes.create_string_buffer(120))


@fruitless
def a_name_on_the_internet(world: World) -> list[object]:
    try:
        return socket.getaddrinfo("example.org", 80)
    except OSError:
        return []


@fruitless
def a_page(world: World) -> bytes:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{world.tcp_port}/", timeout=2) as page:
            return page.read()
    except OSError:
        return b""


@refused()
def a_connection_by_a_child(world: World) -> None:
    code = in_a_child(lambda: a_connection(world))
    raise OSError(code, "in a child")


@fruitless
def a_connection_by_another_program(world: World) -> str:
    code = f"import socket; print(socket.create_connection(('127.0.0.1', {world.tcp_port})))"
    return python(code)


@fruitless
def a_connection_by_the_shell(world: World) -> str:
    return shell(f"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{world.tcp_port} && echo open'")


@fruitless
def a_call_of_another_architecture(world: World) -> bool:
    # x32: the number of ``socket`` with bit 30 set. The process is killed, or the call is unknown.
    return in_a_child(lambda: _call(0x40000000 + 41, 2, 1, 0)) == 0


@fruitless
def a_call_of_32_bits(world: World) -> bool:
    # mov eax, 359 (socket); mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; ret
    code = bytes.fromhex("b867010000bb02000000b90100000031d2cd80c3")

    def call() -> None:
        import mmap

        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        if ctypes.CFUNCTYPE(ctypes.c_int)(address)() < 0:
            raise PermissionError(13, "refused")

    return in_a_child(call) == 0
