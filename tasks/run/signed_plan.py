"""A signed plan: what a run would change and what that was made from, to be carried out as it stands or not at all."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from connectors.files.dropped import hash_of
from schemas.errors import DeniedError
from schemas.incidents import Level
from schemas.run_report import PlannedChange
from tasks.run.run import Run

SETTINGS = ("settings.toml", "associations.toml", "import.json")
FLOWS_WITH_PLANS = (
    "import_products",
    "import_stock",
    "import_specific_prices",
    "import_customers",
    "import_stores",
    "import_suppliers",
    "import_product_suppliers",
)
"""The flows whose plan is known as a whole before anything of it is written."""
_DIGEST_BYTES = 32
_ASKED_AT = re.compile(r"(?<=_erp)_\d{8}T\d{12}(?=\.)")
"""In the name of a file of what the ERP has: when it was asked, which is later for the run that follows."""
_SHOWN = 10
_FORMAT = 1


class NoPlanError(ValueError):
    """The file is no signed plan."""


@dataclass(frozen=True, slots=True)
class SignedPlan:
    """What one run would change, and the contents of what that was made from as hashes by name."""

    flow: str
    shop: str
    since: str
    made_at: str
    """UTC, ISO 8601."""
    files: Mapping[str, str]
    settings: Mapping[str, str]
    guards: Sequence[str]
    """The guards that would stop it: whoever lets the plan be carried out accepts them."""
    changes: Sequence[Any]
    """`[key, kind, action, [[field, old, new], ...]]` of each, in order, and a keyed hash of values left out."""

    def text(self, secret: bytes) -> str:
        """The file's text, which people can read, a change a line, and which no other ledger takes."""
        plan = {"format": _FORMAT, **asdict(self)}
        signed = {"signature": _signature(plan, secret), "plan": plan | {"changes": []}}
        lines = ",\n".join(f"   {json.dumps(change, ensure_ascii=False)}" for change in self.changes)
        # The changes are the last of the plan.
        head, _, tail = json.dumps(signed, ensure_ascii=False, indent=1).rpartition("[]")
        return f"{head}[\n{lines}\n  ]{tail}\n"

    def moved(self, now: SignedPlan) -> list[str]:
        """The names of what is not as it was: files, settings, and keys whose changes are others."""
        names = [
            name
            for before, after in ((self.files, now.files), (self.settings, now.settings))
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
        before, after = (_by_key(changes) for changes in (self.changes, now.changes))
        return names + sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


@dataclass(frozen=True, slots=True)
class _Following:
    plan: SignedPlan
    text: str


_TARGET: ContextVar[Path | None] = ContextVar("signed_plan_target", default=None)
_FOLLOWED: ContextVar[_Following | None] = ContextVar("signed_plan_followed", default=None)


@contextmanager
def plan_written_to(target: Path) -> Iterator[None]:
    """The plan of a run in the block is written there, signed."""
    token = _TARGET.set(target)
    try:
        yield
    finally:
        _TARGET.reset(token)


@contextmanager
def following_plan(text: str) -> Iterator[SignedPlan]:
    """A run in the block does what the plan of this text says, or stops before it writes anything.

    NoPlanError for a text that is no plan; whether the ledger has signed it is asked by the run.
    """
    try:
        told = json.loads(text)["plan"]
        if told.pop("format") != _FORMAT or told["flow"] not in FLOWS_WITH_PLANS:
            raise NoPlanError
        plan = SignedPlan(**told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoPlanError from error
    token = _FOLLOWED.set(_Following(plan, text))
    try:
        yield plan
    finally:
        _FOLLOWED.reset(token)


def plan_is_signed() -> bool:
    """Whether the run's plan is written down or followed: what the ledger knows is then looked at in the shop too."""
    return _TARGET.get() is not None or _FOLLOWED.get() is not None


def keep_to_plan(run: Run, changes: Callable[[], list[PlannedChange]]) -> None:
    """Writes the plan down where that is asked for; DeniedError where another one was to be followed."""
    target, followed = _TARGET.get(), _FOLLOWED.get()
    if target is not None:
        target.write_text(_plan_of(run, changes()).text(run.ledger.secret()), encoding="utf-8")
    if followed is None:
        return
    _require_signature(run, followed)
    moved = followed.plan.moved(_plan_of(run, changes()))
    if moved:
        names = ", ".join(moved[:_SHOWN]) + (", …" if len(moved) > _SHOWN else "")
        raise _denied(names, "Make the plan anew, read it, and have that one carried out.").worded("plan_moved")
    run.note(Level.INFO, "plan_followed", value=followed.plan.made_at)


def _require_signature(run: Run, followed: _Following) -> None:
    told = json.loads(followed.text)
    signature = _signature(told["plan"], run.ledger.secret())
    is_ours = (followed.plan.flow, followed.plan.shop) == (run.asked.flow, run.folder.name)
    if not is_ours or not hmac.compare_digest(signature, str(told.get("signature"))):
        remedy = "Have the plan made for this shop, on its ledger, and leave its file as it is."
        raise _denied("the signature is another's", remedy).worded("plan_not_signed_here", value=followed.plan.shop)


def _plan_of(run: Run, changes: Sequence[PlannedChange]) -> SignedPlan:
    found = ((name, run.folder.path / name) for name in SETTINGS)
    return SignedPlan(
        flow=run.asked.flow,
        shop=run.folder.name,
        since=run.asked.since or "",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={_ASKED_AT.sub("", file.dropped.name): file.dropped.content_hash for file in run.files},
        settings={name: hash_of(path.read_bytes()) for name, path in found if path.exists()},
        guards=[check.name for check in run.report.guard if check.tripped],
        changes=sorted(map(_as_list, changes)),
    )


def _as_list(change: PlannedChange) -> list[Any]:
    fields = [list(each) for each in change.changes]
    return [change.key, change.kind, change.action, fields, *filter(None, [change.values_hash])]


def _by_key(changes: Sequence[Any]) -> dict[str, list[Any]]:
    by_key: dict[str, list[Any]] = {}
    for key, *rest in changes:
        by_key.setdefault(key, []).append(rest)
    return by_key


def _signature(plan: Mapping[str, Any], secret: bytes) -> str:
    text = json.dumps(plan, sort_keys=True, ensure_ascii=False).encode()
    return blake2b(text, key=secret[:64], digest_size=_DIGEST_BYTES).hexdigest()


def _denied(reason: str, remedy: str) -> DeniedError:
    return DeniedError(reason, system="plan", action="carry out", remedy=remedy)
