"""The questions about a document that wait for a person, by their code, and what a person may answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.ledger import ANOTHER, SAME

_EITHER = frozenset({ANOTHER, SAME})
_ANOTHER = frozenset({ANOTHER})
_SAME = frozenset({SAME})
ANSWERS: Mapping[str, frozenset[str]] = {
    "order_id_reused": _EITHER,
    "order_document_differs": _EITHER,
    "order_document_by_hand": _EITHER,
    "order_documents_by_hand": _ANOTHER,
    "return_id_reused": _EITHER,
    "return_document_differs": _EITHER,
    "return_document_by_hand": _EITHER,
    "return_documents_by_hand": _ANOTHER,
    "slip_id_reused": _EITHER,
    "slip_document_differs": _EITHER,
    "slip_document_by_hand": _EITHER,
    "slip_documents_by_hand": _EITHER,
    "slip_amounts_differ": _SAME,
    "slip_invoices_several": _SAME,
    "slip_line_missing": _SAME,
    "slip_order_gone": _SAME,
}
"""The answers to each question; what its remedy tells a person to type is one of these, in each language."""
