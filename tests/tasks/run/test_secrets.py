"""Secrets are found where settings.toml says, and never repeated."""

from __future__ import annotations

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import SecretName
from tasks.run.secrets import resolve


def test_an_environment_variable_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", " ABC \n")
    assert resolve(SecretName("env", "SHOP_KEY")) == "ABC"
    assert resolve("env:SHOP_KEY") == "ABC"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_absent_variable_is_a_fault_with_its_remedy(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv("SHOP_KEY", raising=False)
    else:
        monkeypatch.setenv("SHOP_KEY", value)
    with pytest.raises(ConfigurationError) as caught:
        resolve("env:SHOP_KEY")
    assert "SHOP_KEY" in caught.value.faults[0].remedy


def test_a_secret_written_in_place_of_its_name_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve("ABCDEFGHIJKLMNOPQRSTUVWXYZ123456")
    assert "ABCDEF" not in str(caught.value)
