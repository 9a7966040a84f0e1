"""Orders as a simple script would send them: one after the other, every look-up by itself, no two calls at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.exceptions import Fault
from zeep.transports import Transport

from tests.flows.order_world import OrderWorld


@dataclass(frozen=True, slots=True)
class Sent:
    """How it went: orders per second, and requests per order on each side."""

    per_second: float
    shop_requests: float
    erp_requests: float


class NaiveLoop:
    """For each order: ten requests to the shop, then the customer by e-mail, the customer, the look-up, the document.

    It keeps its connections open and its contracts in memory, writes nothing down, and checks nothing.
    """

    def __init__(self, world: OrderWorld) -> None:
        self.shop_requests = self.erp_requests = 0
        self._world = world
        self._shop = requests.Session()
        self._shop.auth = HTTPBasicAuth(world.shop.key, "")
        self._customers = self._service("CustomerWcfService")
        self._documents = self._service("SaleDocumentService")

    def _service(self, name: str) -> Any:
        session = requests.Session()
        session.auth = HTTPBasicAuth(self._world.erp.user.encode(), self._world.erp.password.encode())
        address = f"{self._world.erp.url}/{name}.svc"
        client = zeep.Client(f"{address}?singleWsdl", transport=Transport(session=session))  # type: ignore[no-untyped-call]
        [binding] = client.wsdl.bindings
        return client.create_service(binding, address)  # type: ignore[no-untyped-call]

    def send(self, ids: Sequence[int]) -> Sent:
        """Sends the orders."""
        started = time.perf_counter()
        for id_order in ids:
            self._send(id_order)
        count = len(ids)
        return Sent(count / (time.perf_counter() - started), self.shop_requests / count, self.erp_requests / count)

    def close(self) -> None:
        self._shop.close()

    def _get(self, path: str) -> Any:
        self.shop_requests += 1
        separator = "&" if "?" in path else "?"
        answer = self._shop.get(f"{self._world.shop.url}/api/{path}{separator}output_format=JSON")
        answer.raise_for_status()
        [found] = answer.json().values()
        return found

    def _call(self, service: Any, operation: str, **given: Any) -> Any:
        self.erp_requests += 1
        return getattr(service, operation)(**given, clientContext={"DatabaseId": self._world.erp.database})

    def _send(self, id_order: int) -> None:
        order = self._get(f"orders/{id_order}")
        details = self._get(f"order_details?display=full&filter[id_order]={id_order}")
        payments = self._get(f"order_payments?display=full&filter[order_reference]={order['reference']}")
        self._get(f"carts/{order['id_cart']}")
        self._get(f"carriers/{order['id_carrier']}")
        currency = self._get(f"currencies/{order['id_currency']}")["iso_code"]
        customer = self._get(f"customers/{order['id_customer']}")
        delivery = self._get(f"addresses/{order['id_address_delivery']}")
        invoice = self._get(f"addresses/{order['id_address_invoice']}")
        self._get(f"countries/{delivery['id_country']}")
        code = self._customer(customer, delivery)
        if self._is_there(order["reference"]):
            return
        document = {
            "Header": _header(order, code, currency),
            "DeliveryAddress": _address(delivery),
            "InvoicingAddress": _address(invoice),
            "Lines": {"Create_Line": [_line(each) for each in details]},
            "Payments": {"Create_Payment": [_payment(each, order, currency) for each in payments]},
        }
        self._call(self._documents, "Create", createRequest=document)

    def _customer(self, customer: dict[str, Any], address: dict[str, Any]) -> str:
        searched = {"EmailData": {"Email": customer["email"]}, "MaxNumberOfCustomers": 10}
        found = self._call(self._customers, "SearchCustomerIds", searchData=searched)
        if found:
            return str(found[0].CustomerId)
        values = {
            "AddressData": {"AddressLine1": address["address1"], "City": address["city"], "CountryId": "FRA"},
            "CustomerId": f"WEB{int(customer['id']):010}",
            "EmailData": {"Email": customer["email"], "EmailingAccepted": customer["newsletter"] == "1"},
            "FirstName": customer["firstname"],
            "LastName": customer["lastname"],
            "PhoneData": {"HomePhoneNumber": address["phone"]},
            "UsualStoreId": "WEB",
        }
        return str(self._call(self._customers, "AddNewCustomer", customerData=values))

    def _is_there(self, reference: str) -> bool:
        searched = {"ExternalReference": reference, "Type": "CustomerOrder"}
        try:
            found = self._call(self._documents, "GetByExternalReference", searchRequest=searched)
        except Fault:
            return False
        return bool(found.Get_Replies)


def _header(order: dict[str, Any], code: str, currency: str) -> dict[str, Any]:
    return {
        "Active": True,
        "CurrencyId": currency,
        "CustomerId": code,
        "Date": f"{order['date_add'][:10]}T00:00:00",
        "ExternalReference": order["reference"],
        "InternalReference": f"WEB{order['id']}",
        "OmniChannel": {"FollowUpStatus": "ToBeProcessed", "PaymentStatus": "Totally", "Transporter": "COLISSIMO"},
        "Origin": "ECommerce",
        "StoreId": "WEB",
        "Type": "CustomerOrder",
        "WarehouseId": "CENTRAL",
    }


def _address(address: dict[str, Any]) -> dict[str, Any]:
    same = {
        "City": "city",
        "FirstName": "firstname",
        "LastName": "lastname",
        "Line1": "address1",
        "ZipCode": "postcode",
    }
    return {ours: address[theirs] for ours, theirs in same.items()} | {"CountryId": "FRA", "CountryIdType": "Internal"}


def _line(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "ExternalReference": str(detail["id"]),
        "ItemIdentifier": {"Reference": detail["product_reference"]},
        "NetUnitPrice": round(float(detail["unit_price_tax_incl"]), 2),
        "OmniChannel": {"WarehouseId": "CENTRAL"},
        "Origin": "ECommerce",
        "Quantity": int(detail["product_quantity"]),
        "UnitPrice": round(float(detail["unit_price_tax_incl"]), 2),
    }


def _payment(payment: dict[str, Any], order: dict[str, Any], currency: str) -> dict[str, Any]:
    return {
        "Amount": round(float(payment["amount"]), 2),
        "CurrencyId": currency,
        "DueDate": f"{order['date_add'][:10]}T00:00:00",
        "Id": 1,
        "IsReceivedPayment": False,
        "MethodId": "VIR",
    }
