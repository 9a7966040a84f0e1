from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ERPS = ("cegid",)
MAY_NAME_IT = {
    "tasks/erp.py",  # says which there are
    "tasks/erps/cegid.py",
    "schemas/erp_settings.py",  # the table of each
    "schemas/source_settings.py",  # a file exchange of that name is a source like any other
    "schemas/erps/__init__.py",
}


@pytest.mark.parametrize("erp", ERPS)
def test_no_word_of_one_erp_stands_outside_its_own_rooms(erp: str) -> None:
    rooms = ("flows", "tasks", "schemas")
    files = [path for room in rooms for path in (REPOSITORY / room).rglob("*.py")]
    named = {str(path.relative_to(REPOSITORY)) for path in files if erp in path.read_text(encoding="utf-8").casefold()}
    assert len(files) > 150
    assert named - MAY_NAME_IT == {f"schemas/erps/{erp}.py"}
