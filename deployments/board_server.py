"""One page over all shops and what lies in their `reports`, served to this machine alone, to whoever has the token."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".csv": "text/csv; charset=utf-8"}
_FOLDERS = ("reports", "rejects")
_HEADERS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)


class BoardServer(ThreadingHTTPServer):
    """Serves GET only, on 127.0.0.1, below a path that begins with the token.

    `shops` are the folders by name; `overview` makes the first page; `refresh` writes a shop's board before it is read.
    """

    daemon_threads = True

    def __init__(
        self, port: int, shops: Mapping[str, Path], overview: Callable[[], str], refresh: Callable[[str], None]
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.shops = shops
        self.overview = overview
        self.refresh = refresh
        self.token = secrets.token_urlsafe(18)

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.server_address[1]}/{self.token}/"

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Type and content of what is asked for; None for what is not there, not ours, or asked without the token."""
        token, _, rest = unquote(path).lstrip("/").partition("/")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        if not rest:
            return _TYPES[".html"], self.overview().encode()
        name, _, inside = rest.partition("/")
        return self._file(name, inside) if name in self.shops else None

    def _file(self, name: str, inside: str) -> tuple[str, bytes] | None:
        folder, path = self.shops[name], self.shops[name] / inside
        kind = _TYPES.get(path.suffix)
        if kind is None or inside.partition("/")[0] not in _FOLDERS:
            return None
        if inside == "reports/index.html":
            self.refresh(name)
        within = any(path.resolve().is_relative_to((folder / each).resolve()) for each in _FOLDERS)
        return (kind, path.read_bytes()) if within and path.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    server: BoardServer

    def do_GET(self) -> None:
        """Answers, or says 404 whatever the reason is."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        # Another name in Host is a page of a stranger that has had its own name lead here.
        found = self.server.answer(self.path.partition("?")[0]) if host in {"127.0.0.1", "localhost"} else None
        kind, body = found if found is not None else ("text/plain; charset=utf-8", b"not found\n")
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for header in _HEADERS:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """The token stands in every address: nothing is logged."""


def shops_page(css: str, language: str, title: str, shops: Mapping[str, tuple[str, str, str]]) -> str:
    """The first page: each shop with its state, how that is said, and what it means; its name leads to its board."""
    cards = "".join(
        f'<section><div class="verdict {escape(state)}"><span class="state">{escape(said)}</span>'
        f"{f'<p>{escape(hint)}</p>' if hint else ''}</div>"
        f'<h2><a href="{quote(name)}/reports/index.html">{escape(name)}</a></h2></section>'
        for name, (state, said, hint) in shops.items()
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{css}</style></head><body>"
        f'<header><p class="brand">Passerelle</p><h1>{escape(title)}</h1></header><main>{cards}</main></body></html>'
    )
