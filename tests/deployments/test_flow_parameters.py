from __future__ import annotations

import pytest

from deployments.flow_names import FLOWS, SWEPT, FlowName, flow_named


@pytest.mark.parametrize("name", FLOWS)
def test_the_form_of_a_run_says_what_each_parameter_does(name: FlowName) -> None:
    form = flow_named(name).parameters
    assert form.required == ["shop"]
    sweep = ["sweep"] if name in SWEPT else []
    assert list(form.properties) == ["shop", "since", "dry_run", "accept_guard", *sweep]
    assert all(len(field["description"]) > 20 for field in form.properties.values())
