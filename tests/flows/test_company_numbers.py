"""A company's order whose numbers are wrong or missing goes and is listed, or is held, whatever the ERP."""

from __future__ import annotations

from pathlib import Path

from tests.flows.order_world import OrderWorld


async def test_company_orders_without_numbers_are_listed_or_held_as_the_settings_say(
    prefect_api: str, tmp_path: Path
) -> None:
    with OrderWorld.at(tmp_path / "boutique") as world:
        world.place()
        listed = world.place(address={"company": "Quatrebarbes SARL"})
        assert (await world.orders()).name == "Completed"
        assert world.counts() == {"rows_read": 2, "created": 2}
        [incident] = world.incidents()
        assert (incident["level"], incident["key"]) == ("info", str(listed))
        assert "neither its SIREN or SIRET nor its VAT number" in incident["reason"]
        world.write_settings(orders={"company_numbers": "hold"})
        held = world.place(address={"company": "Quatrebarbes SARL", "vat_number": "FR45732829320"})
        assert (await world.orders()).name == "CompletedWithRejects"
        [incident] = [each for each in world.incidents() if each["level"] == "error"]
        assert incident["key"] == str(held)
        assert "732829320" not in incident["reason"]
        address = world.shop.row("orders", held)["id_address_invoice"]
        world.shop.change("addresses", int(address), {"vat_number": "FR44732829320"})
        assert (await world.orders()).name == "Completed"
        assert world.counts()["created"] == 1
