"""The commands that README and docs tell a person to type."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:passerelle|make|python -m|prefect|ssh-keyscan|\.ci/run)\b[^`.]*(?:\.[^`]*)?)`")
_CRON = re.compile(r"^(\S+ ){5} *cd \S+ && ")
_ASSIGNED = re.compile(r"\w+=\S*")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as its page shows it."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def commands() -> list[Command]:
    """Every command of every page, in their order; comments, redirections and what is set before a command left out."""
    return [Command(page.name, words) for page in PAGES for words in _of_page(page.read_text(encoding="utf-8"))]


def _of_page(text: str) -> list[tuple[str, ...]]:
    lines = [
        (found.start(), line)
        for found in _BLOCK.finditer(text)
        if found[1] == "sh" or _CRON.match(found[2])
        for line in _CRON.sub("", found[2]).replace("\\\n", " ").splitlines()
    ]
    prose = _BLOCK.sub(lambda found: "\n" * len(found[0]), text)
    # A lone `passerelle` or `passerelle run` in a sentence names the command, and is no command to type.
    lines += [(found.start(), found[1]) for found in _INLINE.finditer(prose) if len(found[1].split()) > 2]
    lines += [(found.start(), found[1]) for found in _INLINE.finditer(prose) if found[1].startswith(("make ", ".ci"))]
    return [words for _, line in sorted(lines, key=itemgetter(0)) for words in _split(line)]


def _split(line: str) -> list[tuple[str, ...]]:
    """The commands of one line, without what joins them."""
    shell = shlex.shlex(line, posix=True, punctuation_chars="&|>")
    shell.whitespace_split = True
    found: list[list[str]] = [[]]
    skip = False
    for word in shell:
        if set(word) <= set("&|"):
            found.append([])
        elif word.startswith(">"):
            skip = True
        elif not skip:
            found[-1].append(word)
        else:
            skip = False
    return [tuple(words) for each in found if (words := _without_assignments(each))]


def _without_assignments(words: list[str]) -> list[str]:
    while words and (_ASSIGNED.fullmatch(words[0]) or words[0].isdigit()):
        words = words[1:]
    return [word for word in words if word != "2"]
