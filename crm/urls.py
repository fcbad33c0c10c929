from django.urls import path

from crm.views import activities, custom_fields, deal, deals, health, imports, leads, stages, transactions

app_name = "crm"

urlpatterns = [
    path("deals/", deals.deal_list_view, name="deal_list"),
    path("deals/rows.csv", deals.deal_rows_view, name="deal_rows"),
    path("deals/<int:deal_id>/", deal.deal_detail_view, name="deal_detail"),
    path("leads/", leads.lead_list_view, name="lead_list"),
    path("leads/rows.csv", leads.lead_rows_view, name="lead_rows"),
    path("leads/<int:lead_id>/", leads.lead_detail_view, name="lead_detail"),
    path("activities/", activities.activity_list_view, name="activity_list"),
    path("activities/rows.csv", activities.activity_rows_view, name="activity_rows"),
    path("transactions/", transactions.transaction_list_view, name="transaction_list"),
    path("transactions/rows.csv", transactions.transaction_rows_view, name="transaction_rows"),
    path("imports/", imports.import_list_view, name="import_list"),
    path("imports/new/", imports.import_upload_view, name="import_upload"),
    path("imports/<int:batch_id>/", imports.import_detail_view, name="import_detail"),
    path("imports/<int:batch_id>/columns/", imports.import_columns_view, name="import_columns"),
    path("imports/<int:batch_id>/preview/", imports.import_preview_view, name="import_preview"),
    path("imports/<int:batch_id>/run/", imports.import_run_view, name="import_run"),
    path("imports/<int:batch_id>/undo/", imports.import_undo_view, name="import_undo"),
    path("imports/<int:batch_id>/discard/", imports.import_discard_view, name="import_discard"),
    path("imports/<int:batch_id>/refused.csv", imports.import_refused_view, name="import_refused"),
    path("data-health/", health.data_health_view, name="data_health"),
    path("data-health/assign/<slug:name>/", health.health_assign_view, name="health_assign"),
    path("data-health/merge/<slug:name>/", health.health_merge_view, name="health_merge"),
    path("data-health/dismiss/<slug:check>/", health.health_dismiss_view, name="health_dismiss"),
    path("data-health/stand/<slug:check>/", health.health_dismiss_deals_view, name="health_dismiss_deals"),
    path("fields/", custom_fields.custom_field_list_view, name="custom_field_list"),
    path("fields/<int:field_id>/", custom_fields.custom_field_detail_view, name="custom_field_detail"),
    path("fields/<int:field_id>/delete/", custom_fields.custom_field_delete_view, name="custom_field_delete"),
    path("pipelines/new/", stages.pipeline_create_view, name="pipeline_create"),
    path("pipelines/<int:pipeline_id>/", stages.pipeline_rename_view, name="pipeline_rename"),
    path("pipelines/<int:pipeline_id>/delete/", stages.pipeline_delete_view, name="pipeline_delete"),
    path("stages/", stages.stage_list_view, name="stage_list"),
    path("stages/<int:stage_id>/delete/", stages.stage_delete_view, name="stage_delete"),
]
