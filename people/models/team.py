import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models.dated import Dated, no_overlap, ordered_days
from people.wall import Walled

CLOSURE_REBUILD = """
    DELETE FROM people_teamclosure WHERE organization_id = current_setting('app.organization')::bigint;
    INSERT INTO people_teamclosure (organization_id, ancestor_id, descendant_id, depth, starts_on, ends_before)
    WITH RECURSIVE path (ancestor_id, descendant_id, depth, starts_on, ends_before) AS (
        SELECT id, id, 0, '0001-01-01'::date, '9999-12-31'::date FROM people_team
        WHERE organization_id = current_setting('app.organization')::bigint
        UNION ALL
        SELECT path.ancestor_id, link.team_id, path.depth + 1,
               greatest(path.starts_on, link.starts_on), least(path.ends_before, link.ends_before)
        FROM path
        JOIN people_teamplacement link ON link.parent_id = path.descendant_id
            AND link.organization_id = current_setting('app.organization')::bigint
            AND link.starts_on < path.ends_before AND path.starts_on < link.ends_before
        WHERE path.depth < 50
    )
    SELECT current_setting('app.organization')::bigint, ancestor_id, descendant_id, depth, starts_on, ends_before
    FROM path;
    IF EXISTS (
        SELECT 1 FROM people_teamclosure
        WHERE organization_id = current_setting('app.organization')::bigint
            AND ancestor_id = descendant_id AND depth > 0
    ) THEN
        RAISE check_violation USING MESSAGE = 'a team cannot stand below itself', CONSTRAINT = 'team_below_itself';
    END IF;
    RETURN NULL;
"""


def _rebuild(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=CLOSURE_REBUILD,
    )


@pghistory.track(context_field=pghistory.ContextJSONField())
class Team(Walled):
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="team_name",
                violation_error_message=_("Another team has this name."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closure",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func=CLOSURE_REBUILD,
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(context_field=pghistory.ContextJSONField())
class TeamPlacement(Walled, Dated):
    """The dated team tree: below which team a team stands."""

    team = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="placements")
    parent = models.ForeignKey("people.Team", on_delete=models.CASCADE, related_name="children")

    class Meta:
        constraints = [
            ordered_days("teamplacement_days"),
            no_overlap("teamplacement_once", "team"),
            models.CheckConstraint(
                name="teamplacement_not_itself",
                condition=~models.Q(team=models.F("parent")),
                violation_error_message=_("A team cannot stand below itself."),
            ),
        ]
        triggers = [_rebuild("closure")]

    def __str__(self) -> str:
        return f"{self.team_id} < {self.parent_id}"


class TeamClosure(Walled, Dated):
    """Every team with every team below it (itself at depth 0) and the days for which that holds. Kept by triggers."""

    ancestor = models.ForeignKey("people.Team", on_delete=models.DO_NOTHING, related_name="+")
    descendant = models.ForeignKey("people.Team", on_delete=models.DO_NOTHING, related_name="+")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "ancestor", "descendant"], name="teamclosure_down"),
            models.Index(fields=["organization", "descendant"], name="teamclosure_up"),
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} > {self.descendant_id}"
