"""What every step of the tour works with: both sides, commands that are typed as a person would, checks that add up."""

from __future__ import annotations

import io
import os
import shlex
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.text import Text

from deployments.cli import app
from deployments.demo.company import Company
from deployments.demo.shop import DemoShop
from deployments.demo.tour.files import Cast, Drop
from deployments.demo.visitors import Visitors
from deployments.exits import Exit
from deployments.program import program
from deployments.shown_report import read_report
from deployments.terminal import out
from schemas.terminal_texts import terminal_text
from tasks.report.texts import texts

_MOST_LINES = 24


@dataclass(slots=True)
class Step:
    """One step as it was played."""

    code: str
    page: str
    """The page of the documents that tells of it."""
    seconds: float = 0.0
    commands: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    checks: int = 0
    broken: list[str] = field(default_factory=list)


class Scene:
    """A shop, its ERP and the folder between them."""

    def __init__(
        self, folder: Path, shop: DemoShop, company: Company, visitors: Visitors, cast: Cast, language: str
    ) -> None:
        self.folder = folder
        self.shop = shop
        self.company = company
        self.visitors = visitors
        self.cast = cast
        self.drop = Drop(folder)
        self.steps: list[Step] = []
        self._language = language

    @property
    def named(self) -> str:
        """The shop's folder as it is typed."""
        return os.path.relpath(self.folder) if self.folder.resolve().is_relative_to(Path.cwd()) else str(self.folder)

    def beside(self, name: str) -> str:
        """A file beside the shop's folder, as it is typed."""
        return str(Path(self.named).with_name(name))

    @contextmanager
    def step(self, code: str, page: str) -> Iterator[None]:
        """A step of this name, of which that page of `docs` tells."""
        step, began = Step(code, page), time.monotonic()
        self.steps.append(step)
        number = f"{len(self.steps) - 1}. " if len(self.steps) > 1 else ""
        out.print()
        out.print(Text(f"{number}{self.text(f'title_{code}')}", "bold"), Text(f"(docs/{page})", "dim"), soft_wrap=True)
        yield
        step.seconds = round(time.monotonic() - began, 1)

    def text(self, code: str, **params: object) -> str:
        """One of the tour's texts."""
        shown = {name: self._shown(value) for name, value in params.items()}
        return terminal_text("tour", code, self._language, **shown)

    def _shown(self, value: object) -> object:
        """Money and seconds as they are written in the language."""
        digits = {Decimal: 2, float: 1}.get(type(value))
        return value if digits is None else texts(self._language).number(value, digits)  # type: ignore[arg-type] # numbers

    def narrate(self, code: str, **params: object) -> None:
        """What happens."""
        out.print(Text(f"   {self.text(code, **params)}"), soft_wrap=True)

    def show_command(self, *words: str) -> None:
        """A command as it is typed here."""
        line = f"{program()} {shlex.join(words)}"
        self.steps[-1].commands.append(line)
        out.print(Text(f"   $ {line}", "cyan"), soft_wrap=True)

    async def type(self, *words: str, ends: Collection[Exit] = (Exit.COMPLETED,)) -> str:
        """What a command prints; another end than these breaks a law."""
        self.show_command(*words)
        command, bound, _ = app.parse_args(list(words), exit_on_error=False)
        before = set(self._pages())
        # How far a command is, is said on the other stream; here its end is enough.
        with out.capture() as captured, redirect_stderr(io.StringIO()):
            ended = Exit(await command(*bound.args, **bound.kwargs) or Exit.COMPLETED)
        pages = [page for page in self._pages() if page not in before]
        self.steps[-1].reports += map(str, pages)
        said = captured.get()
        self.show(said, whole=ended not in ends)
        wanted = ended if ended in ends else min(ends)
        self.check("command_ends", int(wanted), int(ended), quietly=True, command=words[0])
        return said

    def show(self, printed: str, *, whole: bool = False) -> None:
        """What a command printed, without where its report lies and cut off where it is long."""
        lines = [line for line in printed.splitlines() if line.strip() and f"{os.sep}reports{os.sep}" not in line]
        for line in lines if whole else lines[:_MOST_LINES]:
            out.print(Text("     ") + Text.from_ansi(line), soft_wrap=True, style="dim")
        if len(lines) > _MOST_LINES and not whole:
            out.print(Text("     …", "dim"))

    def check(self, code: str, wanted: object, found: object, *, quietly: bool = False, **params: object) -> None:
        """A law: what was found is what was wanted, and is said; `quietly`: only where it is not."""
        step, said = self.steps[-1], self.text(code, **params)
        step.checks += 1
        if wanted == found:
            if not quietly:
                out.print(Text(f"   ✓ {said}", "green"), soft_wrap=True)
            return
        differing = {"wanted": _plain(wanted, found), "found": _plain(found, wanted)}
        step.broken.append(f"{said} {self.text('differs', **differing)}")
        out.print(Text(f"   ✗ {step.broken[-1]}", "bold red"), soft_wrap=True)

    def report(self) -> dict[str, Any]:
        """What the newest report holds."""
        return read_report(self._pages()[-1])

    def _pages(self) -> list[Path]:
        found = (self.folder / "reports").glob("*.html")
        return sorted((path for path in found if path.name != "index.html"), key=lambda path: path.stat().st_mtime_ns)

    def total(self) -> Decimal:
        """What was ordered so far, in all."""
        return sum((placed.total for placed in self.visitors.placed), Decimal(0))

    def quantities(self) -> dict[str, int]:
        """What the shop has of each reference."""
        rows = {
            (int(row["id_product"]), int(row["id_product_attribute"])): int(row["quantity"])
            for row in self.shop.rows("stock_availables")
        }
        return {reference: rows[place] for reference, place in self.shop.places().items() if place in rows}

    def prices(self) -> dict[str, Decimal]:
        """The price of each reference in the shop, without tax and discounts."""
        products = {int(row["id"]): row for row in self.shop.rows("products")}
        own = {row["reference"]: _amount(row["price"]) for row in products.values()}
        return own | {
            row["reference"]: _amount(products[int(row["id_product"])]["price"]) + _amount(row["price"])
            for row in self.shop.rows("combinations")
        }

    def product(self, reference: str) -> int:
        """The id of a product of the shop."""
        return next(int(row["id"]) for row in self.shop.rows("products") if row["reference"] == reference)


def _amount(text: object) -> Decimal:
    return Decimal(str(text or 0)).quantize(Decimal("0.01"))


def _plain(value: object, other: object = None) -> str:
    """As text; of a table only what the `other` one has not."""
    if isinstance(value, tuple) and isinstance(other, tuple) and len(value) == len(other):
        return ", ".join(_plain(*pair) for pair in zip(value, other, strict=True))
    if isinstance(value, dict):
        beside = other if isinstance(other, dict) else {}
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items() if beside.get(name) != one) or "-"
    if isinstance(value, list | tuple | set):
        return ", ".join(map(_plain, value)) or "-"
    return str(value)
