"""Cegid's services as bytes on a wire: envelopes by hand, so that what is stated here does not depend on our client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests
from lxml import etree
from requests.auth import HTTPBasicAuth

RETAIL = "http://www.cegid.fr/Retail/1.0"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
FAULT = "http://www.cegid.fr/fault"
PORT_TYPES = {
    "CustomerWcfService": "ICustomerWcfService",
    "SaleDocumentService": "ISaleDocumentService",
    "ItemInventoryWcfService": "IItemInventoryWcfService",
}
Members = Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    status: int
    envelope: etree._Element

    def result(self) -> etree._Element | None:
        """`<Operation>Result`, or None when the answer has none."""
        return next((each for each in self.envelope.iter() if str(each.tag).endswith("Result")), None)

    def text(self, path: str) -> str:
        return self.envelope.findtext(".//" + "/".join(f"{{*}}{name}" for name in path.split("/")), "")

    def texts(self, path: str) -> list[str]:
        found = self.envelope.iterfind(".//" + "/".join(f"{{*}}{name}" for name in path.split("/")))
        return [each.text or "" for each in found]

    def is_fault(self) -> bool:
        return self.envelope.find("{*}Body/{*}Fault") is not None

    def innermost(self) -> str:
        """The innermost message of a fault, or its faultstring when there is no detail."""
        messages = [
            each.findtext(f"{{{FAULT}}}Message", "")
            for each in self.envelope.iter()
            if each.find(f"{{{FAULT}}}Message") is not None and each.find(f"{{{FAULT}}}InnerException") is None
        ]
        return messages[-1] if messages else self.text("faultstring")


class Soap:
    """A tenant, in raw calls."""

    def __init__(self, url: str, user: str, password: str, database: str) -> None:
        self.url = url.rstrip("/")
        self.user = user
        self.password = password
        self.database = database
        self.session = requests.Session()
        self.session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def get(self, service: str, query: str, *, password: str | None = None) -> requests.Response:
        return self.session.get(f"{self.url}/{service}.svc?{query}", auth=self._auth(password), timeout=30)

    def post(self, service: str, action: str, body: str, *, password: str | None = None) -> requests.Response:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        return self.session.post(
            f"{self.url}/{service}.svc", data=body.encode(), headers=headers, auth=self._auth(password), timeout=30
        )

    def _auth(self, password: str | None) -> HTTPBasicAuth:
        """Another password comes without the cookie of this one, which the service would take instead."""
        if password is not None:
            self.session.cookies.clear()
        return HTTPBasicAuth(self.user.encode(), (self.password if password is None else password).encode())

    def call(self, service: str, operation: str, parameters: Members, *, password: str | None = None) -> Reply:
        declared_by = "ICbrBasicWebServiceInterface" if operation == "HelloWorld" else PORT_TYPES[service]
        inner = members({**parameters, "clientContext": {"DatabaseId": self.database}})
        body = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<{operation} xmlns="{RETAIL}" xmlns:arr="{ARRAYS}">{inner}</{operation}></s:Body></s:Envelope>'
        )
        response = self.post(service, f"{RETAIL}/{declared_by}/{operation}", body, password=password)
        return Reply(response.status_code, etree.fromstring(response.content))

    def documents(self, operation: str, parameters: Members) -> Reply:
        return self.call("SaleDocumentService", operation, parameters)

    def customers(self, operation: str, parameters: Members) -> Reply:
        return self.call("CustomerWcfService", operation, parameters)


def members(values: Members) -> str:
    """The members as XML, in the order given: nobody sorts them here."""
    return "".join(_member(name, value) for name, value in values.items())


def _member(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{members(value)}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_member(name, each) for each in value)
    if isinstance(value, bool):
        value = str(value).lower()
    return f"<{name}>{value}</{name}>"
