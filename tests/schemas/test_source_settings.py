from __future__ import annotations

import pytest

from schemas.errors import ConfigurationError
from schemas.settings import ShopSettings, parse_settings

SHOP = '[shop]\nurl = "https://shop.example"\nkey = "env:KEY"\n'
SFTP = """[[sources.sftp]]
name = "erp"
host = "sftp.example.com"
user = "boutique"
password = "env:SFTP_PASSWORD"
host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB"]
"""


def parsed(text: str) -> ShopSettings:
    return parse_settings(SHOP + text, source="settings.toml")


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parsed(text)
    return [str(fault) for fault in caught.value.faults]


def test_a_shop_without_sources_fetches_from_nowhere() -> None:
    assert parsed("").sources.every == ()


def test_a_source_says_only_what_differs_from_the_rest() -> None:
    [source] = parsed(SFTP).sources.every
    assert (source.name, source.streams, source.after) == ("erp", [], "rename")


def test_the_host_key_is_asked_for_with_the_way_to_get_it() -> None:
    without = SFTP.replace('host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB"]\n', "")
    [fault] = faults(without)
    assert "host_keys" in fault
    assert "ssh-keyscan" in fault
    [fault] = faults(SFTP.replace("ssh-ed25519 AAAA", "yes AAAA"))
    assert "ssh-keyscan" in fault


def test_a_server_is_signed_in_to_by_password_or_key() -> None:
    [fault] = faults(SFTP.replace('password = "env:SFTP_PASSWORD"\n', ""))
    assert "`password` nor `key`" in fault
    assert parsed(SFTP.replace("password =", "key =")).sources.sftp[0].key is not None


def test_a_password_in_the_file_is_a_fault_that_does_not_repeat_it() -> None:
    [fault] = faults(SFTP.replace("env:SFTP_PASSWORD", "hunter2"))
    assert "hunter2" not in fault
    assert "env:NAME" in fault


def test_two_sources_of_one_name_are_a_fault() -> None:
    [fault] = faults(SFTP + '[[sources.folder]]\nname = "erp"\nfolder = "in"\n')
    assert "same name" in fault


def test_a_key_that_is_not_known_is_told_with_its_line() -> None:
    [fault] = faults(SFTP + 'hosts = "x"\n')
    assert "settings.toml:10" in fault
    assert "Did you mean `host`" in fault


def test_an_rfe_speaks_https_beyond_this_machine() -> None:
    rfe = '[[sources.rfe]]\nname = "c"\nfolder_id = "1"\ncontainer = "shop"\nuser = "U"\npassword = "env:P"\n'
    assert parsed(rfe).sources.rfe[0].after == "delete"
    [fault] = faults(rfe + 'api_url = "http://rfe.example.com"\n')
    assert "clear" in fault
