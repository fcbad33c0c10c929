"""The pages of quota plans."""

from django.urls import path

from goals.views.planning import approval, capacity, compare, dividing, exchange, lines, plans, workspace

ONE = "quota-plans/<int:version_id>/"

urlpatterns = [
    path("quota-plans/", plans.plan_list_view, name="plan_list"),
    path("quota-plans/add/", plans.plan_add_view, name="plan_add"),
    path(ONE, workspace.plan_version_view, name="plan_version"),
    path(f"{ONE}divide/", dividing.plan_divide_view, name="plan_divide"),
    path(f"{ONE}work/<int:job_id>/", dividing.plan_job_view, name="plan_job"),
    path(f"{ONE}undo/", dividing.plan_undo_view, name="plan_undo"),
    path(f"{ONE}cell/", lines.plan_cell_view, name="plan_cell"),
    path(f"{ONE}lines/<int:line_id>/", lines.plan_line_view, name="plan_line"),
    path(f"{ONE}lines/<int:line_id>/lock/", lines.plan_lock_view, name="plan_lock"),
    path(f"{ONE}estimates/", lines.plan_estimates_view, name="plan_estimates"),
    path(f"{ONE}estimates/take/", dividing.plan_estimates_take_view, name="plan_estimates_take"),
    path(f"{ONE}compare/", compare.plan_compare_view, name="plan_compare"),
    path(f"{ONE}capacity/", capacity.plan_capacity_view, name="plan_capacity"),
    path(f"{ONE}capacity/expectation/", capacity.plan_expectation_view, name="plan_expectation"),
    path(f"{ONE}hires/add/", capacity.plan_hire_add_view, name="plan_hire_add"),
    path(f"{ONE}hires/<int:hire_id>/delete/", capacity.plan_hire_delete_view, name="plan_hire_delete"),
    path(f"{ONE}sheet.csv", exchange.plan_csv_view, name="plan_csv"),
    path(f"{ONE}sheet.xlsx", exchange.plan_xlsx_view, name="plan_xlsx"),
    path(f"{ONE}import/", exchange.plan_import_view, name="plan_import"),
    path(f"{ONE}import/<int:file_id>/", exchange.plan_import_preview_view, name="plan_import_preview"),
    path(f"{ONE}import/<int:file_id>/take/", exchange.plan_import_take_view, name="plan_import_take"),
    path(f"{ONE}copy/", plans.plan_copy_view, name="plan_copy"),
    path(f"{ONE}delete/", plans.plan_delete_view, name="plan_delete"),
    path(f"{ONE}refresh/", plans.plan_refresh_view, name="plan_refresh"),
    path(f"{ONE}submit/", approval.plan_submit_view, name="plan_submit"),
    path(f"{ONE}take-back/", approval.plan_take_back_view, name="plan_take_back"),
    path(f"{ONE}approval/", approval.plan_approval_view, name="plan_approval"),
]
