"""The addresses of objectives, help, templates and many goals below /api/v1/."""

from django.urls import path

from goals.api import company, many

addresses = [
    path("objectives", company.ObjectiveListView.as_view(), name="objective_list"),
    path("objectives/<int:objective_id>", company.ObjectiveView.as_view(), name="objective_detail"),
    path("objectives/<int:objective_id>/publish", company.ObjectivePublishView.as_view(), name="objective_publish"),
    path("objectives/<int:objective_id>/withdraw", company.ObjectiveWithdrawView.as_view(), name="objective_withdraw"),
    path("objectives/<int:objective_id>/check-ins", company.ObjectiveCheckInView.as_view(), name="objective_check_in"),
    path("objectives/<int:objective_id>/readers", company.ObjectiveReadersView.as_view(), name="objective_readers"),
    path("alignment", company.TreeView.as_view(), name="alignment"),
    path("help-offers", many.HelpListView.as_view(), name="help_list"),
    path("goals/<int:goal_id>/help", many.HelpOfferView.as_view(), name="help_offer"),
    path("help-offers/<int:offer_id>/answer", many.HelpAnswerView.as_view(), name="help_answer"),
    path("help-offers/<int:offer_id>/thanks", many.HelpThanksView.as_view(), name="help_thank"),
    path("goal-templates", many.TemplateListView.as_view(), name="template_list"),
    path("goal-templates/<int:template_id>", many.TemplateView.as_view(), name="template_detail"),
    path("goal-templates/<int:template_id>/use", many.TemplateUseView.as_view(), name="template_use"),
    path("goals/carry-over", many.CarryView.as_view(), name="goal_carry"),
    path("goals/bulk-revisions", many.BulkView.as_view(), name="goal_bulk"),
    path("goals/bulk-revisions/<int:bulk_id>/undo", many.BulkUndoView.as_view(), name="goal_bulk_undo"),
]
