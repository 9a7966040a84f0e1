"""The blank and synopsis schemas of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.schema import Association, AssociationField, Field, Resource
    from deployments.sandbox.shop.store import Store

_EMPTY = "<![CDATA[]]>"
_UNKNOWN = (
    "Please select a schema of type 'synopsis' to get the whole schema informations (which fields are required, "
    "which kind of content...) or 'blank' to get an empty schema to fill before using POST request"
)


def of(store: Store, resource: Resource, request: Request) -> str:
    """The schema the request asks for."""
    kind = request.query.text("schema")
    if kind not in {"blank", "synopsis"}:
        raise ServiceError(400, 28, _UNKNOWN)
    synopsis = kind == "synopsis"
    identifier = "" if synopsis else f"\t<id>{_EMPTY}</id>\n"
    shown = [one for one in resource.fields if synopsis or not one.read_only]
    fields = "".join(_field(store, one, request.api_url, synopsis=synopsis) for one in shown)
    members = "".join(_association(one, request.api_url, synopsis=synopsis) for one in resource.associations)
    associations = f"<associations>\n{members}</associations>\n" if members else ""
    return f"<{resource.node}>\n{identifier}{fields}{associations}</{resource.node}>\n"


def _field(store: Store, field: Field, api_url: str, *, synopsis: bool) -> str:
    attributes = _attributes(field) if synopsis else ""
    content = "".join(_language(one, api_url, synopsis=synopsis) for one in store.languages) if field.i18n else _EMPTY
    return f"\t<{field.name}{attributes}>{content}</{field.name}>\n"


def _language(identifier: int, api_url: str, *, synopsis: bool) -> str:
    more = f' xlink:href="{api_url}languages/{identifier}" format="isUnsignedId" ' if synopsis else ""
    return f'<language id="{identifier}"{more}>{_EMPTY}</language>'


def _attributes(field: Field) -> str:
    parts: list[str] = []
    if field.computed:
        parts.append('notFilterable="true"')
    if field.read_only:
        parts.append('read_only="true"')
    if field.required:
        parts.append('required="true"')
    if field.max_size is not None:
        parts.append(f'maxSize="{field.max_size}"')
    if field.validator:
        parts.append(f'format="{field.validator}"')
    if field.read_only or field.shown_read_only:
        parts.append('readOnly="true"')
    return "".join(f" {part}" for part in parts)


def _association(association: Association, api_url: str, *, synopsis: bool) -> str:
    head = association.name
    if synopsis:
        head += f' nodeType="{association.node}"'
        head += f' api="{association.api}"' if association.api else ""
        head += ' virtualEntity="true"' if association.virtual else ""
    fields = "".join(_member(one, api_url, synopsis=synopsis) for one in association.fields)
    member = f"\t<{association.node}>\n{fields}\t</{association.node}>\n"
    return f"<{head}>\n{member}</{association.name}>\n"


def _member(field: AssociationField, api_url: str, *, synopsis: bool) -> str:
    attributes = ""
    if synopsis:
        attributes += f' xlink:href="{api_url}{field.link}/"' if field.link else ""
        attributes += ' required="true"' if field.required else ""
        attributes += ' read_only="true" readOnly="true"' if field.read_only else ""
    return f"\t<{field.name}{attributes}>{_EMPTY}</{field.name}>\n"
