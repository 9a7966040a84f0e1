"""What `passerelle listen` passes on to Prefect, and what becomes of it where no server is named."""

from __future__ import annotations

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.commands.listen import emit, emitted
from schemas.errors import TransientError
from tasks.report.texts import texts


async def test_where_prefect_is_needed_and_none_is_named_events_are_not_taken_for_passed_on() -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        await emit("boutique", "order", [12])
        with pytest.raises(TransientError, match="no Prefect server answers"):
            await emit("boutique", "order", [12], is_needed=True)


async def test_what_is_left_to_an_automation_is_not_called_a_run_that_has_ended() -> None:
    state = await emitted("export_orders", "boutique", {"ids": [12]})
    assert state.is_completed()
    assert [texts(language).word("state", state.name or "") for language in ("en", "fr")] == [
        "left to Prefect",
        "laissé à Prefect",
    ]
