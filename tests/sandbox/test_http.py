"""The limits and habits of the front server."""

from __future__ import annotations

import hashlib
import socket
from typing import TYPE_CHECKING

import httpx

from deployments.sandbox.shop import SandboxShop
from tests.sandbox.conftest import Client, product

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_request_line_of_8190_bytes_is_too_long(client: Client) -> None:
    path = "/api/products?filter[id]=["
    fitting = 8_190 - len(f"GET {path}] HTTP/1.1\r\n") - 200
    assert client.send("GET", f"{path}{'1' * fitting}]").status_code == 200
    assert client.send("GET", f"{path}{'1' * (fitting + 400)}]").status_code == 414


def test_a_body_over_the_limit_is_refused_before_anything_is_written() -> None:
    with SandboxShop(max_body=2_000) as shop, Client(shop).http as http:
        many = "".join(product(f"P{number}") for number in range(20))
        assert http.post("/api/products", content=f"<prestashop>{many}</prestashop>").status_code == 413
        assert shop.rows("products") == []


def test_a_body_in_chunks_is_read(client: Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"<prestashop>"
        yield product("A").encode()
        yield b"</prestashop>"

    assert client.http.post("/api/products", content=chunks()).status_code == 201


def test_a_connection_stays_open_for_a_thousand_requests(shop: SandboxShop) -> None:
    with socket.create_connection(("127.0.0.1", int(shop.url.rpartition(":")[2]))) as connection:
        stream = connection.makefile("rb")
        for number in range(1, 1_001):
            connection.sendall(b"GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            head = b"".join(iter(stream.readline, b"\r\n"))
            stream.read(int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0]))
            assert (b"Connection: close" in head) == (number == 1_000)
        assert stream.read() == b""
        stream.close()


def test_an_answer_known_to_the_client_is_304(client: Client) -> None:
    first = client.send("GET", "/api/languages")
    assert first.headers["Content-Sha1"] == hashlib.sha1(first.content).hexdigest()  # noqa: S324
    again = client.http.get("/api/languages", headers={"Local-Content-Sha1": first.headers["Content-Sha1"]})
    assert (again.status_code, again.content) == (304, b"")


def test_another_host_name_is_sent_away(client: Client) -> None:
    answer = client.http.get("/api/products", headers={"Host": "shop.example"})
    assert (answer.status_code, answer.content) == (302, b"")


def test_a_client_that_goes_away_does_not_stop_the_write(shop: SandboxShop) -> None:
    entities = "".join(product(f"P{number}") for number in range(100))
    body = f"<prestashop>{entities}</prestashop>".encode()
    port = int(shop.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = (
            f"POST /api/products?ws_key={shop.key} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
    with httpx.Client(base_url=shop.url, auth=(shop.key, "")) as http:
        while shop.count("POST") == 0:
            http.get("/api/languages")
    assert len(shop.rows("products")) == 100
