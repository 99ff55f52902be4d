# SPDX-License-Identifier: MIT
"""The server, met by good, slow, broken and half-open clients at once, while its
configuration is replaced a thousand times; then a stop under load.

    test.py PROGRAM

Every request that was sent whole is answered; afterwards no connection, no
configuration and no descriptor is left. With wrk installed, it adds load.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

PROGRAM = sys.argv[1]
SLOW = 5 if re.search("sanitize|valgrind", PROGRAM) else 1
REQUEST_SECONDS = 2  # main.c, request_ms
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def answer(sock):
    """(status, body) of one response; None at the end of the connection."""
    stream = sock.makefile("rb", buffering=0)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    body = b""
    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
    while len(body) < length:
        body += stream.read(length - len(body))
    return int(head.split()[1]), body


def ask(port, request):
    with connect(port) as sock:
        sock.sendall(request)
        return answer(sock)


def get(target):
    return f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def protocol(port):
    status, body = ask(port, get("/status"))
    check(status == 200 and b'"generation"' in body, "/status")
    check(ask(port, get("/echo?hello")) == (200, b"hello"), "/echo?")
    post = b"POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nthere"
    check(ask(port, post) == (200, b"there"), "POST /echo")
    check(ask(port, get("/nowhere"))[0] == 404, "404")
    for bad in (b"NONSENSE\r\n\r\n", b"\r\n\r\n", b"GET / HTTP/9\r\n\r\n",
                b"GET x HTTP/1.1\r\n\r\n", b"get / HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                b"POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"):
        check(ask(port, bad)[0] == 400, f"400 for {bad!r}")
    check(ask(port, b"PUT / HTTP/1.1\r\n\r\n")[0] == 405, "405")
    large = b"POST /echo HTTP/1.1\r\nContent-Length: 999999\r\n\r\n"
    check(ask(port, large)[0] == 413, "413")
    check(ask(port, b"GET / HTTP/1.1\r\nA: " + b"a" * 9000)[0] == 431, "431")
    with connect(port) as sock:
        sock.sendall(get("/echo?1") + get("/echo?2") + get("/echo?3"))
        got = [answer(sock) for _ in range(3)]
        check(got == [(200, b"1"), (200, b"2"), (200, b"3")],
              f"pipelined requests: {got}")


def good_client(port, stop, count):
    """Asks again and again on connections that it keeps for a while."""
    n = 0
    while not stop.is_set():
        with connect(port) as sock:
            for _ in range(50):
                sock.sendall(get(f"/echo?{n}"))
                got = answer(sock)
                check(got == (200, str(n).encode()), f"request {n} lost: {got}")
                n += 1
    count.append(n)


def slow_client(port, stop):
    """Sends a request byte by byte; on a busy machine perhaps too slowly."""
    while not stop.is_set():
        begin = time.monotonic()
        got = None
        try:
            with connect(port) as sock:
                for byte in get("/echo?slow"):
                    sock.sendall(bytes([byte]))
                    time.sleep(0.01)
                got = answer(sock)
        except OSError:
            pass
        if time.monotonic() - begin < REQUEST_SECONDS / 2:
            check(got == (200, b"slow"), "a slow request was lost")


def broken_client(port, stop):
    """Goes away in the middle of a request, or resets."""
    while not stop.is_set():
        with connect(port) as sock:
            sock.sendall(b"GET /sta")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            b"\1\0\0\0\0\0\0\0")
        time.sleep(0.005)


def half_open_client(port, stop):
    """Connects and says nothing: the server's deadline ends it."""
    with connect(port) as sock:
        begin = time.monotonic()
        check(sock.recv(1) == b"", "a silent connection was answered")
        check(stop.is_set() or 1 < time.monotonic() - begin < 15 * SLOW,
              "a silent connection's deadline")


def half_closed_client(port):
    """Asks, says that it will not ask again, and still gets its answer."""
    with connect(port) as sock:
        sock.sendall(get("/echo?last"))
        sock.shutdown(socket.SHUT_WR)
        check(answer(sock) == (200, b"last"), "a half-closed client's answer")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settled_descriptors(pid):
    """Their number when it has not changed for a while."""
    seen, since = descriptors(pid), time.monotonic()
    while time.monotonic() - since < 0.3:
        now = descriptors(pid)
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.02)
    return seen


def main():
    server = subprocess.Popen(
        [PROGRAM, "--port", "0", "--workers", "6", "--swaps", "1000",
         "--swap-us", "1000"], stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline().rsplit(":", 1)[1])
    stop = threading.Event()
    count = []

    protocol(port)
    half_closed_client(port)
    before = settled_descriptors(server.pid)
    crowd = [threading.Thread(target=target, args=args) for target, args in
             [(good_client, (port, stop, count))] * 3 +
             [(slow_client, (port, stop))] * 2 +
             [(broken_client, (port, stop))] * 2 +
             [(half_open_client, (port, stop))] * 2]
    for thread in crowd:
        thread.start()
    if shutil.which("wrk"):
        load = subprocess.run(
            ["wrk", "-t1", "-c8", "-d3", "--timeout", "30s",
             f"http://127.0.0.1:{port}/status"],
            capture_output=True, text=True, check=True).stdout
        print(re.search(r"Requests/sec:.*", load).group())
        check("Non-2xx" not in load and "Socket errors" not in load,
              f"wrk: {load}")
    else:
        time.sleep(3)
    stop.set()
    for thread in crowd:
        thread.join()
    generation = int(re.search(rb'"generation": (\d+)',
                               ask(port, get("/status"))[1]).group(1))
    check(generation > 0, "the configuration was not replaced")
    end = time.monotonic() + 10
    while descriptors(server.pid) > before and time.monotonic() < end:
        time.sleep(0.05)
    check(descriptors(server.pid) == before, "descriptors are left")

    # A stop while a client is in the middle of a connection.
    idle = connect(port)
    idle.sendall(get("/echo?1"))
    check(answer(idle) == (200, b"1"), "the last request")
    server.send_signal(signal.SIGTERM)
    try:
        out = server.communicate(timeout=30 * SLOW)[0]
    except subprocess.TimeoutExpired:
        server.kill()
        out = server.communicate()[0]
        check(False, "the server did not stop")
    idle.close()
    print(out, end="")
    check("left: connections 0 configurations 0" in out, "references are left")
    check(server.returncode == 0, f"exit status {server.returncode}")
    check(sum(count) > 0, "the good clients did nothing")
    print(f"good clients: {sum(count)} requests, none lost"
          if not failures else f"{len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
