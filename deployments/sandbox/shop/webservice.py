"""The webservice itself: a request's path, rights and method become a reply, as the real one decides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deployments.sandbox.shop import images, listing, module, render_json, render_xml, root, saving, schemas, shops
from deployments.sandbox.shop.behaviours import behaviour_of
from deployments.sandbox.shop.errors import CrashError, PlainReplyError, ServiceError
from deployments.sandbox.shop.exchange import HTML, JSON, METHODS, XML, Reply, Request, given_key, wants_json
from deployments.sandbox.shop.removing import remove
from deployments.sandbox.shop.versions import VERSIONS, WITHOUT_PATCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.schema import Resource
    from deployments.sandbox.shop.store import Store

KEY_LENGTH = 32
DISABLED = "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"
NOT_ACTIVE = "Authentification key is not active"
NO_PERMISSION = "No permission for this authentication key"
OWN_HOSTS = ("127.0.0.1", "localhost")
_VALUES_THAT_READ_ALL = 200
_SHARE_THAT_READS_ALL = 0.1
"""Where a list of so many values finds such a share of a table, the database compares all of its rows (fact L5)."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a key may do: methods by resource; every resource when none is named."""

    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everything: bool = True

    def of(self, resource: str, profile: str) -> tuple[str, ...]:
        """The methods granted on a resource."""
        granted = METHODS if self.everything else self.methods.get(resource, ())
        return tuple(one for one in granted if one != "PATCH" or profile not in WITHOUT_PATCH)


class Webservice:
    """Answers requests from the store."""

    def __init__(
        self,
        store: Store,
        profile: str,
        key: str,
        charge: Charge,
        *,
        php_warnings: bool = True,
    ) -> None:
        self.store = store
        self.profile = profile
        self.keys: dict[str, Rights] = {key: Rights()}
        self.detached_keys: set[str] = set()
        self.php_warnings = php_warnings
        self._charge = charge

    @property
    def version(self) -> str:
        """What ``PSWS-Version`` says to an authenticated client."""
        return VERSIONS[self.profile]

    def answer(self, request: Request) -> Reply:
        """The reply to a request, whatever happens in it."""
        rights: Rights | None = None
        try:
            rights = self._authenticated(request)
            return self._answered(request, rights)
        except ServiceError as fault:
            return self._refusal(request, fault, authenticated=rights is not None or fault.errors[0][0] == 132)  # noqa: PLR2004
        except CrashError:
            if self.store.rules.silent and request.method in {"GET", "HEAD"}:
                return self.failed_select(request)
            return Reply(500, content_type=HTML, from_engine=False)
        except PlainReplyError as plain:
            location = f"http://{request.host}/" if plain.status == 302 else ""  # noqa: PLR2004
            return Reply(plain.status, plain.body, plain.content_type, from_engine=False, location=location)

    def failed_select(self, request: Request) -> Reply:
        """What a list or a detail answers when its SELECT fails and the database layer says nothing of it."""
        parts = [part for part in request.path.split("/") if part]
        resource = self.store.resources.get(parts[0]) if parts else None
        if resource is None:
            return Reply(500, content_type=HTML, from_engine=False)
        if request.query.has("schema"):
            # A schema is told from the code, without a query.
            return self.answer(request)
        if len(parts) > 1:
            return Reply(404, content_type=None)
        if wants_json(request):
            return Reply(200, "[]", JSON, signed=True)
        node = resource.list_node
        return Reply(200, render_xml.document(f"<{node}>\n</{node}>\n"), XML, signed=True)

    def _refusal(self, request: Request, fault: ServiceError, *, authenticated: bool) -> Reply:
        if wants_json(request):
            body, content_type = render_json.errors(fault.errors), JSON
        else:
            body, content_type = render_xml.errors(fault.errors), XML
        return Reply(fault.status, body, content_type, authenticated=authenticated)

    def _authenticated(self, request: Request) -> Rights:
        key = given_key(request)
        if key is None:
            raise PlainReplyError(401, "401 Unauthorized")
        if self.store.configuration("PS_WEBSERVICE") != "1":
            raise ServiceError(503, 22, DISABLED)
        if not key:
            raise ServiceError(401, 17, "Authentication key is empty")
        if len(key) != KEY_LENGTH:
            raise ServiceError(401, 18, "Invalid authentication key format")
        if key not in self.keys:
            raise ServiceError(401, 20, NOT_ACTIVE).then(401, 21, NO_PERMISSION)
        if key in self.detached_keys:
            raise ServiceError(403, 132, "No permission for this key on this shop")
        return self.keys[key]

    def _answered(self, request: Request, rights: Rights) -> Reply:
        if request.host.partition(":")[0] not in OWN_HOSTS:
            raise PlainReplyError(302)
        shops.enter(shops.asked(self.store, request.query))
        parts = [part for part in request.path.split("/") if part]
        method = self._method(request)
        if not parts:
            if wants_json(request):
                raise CrashError("the root has no JSON form")
            body = root.listing(self.store, self.profile, rights, request.api_url)
            return Reply(200, render_xml.document(body), signed=True)
        resource = self._resource(parts[0], method, rights)
        if resource.name == "images":
            self._charge("images", method, 1)
            return images.answer(self.store, request, method, parts[1:])
        if resource.name in module.SPECIFIC:
            return module.reply(self.store, resource.name, request, self._charge)
        if method in {"GET", "HEAD"}:
            try:
                return self._read(request, resource, parts[1:])
            except ServiceError as fault:
                raise self._warned(fault) from fault
        if method == "DELETE":
            self._charge(resource.name, method, 1)
            remove(self.store, resource, behaviour_of(resource), parts[1:], request.query, warnings=self.php_warnings)
            return Reply(200, content_type=None)
        return self._save(request, resource, method)

    def _method(self, request: Request) -> str:
        method = request.query.text("ps_method") or request.method if request.method == "POST" else request.method
        if method not in METHODS or (method == "PATCH" and self.profile in WITHOUT_PATCH):
            raise ServiceError(405, 23, f"Method {method} is not valid")
        return method

    def _resource(self, name: str, method: str, rights: Rights) -> Resource:
        resources = self.store.resources
        if name not in resources:
            said = f'Resource of type "{name}" does not exists'
            raise ServiceError.did_you_mean(400, 27, said, name, list(resources))
        granted = rights.of(name, self.profile)
        if not granted:
            raise ServiceError(401, 26, f'Resource of type "{name}" is not allowed with this authentication key')
        if method not in granted:
            said = f"Method {method} is not allowed for the resource {name} with this authentication key"
            raise ServiceError(405, 25, said)
        if method in resources[name].forbidden:
            raise ServiceError(405, 101, f"Method {method} is not allowed for the resource {name}")
        return resources[name]

    def _read(self, request: Request, resource: Resource, rest: list[str]) -> Reply:
        if request.query.has("schema"):
            return Reply(200, render_xml.document(schemas.of(self.store, resource, request)), signed=True)
        with self.store.lock:
            content = listing.read(self.store, resource, request, rest)
        self._charge_reading(resource, request, rest, content.rows)
        if content.missing:
            return Reply(404, content_type=None)
        return Reply(200, content.body, JSON if wants_json(request) else XML, signed=True)

    def _charge_reading(self, resource: Resource, request: Request, rest: list[str], rows: int) -> None:
        kind = "detail" if rest else "full" if request.query.text("display") == "full" else "fields"
        if not rest and not request.query.has("display"):
            kind = "ids"
        self._charge(resource.name, f"GET {kind}", rows)
        self._charge(resource.name, "GET compared", self._compared(resource, request, rows))

    def _compared(self, resource: Resource, request: Request, rows: int) -> int:
        """The comparisons of a table that is read whole, which a chain of many values makes of it (fact L5)."""
        there = len(self.store[resource.name].rows)
        if rows < there * _SHARE_THAT_READS_ALL:
            return 0
        filters = request.query.filters().items()
        chains = [value.count("|") + 1 for name, (value, _) in filters if f"{name}_".startswith("id_")]
        return sum(values * there for values in chains if values >= _VALUES_THAT_READ_ALL)

    def _warned(self, fault: ServiceError) -> ServiceError:
        """With PHP warnings on, a faulty list answers 500: the engine trips over its own error."""
        if not self.php_warnings or fault.errors[0][0] not in range(28, 40):
            return fault
        for line in (1333, 1334, 1335, 1336):
            place = f"(/var/www/shop/classes/webservice/WebserviceRequest.php, line {line})"
            fault = fault.then(500, 3, f"[PHP Warning #2] Trying to access array offset on value of type bool {place}")
        return fault

    def _save(self, request: Request, resource: Resource, method: str) -> Reply:
        entities = saving.parsed(request.body, warnings=self.php_warnings)
        behaviour = behaviour_of(resource)
        languages = listing.shown_languages(self.store, request.query)
        writer = listing.Writer(self.store, resource, behaviour, request, languages)
        saved = saving.save_all(
            self.store,
            resource,
            behaviour,
            saving.as_method(method),
            entities,
            request.query,
            lambda verb: self._charge(resource.name, verb, 1),
            warnings=self.php_warnings,
        )
        body = writer.saved(saved)
        status = 201 if method == "POST" else 200
        return Reply(status, body, JSON if wants_json(request) else XML, signed=True)
