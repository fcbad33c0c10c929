from django.urls import path

from crm.views import deals, health, imports, quotas, stages

app_name = "crm"

urlpatterns = [
    path("deals/", deals.deal_list_view, name="deal_list"),
    path("deals/<int:deal_id>/", deals.deal_detail_view, name="deal_detail"),
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
    path("quotas/", quotas.quota_list_view, name="quota_list"),
    path("quotas/add/", quotas.quota_add_view, name="quota_add"),
    path("quotas/<int:quota_id>/", quotas.quota_detail_view, name="quota_detail"),
    path("quotas/<int:quota_id>/change/", quotas.quota_change_view, name="quota_change"),
    path("quotas/<int:quota_id>/delete/", quotas.quota_delete_view, name="quota_delete"),
    path("stages/", stages.stage_list_view, name="stage_list"),
    path("stages/<int:stage_id>/delete/", stages.stage_delete_view, name="stage_delete"),
]
