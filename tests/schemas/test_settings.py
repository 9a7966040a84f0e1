from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from schemas.errors import ConfigFault, ConfigurationError
from schemas.settings import SecretName, ShopSettings, default_settings_text, parse_settings

SMALLEST = '[shop]\nurl = "https://shop.example"\nkey = "env:SHOP_KEY"\n'


def faults_of(text: str) -> dict[str, ConfigFault]:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(text, source="settings.toml")
    return {fault.key: fault for fault in caught.value.faults}


def test_a_shop_needs_only_its_address_and_where_its_key_is() -> None:
    settings = parse_settings(SMALLEST, source="settings.toml")
    assert settings.shop.url == "https://shop.example"
    assert settings.shop.key == SecretName("env", "SHOP_KEY")
    assert settings.guards.max_zeroed_share == 0.30
    assert settings.shop.limits.batch("products") == 100


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_file_to_start_from_says_the_defaults_and_the_language(language: str) -> None:
    started = parse_settings(default_settings_text(language), source="settings.toml")
    unarmed = 'armed_for = ""'
    bare = parse_settings(
        f'[shop]\nurl = "https://www.example.com"\nkey = "env:PRESTASHOP_KEY"\nlanguage = "{language}"\n{unarmed}',
        source="s",
    )
    assert started == bare


@pytest.mark.parametrize("name", ["settings", "associations"])
def test_the_french_file_to_start_from_differs_in_its_comments_alone(name: str) -> None:
    english, french = (_without_words(f"{name}{ending}") for ending in (".toml", ".fr.toml"))
    assert french == english


def _without_words(name: str) -> list[str]:
    """The lines of a file to start from, the words of its comments away: what is set, and what may be."""
    lines = files("schemas.defaults").joinpath(name).read_text(encoding="utf-8").splitlines()
    kept = []
    for line in lines:
        try:
            tomllib.loads(line.removeprefix("# "))
        except tomllib.TOMLDecodeError:
            kept.append("words")
            continue
        kept.append(re.sub(r" +# .*", "", line))
    return [line for line, before in zip(kept, ["", *kept], strict=False) if (line, before) != ("words", "words")]


def test_the_file_to_start_from_names_every_key() -> None:
    template = files("schemas.defaults").joinpath("settings.toml").read_text(encoding="utf-8")
    for section in [ShopSettings, *(field.annotation for field in ShopSettings.model_fields.values())]:
        assert section is not None
        for key in section.model_fields:
            assert re.search(rf"^(# )?({key} = |\[+(\w+\.)?{key}\])", template, re.MULTILINE), key


def test_every_fault_is_named_at_once_with_its_line() -> None:
    faults = faults_of(
        """[shop]
url = "https://shop.example"
key = "env:SHOP_KEY"
langage = "fr"

[shop.limits]
max_connections = "four"

[guards]
max_zeroed_share = 30

[product]
prices = "tax_excl"
"""
    )
    assert {key: fault.line for key, fault in faults.items()} == {
        "shop.langage": 4,
        "shop.limits.max_connections": 7,
        "guards.max_zeroed_share": 10,
        "product": 12,
    }
    assert faults["shop.langage"].remedy == "Did you mean `language`?"
    assert faults["product"].remedy == "Did you mean `products`?"
    assert faults["guards.max_zeroed_share"].reason == "Input should be less than or equal to 1"
    assert all(fault.file == "settings.toml" and fault.remedy for fault in faults.values())


@pytest.mark.parametrize("key", ["QWERTYUIOPASDFGHJKLZXCVBNM123456", "env:", "block: ", "env:A B", "file:x"])
def test_a_key_written_in_the_file_is_refused_and_never_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(SMALLEST.replace("env:SHOP_KEY", key), source="settings.toml")
    assert f'"{key}"' not in str(caught.value)
    assert len(key) < 10 or key not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "Write `env:NAME`" in caught.value.faults[0].remedy


def test_a_ledger_address_with_a_password_is_refused_and_never_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings(SMALLEST + '[ledger]\nurl = "postgresql://me:hush@db/ledger"\n', source="settings.toml")
    assert "hush" not in str(caught.value)
    assert caught.value.faults[0].key == "ledger.url"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("", ""), ("sqlite:///l.db", "sqlite:///l.db"), ("block:ledger-url", SecretName("block", "ledger-url"))],
)
def test_a_ledger_is_a_file_or_a_named_secret(written: str, kept: str | SecretName) -> None:
    assert parse_settings(SMALLEST + f'[ledger]\nurl = "{written}"\n', source="s").ledger.url == kept


@pytest.mark.parametrize(
    "url", ["https://shop.example/", "https://shop.example/api", "https://shop.example/api/", "https://shop.example"]
)
def test_the_address_of_a_shop_is_kept_without_api_and_slash(url: str) -> None:
    settings = parse_settings(SMALLEST.replace("https://shop.example", url), source="s")
    assert settings.shop.url == "https://shop.example"


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example", "https://", "https://shop.example/?ws_key=x"])
def test_what_is_not_the_address_of_a_shop_is_refused(url: str) -> None:
    assert "shop.url" in faults_of(SMALLEST.replace("https://shop.example", url))


def test_a_key_inside_the_address_is_refused_and_never_shown() -> None:
    fault = faults_of(SMALLEST.replace("https://", "https://THEKEY@"))["shop.url"]
    assert "THEKEY" not in str(fault)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_plain_http_is_allowed_on_this_machine(host: str) -> None:
    settings = parse_settings(SMALLEST.replace("https://shop.example", f"http://{host}"), source="s")
    assert settings.shop.url == f"http://{host}"


def test_plain_http_elsewhere_asks_to_be_allowed() -> None:
    plain = SMALLEST.replace("https://", "http://")
    fault = faults_of(plain)["shop.url"]
    assert (fault.line, "allow_plain_http = true" in fault.remedy) == (2, True)
    assert parse_settings(plain + "allow_plain_http = true\n", source="s").shop.url == "http://shop.example"


def test_a_file_that_is_not_toml_says_where() -> None:
    fault = faults_of('[shop]\nurl = "https://shop.example"\nkey = env:SHOP_KEY\n')["TOML"]
    assert fault.line == 3


def test_a_key_written_twice_is_a_fault() -> None:
    assert faults_of(SMALLEST + 'url = "https://other.example"\n')["TOML"].line == 4


def test_a_missing_key_is_named() -> None:
    fault = faults_of('[shop]\nurl = "https://shop.example"\n')["shop.key"]
    assert (fault.line, fault.reason) == (1, "this key is missing")


def test_settings_cannot_be_changed_once_read() -> None:
    settings = parse_settings(SMALLEST, source="s")
    with pytest.raises(ValueError, match="frozen"):
        settings.shop.url = "https://elsewhere.example"


def test_documents_of_short_rows_hold_five_times_as_many() -> None:
    shop = '[shop]\nurl = "https://shop.example"\nkey = "env:KEY"\n'
    limits = parse_settings(shop, source="settings.toml").shop.limits
    assert (limits.batch("products"), limits.batch("stock_availables")) == (100, 500)
    text = shop + "[shop.limits]\nmax_batch = 20\n[shop.limits.max_batch_by_resource]\nstock_availables = 50\n"
    limits = parse_settings(text, source="settings.toml").shop.limits
    assert limits.by_resource() == {
        "stock_availables": 50,
        "specific_prices": 100,
        "stock_lines": 200,
        "specific_price_lines": 200,
        "price_lines": 100,
        "lowest_prices": 100,
        "product_lines": 100,
        "combination_lines": 100,
    }


def test_requests_of_lines_hold_five_hundred_and_of_short_ones_a_thousand_at_most() -> None:
    shop = '[shop]\nurl = "https://shop.example"\nkey = "env:KEY"\n[shop.limits]\nmax_batch = 1000\n'
    limits = parse_settings(shop, source="settings.toml").shop.limits
    assert limits.batch("price_lines") == 500
    assert limits.batch("stock_lines") == limits.batch("specific_price_lines") == 1000


@pytest.mark.parametrize("key", ["order_prefix", "customer_prefix"])
def test_a_prefix_that_ends_in_a_digit_runs_into_the_id(key: str) -> None:
    fault = faults_of(f'{SMALLEST}[erp]\n{key} = "WEB1"')[f"erp.{key}"]
    assert "WEB1 and 1 is WEB and 11" in fault.reason
    assert "WEB1-" in fault.remedy
    assert parse_settings(f'{SMALLEST}[erp]\n{key} = "WEB1-"', source="s").erp.order_prefix
