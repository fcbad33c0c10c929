"""Help, templates, carrying over and changes of many targets in the API."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from goals.api.company_shapes import (
    BulkSent,
    BulkShape,
    CarrySent,
    HelpAdd,
    HelpAnswer,
    HelpShape,
    HelpThanks,
    MadeShape,
    TemplateAdd,
    TemplateShape,
    TemplateUse,
    UndoneShape,
)
from goals.models import Goal, GoalTemplate, HelpOffer
from goals.policies import goals, templates
from goals.selectors.goals import access_goal
from goals.selectors.help import access_offer, offers_listed
from goals.selectors.many import access_bulk, access_template, people_in
from goals.services.bulk import bulk_apply, bulk_preview, bulk_undo
from goals.services.carrying import goals_carry
from goals.services.help import help_answer, help_offer, help_thank
from goals.services.templates import (
    goal_from_template,
    goals_from_template,
    template_change,
    template_create,
    template_retire,
)
from people.api.views import ApiView, Scope
from people.models import Person, Team
from people.viewer import Viewer

HELP, TEMPLATES, GOALS = ["help"], ["goal templates"], ["goals"]


class HelpListView(ApiView):
    """Help that you offered, that is offered to you, and among the people you lead; the latest two hundred."""

    reads = Scope.GOALS_READ
    serializer_class = HelpShape
    queryset = HelpOffer.objects.none()

    @extend_schema(operation_id="help_list", tags=HELP, summary="List offers of help", responses=HelpShape(many=True))
    def get(self, request: Request) -> Response:
        return Response(HelpShape(offers_listed(self.viewer), many=True).data)


class HelpOfferView(ApiView):
    """Help with a goal."""

    writes = Scope.GOALS_WRITE
    serializer_class = HelpShape

    @extend_schema(
        operation_id="help_offer", tags=HELP, summary="Offer help", request=HelpAdd, responses={201: HelpShape}
    )
    def post(self, request: Request, goal_id: int) -> Response:
        goal = access_goal(self.viewer, goal_id, "help")
        sent = HelpAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        offer = help_offer(viewer=self.viewer, goal=goal, at=timezone.now(), **sent.validated_data)
        return Response(HelpShape(offer).data, status=201)


class HelpAnswerView(ApiView):
    """Whose goal it is answers."""

    writes = Scope.GOALS_WRITE
    serializer_class = HelpShape

    @extend_schema(operation_id="help_answer", tags=HELP, summary="Accept or decline help", request=HelpAnswer)
    def post(self, request: Request, offer_id: int) -> Response:
        offer = access_offer(self.viewer, offer_id)
        sent = HelpAnswer(data=request.data)
        sent.is_valid(raise_exception=True)
        done = help_answer(viewer=self.viewer, offer=offer, at=timezone.now(), **sent.validated_data)
        return Response(HelpShape(done).data)


class HelpThanksView(ApiView):
    """Whose goal it is says thank you."""

    writes = Scope.GOALS_WRITE
    serializer_class = HelpShape

    @extend_schema(operation_id="help_thank", tags=HELP, summary="Thank for help", request=HelpThanks)
    def post(self, request: Request, offer_id: int) -> Response:
        offer = access_offer(self.viewer, offer_id)
        sent = HelpThanks(data=request.data)
        sent.is_valid(raise_exception=True)
        done = help_thank(viewer=self.viewer, offer=offer, at=timezone.now(), **sent.validated_data)
        return Response(HelpShape(done).data)


class TemplateListView(ApiView):
    """The library of goal templates."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = TemplateShape
    queryset = GoalTemplate.objects.none()

    @extend_schema(
        operation_id="templates_list", tags=TEMPLATES, summary="List templates", responses=TemplateShape(many=True)
    )
    def get(self, request: Request) -> Response:
        return Response(TemplateShape(templates.visible(self.viewer).order_by("pk"), many=True).data)

    @extend_schema(
        operation_id="templates_add",
        tags=TEMPLATES,
        summary="Add a template",
        request=TemplateAdd,
        responses={201: TemplateShape},
    )
    def post(self, request: Request) -> Response:
        templates.require(self.viewer, "change")
        sent = TemplateAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        made = template_create(viewer=self.viewer, at=timezone.now(), **sent.validated_data)
        return Response(TemplateShape(made).data, status=201)


class TemplateView(ApiView):
    """One template."""

    reads, writes = Scope.GOALS_READ, Scope.GOALS_WRITE
    serializer_class = TemplateShape

    @extend_schema(operation_id="templates_read", tags=TEMPLATES, summary="Read a template")
    def get(self, request: Request, template_id: int) -> Response:
        return Response(TemplateShape(access_template(self.viewer, template_id)).data)

    @extend_schema(operation_id="templates_replace", tags=TEMPLATES, summary="Change a template", request=TemplateAdd)
    def put(self, request: Request, template_id: int) -> Response:
        template = access_template(self.viewer, template_id, "change")
        sent = TemplateAdd(data=request.data)
        sent.is_valid(raise_exception=True)
        row = template_change(viewer=self.viewer, template=template, at=timezone.now(), **sent.validated_data)
        return Response(TemplateShape(row).data)

    @extend_schema(
        operation_id="templates_retire",
        tags=TEMPLATES,
        summary="Retire a template",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, template_id: int) -> Response:
        template = access_template(self.viewer, template_id, "change")
        template_retire(viewer=self.viewer, template=template, at=timezone.now())
        return Response(status=204)


class TemplateUseView(ApiView):
    """Goals from a template."""

    writes = Scope.GOALS_WRITE
    serializer_class = MadeShape

    @extend_schema(
        operation_id="templates_use",
        tags=TEMPLATES,
        summary="Set goals from a template",
        request=TemplateUse,
        responses={201: MadeShape},
    )
    def post(self, request: Request, template_id: int) -> Response:
        template = access_template(self.viewer, template_id)
        sent = TemplateUse(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        holders = [name for name in ("person_id", "team_id", "everybody_in_team_id") if name in values]
        if len(holders) != 1:
            raise ValidationError({"person_id": [_("Name one person, one team, or everybody in a team.")]})
        name = holders[0]
        key, target = values.pop(name), values.pop("target", None)
        now = timezone.now()
        if name == "everybody_in_team_id":
            team = goals.teams(self.viewer).filter(pk=key).first()
            people = people_in(_found(team, name), self.viewer.on)
            made = goals_from_template(
                viewer=self.viewer, template=template, at=now, targets=dict.fromkeys(people, target), **values
            )
            return _made([goal.pk for goal in made.goals], made.refused, 201)
        model: Any = Person if name == "person_id" else Team
        holder = {name.removesuffix("_id"): _found(model.objects.filter(pk=key).first(), name)}
        goal = goal_from_template(viewer=self.viewer, template=template, at=now, target=target, **values, **holder)
        return _made([goal.pk], [], 201)


def _found(row: Any, name: str) -> Any:
    if row is None:
        raise ValidationError({name: [_("There is nothing with this id.")]})
    return row


def _made(keys: list[int], refused: Any, status: int) -> Response:
    said = [{"name": name, "reason": reason} for name, reason in refused]
    return Response(MadeShape({"goal_ids": keys, "refused": said}).data, status=status)


def _rows(viewer: Viewer, keys: list[int]) -> list[Goal]:
    """The goals of some ids, all of them in sight. Raises: ValidationError. One query."""
    rows = list(goals.visible(viewer).filter(pk__in=keys).select_related("person", "team").order_by("pk"))
    missing = set(keys) - {row.pk for row in rows}
    if missing:
        words = ", ".join(str(key) for key in sorted(missing)[:10])
        raise ValidationError({"goal_ids": [_("There is nothing with these ids: %(ids)s.") % {"ids": words}]})
    return rows


class CarryView(ApiView):
    """Goals that ended go on."""

    writes = Scope.GOALS_WRITE
    serializer_class = MadeShape

    @extend_schema(
        operation_id="goals_carry_over",
        tags=GOALS,
        summary="Carry goals over into new days",
        request=CarrySent,
        responses={201: MadeShape},
    )
    def post(self, request: Request) -> Response:
        sent = CarrySent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        targets = _targets(values.pop("targets", {}))
        rows = _rows(self.viewer, values.pop("goal_ids"))
        done = goals_carry(viewer=self.viewer, at=timezone.now(), rows=rows, targets=targets, **values)
        return _made([goal.pk for goal in done.goals], done.refused, 201)


def _targets(sent: dict[str, Decimal]) -> dict[int, Decimal]:
    if not all(key.isascii() and key.isdigit() for key in sent):
        raise ValidationError({"targets": [_("Name targets by the id of their goal.")]})
    return {int(key): value for key, value in sent.items()}


class BulkView(ApiView):
    """Targets of many goals changed together."""

    writes = Scope.GOALS_WRITE
    serializer_class = BulkShape

    @extend_schema(
        operation_id="goals_bulk_revise",
        tags=GOALS,
        summary="Change the targets of many goals, or try it out",
        request=BulkSent,
        responses={200: BulkShape, 201: BulkShape},
    )
    def post(self, request: Request) -> Response:
        sent = BulkSent(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        rows = _rows(self.viewer, values.pop("goal_ids"))
        is_dry, reason = values.pop("is_dry_run"), values.pop("reason")
        changes = bulk_preview(viewer=self.viewer, rows=rows, **values)
        lines = [
            {"goal_id": each.goal.pk, "before": each.goal.target, "after": each.target, "refusal": each.refusal}
            for each in changes
        ]
        if is_dry:
            return Response(BulkShape({"id": None, "lines": lines}).data)
        versions = {row.pk: row.version for row in rows}
        bulk = bulk_apply(viewer=self.viewer, rows=rows, reason=reason, versions=versions, at=timezone.now(), **values)
        return Response(BulkShape({"id": bulk.pk, "lines": lines}).data, status=201)


class BulkUndoView(ApiView):
    """The old targets again."""

    writes = Scope.GOALS_WRITE
    serializer_class = UndoneShape

    @extend_schema(
        operation_id="goals_bulk_undo", tags=GOALS, summary="Take a change of many targets back", request=None
    )
    def post(self, request: Request, bulk_id: int) -> Response:
        bulk = access_bulk(self.viewer, bulk_id)
        done = bulk_undo(viewer=self.viewer, bulk=bulk, at=timezone.now())
        found = {"restored": [goal.pk for goal in done.restored], "left": [goal.pk for goal in done.left]}
        return Response(UndoneShape(found).data)
