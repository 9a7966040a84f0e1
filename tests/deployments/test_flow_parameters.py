"""What a flow declares is what the Prefect interface, the deployments and the README say of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deployments.flow_names import flow_named
from schemas.flows import FLOWS, IMPORTS, FlowName

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", FLOWS)
def test_the_form_of_a_run_has_the_parameters_that_the_flow_takes_and_says_what_each_does(name: FlowName) -> None:
    form = flow_named(name).parameters
    assert form.required == ["shop"]
    assert form.properties.keys() == {"shop", "dry_run", *FLOWS[name].takes}
    assert all(len(field["description"]) > 20 for field in form.properties.values())


def test_the_readme_says_of_every_flow_what_it_promises() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", told, re.MULTILINE))
    plain = {name: re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text) for name, text in rows.items()}
    assert plain == {name: declared.promise for name, declared in FLOWS.items()}


def test_every_import_comes_after_those_it_stands_on() -> None:
    order = list(IMPORTS)
    for stream, declared in IMPORTS.items():
        assert all(order.index(each) < order.index(stream) for each in declared.stands_on)
