"""Whether a resource of our module is the way for what a run writes: as the settings ask, and the shop allows."""

from __future__ import annotations

from collections.abc import Collection

from connectors.prestashop.lines import LineMode
from schemas.incidents import Level
from tasks.run.run import Run

_REFERENCE = frozenset({"reference"})


def line_mode_of(run: Run, resource: str, *, named_by: Collection[str] | None = _REFERENCE) -> LineMode | None:
    """How to write through `resource`; None for the webservice, with an incident where the settings ask for more.

    `named_by`: the fields by which the module can find a product; None where it is sent ids.
    """
    wanted = run.folder.settings.shop.lane
    if wanted == "webservice":
        return None
    if named_by is not None and run.stream.key_column.target not in named_by:
        run.note(Level.INFO, "lane_needs_references", value=wanted, detail=run.stream.key_column.target)
        return None
    if not run.facts.may("PUT", resource):
        run.note(Level.INFO, "lane_not_offered", value=wanted, detail=resource)
        return None
    if wanted == "module":
        return "hooks"
    if all(incident.code != "lane_without_hooks" for incident in run.incidents):
        run.note(Level.INFO, "lane_without_hooks", value=wanted)
    return "plain"
