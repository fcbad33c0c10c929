"""Quota plans: read, divide, change numbers, take a version to the quotas in force."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.plan_shapes import (
    CellsSent,
    DecideSent,
    DivideSent,
    LinesShape,
    PlanAdd,
    PlanShape,
    StateSent,
    VersionShape,
)
from goals.models import PlanVersion, QuotaPlan
from goals.plan_policies import quota_plans
from goals.selectors.planning.sheet import Sheet, SheetLine, access_line, access_version, lines_in_sight, sheet_of
from goals.services.planning.allocating import plan_allocate
from goals.services.planning.editing import CellChange, plan_cells_change
from goals.services.planning.plans import plan_change, plan_create, plan_version_copy
from goals.services.planning.states import plan_version_decide, plan_version_submit, plan_version_take_back
from people.api.problem import Problem
from people.api.views import ApiView, ListView, Scope
from people.viewer import Viewer

State = PlanVersion.State


class PlanView(ApiView):
    """What every view of a version may do."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE


class PlanListView(ListView):
    """Plans in sight."""

    reads, writes = Scope.FACTS_READ, Scope.FACTS_WRITE
    serializer_class = PlanShape
    queryset = QuotaPlan.objects.none()

    def get_queryset(self) -> Any:
        viewer: Viewer | None = getattr(self.request._request, "viewer", None)
        if viewer is None:
            return QuotaPlan.objects.none()
        return quota_plans.visible(viewer).prefetch_related("versions__decisions__by")

    def get_serializer_context(self) -> dict[str, Any]:
        viewer: Viewer | None = getattr(self.request._request, "viewer", None) if self.request else None
        return {**super().get_serializer_context(), "is_whole": viewer is not None and viewer.sees_everyone}

    @extend_schema(
        operation_id="quota_plans_list",
        tags=["quota plans"],
        summary="List quota plans",
        responses=PlanShape(many=True),
    )
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(
        operation_id="quota_plans_add",
        tags=["quota plans"],
        summary="Make a quota plan",
        request=PlanAdd,
        responses={201: VersionShape},
    )
    def post(self, request: Request) -> Response:
        """The first version has every team and person of its days, with empty numbers."""
        quota_plans.require(self.viewer, "change")
        sent = PlanAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        version = plan_create(viewer=self.viewer, at=timezone.now(), on=self.viewer.on, **sent.validated_data)
        return _version_response(self.viewer, version.pk, 201)


class VersionView(PlanView):
    """One version: its state and how it is divided."""

    serializer_class = VersionShape

    @extend_schema(operation_id="plan_versions_read", tags=["quota plans"], summary="Read a version")
    def get(self, request: Request, version_id: int) -> Response:
        return _version_response(self.viewer, version_id)


class LinesView(PlanView):
    """The sheet of a version: lines × months, as far as it is in sight."""

    serializer_class = LinesShape

    @extend_schema(operation_id="plan_versions_lines", tags=["quota plans"], summary="Numbers of a version")
    def get(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id)
        return Response(lines_document(sheet_of(version, lines_in_sight(self.viewer, version))))


class AllocateView(PlanView):
    """Divide the number of a draft; locked numbers stay."""

    serializer_class = VersionShape

    @extend_schema(
        operation_id="plan_versions_allocate",
        tags=["quota plans"],
        summary="Divide the number",
        request=DivideSent,
        responses=VersionShape,
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id, "change")
        sent = DivideSent(data=request.data)
        sent.is_valid(raise_exception=True)
        now = timezone.now()
        with transaction.atomic():
            row = plan_change(viewer=self.viewer, version=version, at=now, **sent.validated_data)
            plan_allocate(
                viewer=self.viewer, version=row, organization=self.viewer.organization, on=self.viewer.on, at=now
            )
        return _version_response(self.viewer, version_id)


class CellsView(PlanView):
    """Numbers by hand, all or none; what somebody else has changed since `seen` refuses with `changed_meanwhile`."""

    serializer_class = LinesShape

    @extend_schema(
        operation_id="plan_versions_cells",
        tags=["quota plans"],
        summary="Change numbers",
        request=CellsSent,
        responses=LinesShape,
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id, "change")
        sent = CellsSent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        by_line: dict[int, list[CellChange]] = {}
        for cell in values["cells"]:
            change = CellChange(cell["month"], cell["amount"], values["seen"], cell["is_locked"])
            by_line.setdefault(cell["line"], []).append(change)
        try:
            with transaction.atomic():
                for line_id, changes in by_line.items():
                    line = access_line(self.viewer, version, line_id)
                    plan_cells_change(
                        viewer=self.viewer, version=version, line=line, changes=changes, at=timezone.now()
                    )
        except ValidationError as error:
            if getattr(error, "code", "") == "changed_meanwhile":
                raise Problem(412, "changed_meanwhile", " ".join(error.messages)) from error
            raise
        version.refresh_from_db(fields=["revision"])
        return Response(lines_document(sheet_of(version)))


class CopyView(PlanView):
    """A new draft with everything of a version."""

    serializer_class = VersionShape

    @extend_schema(
        operation_id="plan_versions_copy",
        tags=["quota plans"],
        summary="Copy a version",
        request=None,
        responses={201: VersionShape},
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id, "change")
        copy = plan_version_copy(viewer=self.viewer, version=version, at=timezone.now())
        return _version_response(self.viewer, copy.pk, 201)


class StateView(PlanView):
    """Hand a draft in, or take back what waits for approval."""

    serializer_class = VersionShape

    @extend_schema(
        operation_id="plan_versions_state",
        tags=["quota plans"],
        summary="Hand a version in, or take it back",
        request=StateSent,
        responses=VersionShape,
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id)
        sent = StateSent(data=request.data)
        sent.is_valid(raise_exception=True)
        now = timezone.now()
        if sent.validated_data["state"] == State.REVIEW:
            plan_version_submit(viewer=self.viewer, version=version, at=now, on=self.viewer.on)
        else:
            plan_version_take_back(viewer=self.viewer, version=version, at=now)
        return _version_response(self.viewer, version_id)


class DecideView(PlanView):
    """Whoever waiting steps fall to decides them; with the last approval the version is in force."""

    serializer_class = VersionShape

    @extend_schema(
        operation_id="plan_versions_decide",
        tags=["quota plans"],
        summary="Approve or refuse the steps that are yours",
        request=DecideSent,
        responses=VersionShape,
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = access_version(self.viewer, version_id)
        sent = DecideSent(data=request.data)
        sent.is_valid(raise_exception=True)
        plan_version_decide(viewer=self.viewer, version=version, at=timezone.now(), **sent.validated_data)
        return _version_response(self.viewer, version_id)


def _version_response(viewer: Viewer, version_id: int, status: int = 200) -> Response:
    version = access_version(viewer, version_id)
    data = VersionShape(version, context={"is_whole": quota_plans.is_whole(viewer, version)}).data
    return Response(data, status=status)


def lines_document(sheet: Sheet) -> dict[str, Any]:
    """The sheet as plain data; amounts as text with the digits of the currency."""
    return {
        "revision": sheet.version.revision,
        "currency": sheet.version.plan.currency,
        "lines": [_line(sheet, line) for line in sheet.lines],
    }


def _line(sheet: Sheet, line: SheetLine) -> dict[str, Any]:
    def text(minor: int) -> str:
        return f"{sheet.money(minor):f}"

    return {
        "id": line.id,
        "parent_id": line.parent_id,
        "kind": line.kind,
        "name": line.name,
        "team_id": line.team_id,
        "person_id": line.person_id,
        "starts_on": line.days.starts_on.isoformat(),
        "ends_before": line.days.ends_before.isoformat(),
        "total": text(line.total),
        "beyond": text(sum(sheet.gaps.get(line.key, []))),
        "estimate": None if line.estimate is None else text(line.estimate),
        "cells": [
            {
                "month": month.starts_on.isoformat(),
                "amount": text(cell.amount),
                "is_locked": cell.is_locked,
                "source": cell.source,
                "revision": cell.revision,
            }
            for month, cell in zip(sheet.months, line.cells, strict=True)
        ],
    }
