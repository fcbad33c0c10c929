"""Addresses of objectives, the tree and whatever concerns many goals at once; `goals/urls.py` takes them in."""

from django.urls import URLPattern, path

from goals.views import bulk, carrying, help, objectives, templates, tree

patterns: list[URLPattern] = [
    path("objectives/", objectives.objective_list_view, name="objective_list"),
    path("objectives/new/", objectives.objective_add_view, name="objective_add"),
    path("objectives/<int:objective_id>/", objectives.objective_detail_view, name="objective_detail"),
    path("objectives/<int:objective_id>/change/", objectives.objective_change_view, name="objective_change"),
    path("objectives/<int:objective_id>/publish/", objectives.objective_publish_view, name="objective_publish"),
    path("objectives/<int:objective_id>/withdraw/", objectives.objective_withdraw_view, name="objective_withdraw"),
    path("objectives/<int:objective_id>/read/", objectives.objective_read_view, name="objective_read"),
    path("objectives/<int:objective_id>/readers/", objectives.objective_readers_view, name="objective_readers"),
    path("objectives/<int:objective_id>/check-in/", objectives.objective_check_in_view, name="objective_check_in"),
    path("alignment/", tree.tree_view, name="tree"),
    path("alignment/objective/<int:objective_id>/", tree.objective_why_view, name="objective_why"),
    path("alignment/goal/<int:goal_id>/", tree.goal_why_view, name="goal_why"),
    path("help/", help.help_list_view, name="help_list"),
    path("goals/<int:goal_id>/help/", help.help_offer_view, name="help_offer"),
    path("help/<int:offer_id>/", help.help_answer_view, name="help_answer"),
    path("help/<int:offer_id>/accept/", help.help_accept_view, name="help_accept"),
    path("help/<int:offer_id>/decline/", help.help_decline_view, name="help_decline"),
    path("help/<int:offer_id>/thanks/", help.help_thank_view, name="help_thank"),
    path("goals/templates/", templates.template_list_view, name="template_list"),
    path("goals/templates/new/", templates.template_add_view, name="template_add"),
    path("goals/templates/<int:template_id>/", templates.template_use_view, name="template_use"),
    path("goals/templates/<int:template_id>/change/", templates.template_change_view, name="template_change"),
    path("goals/templates/<int:template_id>/retire/", templates.template_retire_view, name="template_retire"),
    path("goals/carry/", carrying.carry_view, name="carry"),
    path("goals/together/", bulk.bulk_view, name="bulk"),
    path("goals/together/<int:bulk_id>/", bulk.bulk_detail_view, name="bulk_detail"),
    path("goals/together/<int:bulk_id>/undo/", bulk.bulk_undo_view, name="bulk_undo"),
]
