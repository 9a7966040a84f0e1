"""A Prefect server, as far as deploying goes: its pool, its automations, its deployments, read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import DeploymentSchedule, WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

from deployments.deploying.changes import Change, Found
from deployments.deploying.wanted import OURS, Deployment
from deployments.flow_names import flow_named

RUNS_AT_ONCE = 10
"""Of a pool that has no number of its own, unless another one is asked for."""
_PAGE = 200
_SLUG = "passerelle"
"""Of the schedules that we make."""


class Server:
    """What deploying asks of Prefect and changes there."""

    def __init__(self, client: PrefectClient, pool: str, runs: int | None) -> None:
        self._client = client
        self._pool = pool
        self._runs = runs
        self._flows: dict[str, UUID] = {}

    async def plan_pool(self) -> list[Change]:
        """How the pool differs from what is asked for."""
        pool = await self._read_pool()
        if pool is None:
            return [Change("+", self._pool, {"concurrency_limit": (None, self._runs or RUNS_AT_ONCE)})]
        # A worker that was started first has made the pool without a limit.
        wanted = self._runs or pool.concurrency_limit or RUNS_AT_ONCE
        if pool.concurrency_limit == wanted:
            return []
        return [Change("~", self._pool, {"concurrency_limit": (pool.concurrency_limit, wanted)})]

    async def change_pool(self, change: Change) -> None:
        """Makes the pool, or its limit what it is to be."""
        limit = change.differs["concurrency_limit"][1]
        if change.sign == "~":
            await self._client.update_work_pool(self._pool, WorkPoolUpdate(concurrency_limit=limit))
            return
        template = ProcessWorker.get_default_base_job_template()
        pool = WorkPoolCreate(name=self._pool, type="process", base_job_template=template, concurrency_limit=limit)
        await self._client.create_work_pool(pool)

    async def has_worker(self) -> bool:
        """Whether a worker looks at the pool now."""
        if await self._read_pool() is None:
            return False
        workers = await self._client.read_workers_for_work_pool(self._pool)
        return any(worker.status == "ONLINE" for worker in workers)

    async def plan_automations(self) -> list[Change]:
        """Which of ours are missing, differ or are there more than once; one that was switched off stays off."""
        changes = []
        for wanted in _automations():
            first, *more = [*await self._client.read_automations_by_name(wanted.name), None]
            if first is None:
                changes.append(Change("+", wanted.name))
            elif differs := _automation_differs(first, wanted):
                changes.append(Change("~", wanted.name, differs))
            changes += [Change("-", wanted.name) for each in more if each is not None]
        return changes

    async def change_automations(self, change: Change) -> None:
        """Makes, changes or deletes one of ours."""
        [wanted] = [each for each in _automations() if each.name == change.name]
        there = await self._client.read_automations_by_name(wanted.name)
        if change.sign == "+":
            await self._client.create_automation(wanted)
        elif change.sign == "~":
            kept = wanted.model_copy(update={"enabled": there[0].enabled})
            await self._client.update_automation(there[0].id, kept)
        else:
            await self._client.delete_automation(there[-1].id)

    async def deployments(self) -> list[Found]:
        """All that we have made, whatever their shop."""
        ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS]))
        found: list[Found] = []
        while True:
            page = await self._client.read_deployments(deployment_filter=ours, limit=_PAGE, offset=len(found))
            found += [_found(each) for each in page]
            if len(page) < _PAGE:
                return found

    async def change_deployment(self, change: Change) -> None:
        """Makes, changes or deletes a deployment."""
        if change.found is not None and change.wanted is None:
            await self._client.delete_deployment(change.found.id)
        elif change.found is None and change.wanted is not None:
            await self._make(change.wanted)
        elif change.found is not None and change.wanted is not None:
            await self._client.update_deployment(change.found.id, DeploymentUpdate(**change.wanted.values))
            if change.reschedules:
                await self._reschedule(change.found, change.wanted)

    async def _make(self, wanted: Deployment) -> None:
        if wanted.flow not in self._flows:
            self._flows[wanted.flow] = await self._client.create_flow_from_name(wanted.flow)
        schedules = [DeploymentScheduleCreate(schedule=_schedule(wanted), slug=_SLUG)] if wanted.cron else []
        await self._client.create_deployment(
            self._flows[wanted.flow], wanted.shop, schedules=schedules, enforce_parameter_schema=True, **wanted.values
        )

    async def _reschedule(self, found: Found, wanted: Deployment) -> None:
        if found.schedule is not None and wanted.cron:
            await self._client.update_deployment_schedule(found.id, found.schedule, schedule=_schedule(wanted))
        elif found.schedule is not None:
            await self._client.delete_deployment_schedule(found.id, found.schedule)
        else:
            made = DeploymentScheduleCreate(schedule=_schedule(wanted), slug=_SLUG)
            await self._client.create_deployment_schedules(found.id, [made])

    async def _read_pool(self) -> WorkPool | None:
        try:
            return await self._client.read_work_pool(self._pool)
        except ObjectNotFound:
            return None


def with_forms(wanted: Iterable[Deployment]) -> list[Deployment]:
    """The deployments with the form of their flow's parameters, as the interface shows it."""
    forms: dict[str, dict[str, Any]] = {}
    filled = []
    for each in wanted:
        if each.flow not in forms:
            forms[each.flow] = flow_named(each.flow).parameters.model_dump(mode="json", exclude_unset=True)
        filled.append(replace(each, values=dict(each.values) | {"parameter_openapi_schema": forms[each.flow]}))
    return filled


def _schedule(wanted: Deployment) -> CronSchedule:
    return CronSchedule(cron=wanted.cron, timezone=wanted.time_zone)


def _found(response: DeploymentResponse) -> Found:
    ours = next((each for each in response.schedules if each.slug == _SLUG), None)
    cron, zone = _times(ours)
    flow = (response.entrypoint or "").rpartition(".")[2]
    names = ("entrypoint", "description", "parameters", "work_pool_name", "job_variables", "parameter_openapi_schema")
    values = {name: getattr(response, name) for name in names} | {"tags": sorted(response.tags)}
    deployment = Deployment(flow, response.name, cron, zone, values)
    return Found(response.id, deployment, ours.id if ours else None, is_on=ours is None or ours.active)


def _times(schedule: DeploymentSchedule | None) -> tuple[str, str]:
    if schedule is None or not isinstance(schedule.schedule, CronSchedule):
        return "", ""
    return schedule.schedule.cron, schedule.schedule.timezone or "UTC"


def _automations() -> list[AutomationCore]:
    text = files("deployments").joinpath("automations.yaml").read_text(encoding="utf-8")
    return [AutomationCore.model_validate(each) for each in yaml.safe_load(text)["automations"]]


def _automation_differs(has: Automation, wanted: AutomationCore) -> Mapping[str, tuple[Any, Any]]:
    # Prefect keeps the names of a trigger's events as sets: as lists they would come in any order.
    said = _sorted_lists(wanted.model_dump(mode="json", exclude={"enabled"}))
    there = _sorted_lists(has.model_dump(mode="json", include=set(said)))
    return {name: (there[name], value) for name, value in said.items() if there[name] != value}


def _sorted_lists(value: Any) -> Any:
    """The same with every list of texts in order, however deep."""
    if isinstance(value, dict):
        return {name: _sorted_lists(inner) for name, inner in value.items()}
    if isinstance(value, list):
        inner = [_sorted_lists(each) for each in value]
        return sorted(inner) if all(isinstance(each, str) for each in inner) else inner
    return value
