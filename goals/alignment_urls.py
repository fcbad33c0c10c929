"""Addresses of objectives, the tree and whatever concerns many goals at once; `goals/urls.py` takes them in."""

from django.urls import URLPattern, path

from goals.views import objectives, tree

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
    path("alignment/<str:kind>/<int:row_id>/", tree.tree_why_view, name="tree_why"),
]
