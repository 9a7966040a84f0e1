"""What this ERP says when it says no: business refusals in the nested shape seen on real servers, in two languages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from lxml import etree

from deployments.sandbox.cegid.contract import FAULT, SOAP, XSI

_WCF = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
_DETAIL: dict[Any, str] = {None: FAULT, "i": XSI}
_WRAPPERS = {
    "en": (
        "WP006 : A failure occurred during the message execution",
        "WP008 : The operation {operation} failed",
        "CBR00006 : Failed to create document",
    ),
    "fr": (
        "WP006 : Une erreur est survenue pendant l'exécution du message",
        "WP008 : L'opération {operation} a échoué",
        "CBR00006 : Échec de la création du document",
    ),
}
_INNERMOST = {
    "en": "Remote call failed: Code = ({code}) Message = ({code} : {reason})",
    "fr": "Échec de l'appel distant : Code = ({code}) Message = ({code} : {reason})",
}
_REASONS = {
    "en": {
        "already-there": "Import failed : {type} Internal reference {reference} {number} - This document already "
        "exists and cannot be re-integrated (TCbrImportHelper.InvokeImport)",
        "unknown-item": "Import failed : {type} Internal reference {reference} - The item {item} does not "
        "exist (TCbrImportHelper.InvokeImport)",
        "unknown-customer": "Import failed : {type} Internal reference {reference} - The customer {customer} does "
        "not exist (TCbrImportHelper.InvokeImport)",
        "missing": "(1) input data not valid. - The {member} field is required",
        "too-long": "(1) input data not valid. - The {member} field is longer than {length} characters",
        "unknown-document": "Failed to identify document (TECommerceServicePS.CheckCancelOrder)",
        "cancelled": "Order cancelled. No processing authorised (TCbrECommerceHelper.CheckAnnulePieceEco)",
        "unknown-customer-id": "The customer {customer} does not exist",
        "customer-there": "The customer {customer} already exists",
        "unknown-database": "Unknown database {database}",
        "on-demand": "{reason}",
    },
    "fr": {
        "already-there": "Import impossible : {type} Référence interne {reference} {number} - Ce document existe déjà "
        "et ne peut pas être réintégré (TCbrImportHelper.InvokeImport)",
        "unknown-item": "Import impossible : {type} Référence interne {reference} - L'article {item} n'existe pas "
        "(TCbrImportHelper.InvokeImport)",
        "unknown-customer": "Import impossible : {type} Référence interne {reference} - Le client {customer} n'existe "
        "pas (TCbrImportHelper.InvokeImport)",
        "missing": "(1) donnée en entrée non valide. - Le champ {member} est obligatoire",
        "too-long": "(1) donnée en entrée non valide. - Le champ {member} dépasse {length} caractères",
        "unknown-document": "Impossible d'identifier le document (TECommerceServicePS.CheckCancelOrder)",
        "cancelled": "Commande annulée. Aucun traitement autorisé (TCbrECommerceHelper.CheckAnnulePieceEco)",
        "unknown-customer-id": "Le client {customer} n'existe pas",
        "customer-there": "Le client {customer} existe déjà",
        "unknown-database": "Base de données {database} inconnue",
        "on-demand": "{reason}",
    },
}
_CULTURES = {"en": "en-US", "fr": "fr-FR"}


class Refusal(Exception):  # noqa: N818 - what the ERP says, not an error of this program
    """A business refusal: the reason's name, its figures, and the code that goes with it."""

    def __init__(self, reason: str, /, *, code: str = "CBR_001_0003", type_name: str = "", **params: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.type_name = type_name
        self.params = params

    def text(self, language: str) -> str:
        """The reason in the user's language."""
        return _REASONS[language][self.reason].format(**self.params)


@dataclass(frozen=True, slots=True)
class DispatcherFault(Exception):  # noqa: N818 - a SOAP fault of WCF itself
    """A fault of the web service stack: no Cegid detail."""

    code: str
    said: str


def business_fault(refusal: Refusal, operation: str, language: str) -> bytes:
    """The envelope of a business refusal: four levels deep, the useful text in the innermost message."""
    innermost = _INNERMOST[language].format(code=refusal.code, reason=refusal.text(language))
    messages = [text.format(operation=operation) for text in _WRAPPERS[language]] + [innermost]
    envelope, fault = _fault_envelope()
    code = etree.SubElement(fault, "faultcode", nsmap={"a": FAULT})
    code.text = "a:CBR_001_0003"
    said = etree.SubElement(fault, "faultstring")
    said.set("{http://www.w3.org/XML/1998/namespace}lang", _CULTURES[language])
    said.text = messages[0]
    detail = etree.SubElement(fault, "detail")
    outermost = etree.SubElement(detail, f"{{{FAULT}}}CbpExceptionDetail", nsmap=_DETAIL)
    _nest(outermost, messages, refusal.type_name, outermost=True)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def dispatcher_fault(fault: DispatcherFault) -> bytes:
    """The envelope of a fault of the web service stack."""
    envelope, element = _fault_envelope()
    etree.SubElement(element, "faultcode", nsmap={"a": _WCF}).text = f"a:{fault.code}"
    etree.SubElement(element, "faultstring").text = fault.said
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _fault_envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    return envelope, etree.SubElement(body, f"{{{SOAP}}}Fault")


def _nest(element: etree._Element, messages: list[str], type_name: str, *, outermost: bool = False) -> None:
    def add(name: str, text: str = "") -> etree._Element:
        child = etree.SubElement(element, f"{{{FAULT}}}{name}")
        child.text = text or None
        return child

    if len(messages) > 1:
        inner = add("InnerException")
        inner.set(f"{{{XSI}}}type", "CbpExceptionDetail")
        _nest(inner, messages[1:], type_name)
    add("Message", messages[0])
    add("StackTrace", "   at Cegid.Retail.WorkerProcess.Execute(Message message)")
    if outermost:
        add("TrackingId", str(uuid.uuid4()))
    innermost = len(messages) == 1
    add("Type", type_name if innermost and type_name else "Cegid.Retail.Exceptions.CbpException")
    add("Id", "CBR_001_0003")
    add("ToDo")
