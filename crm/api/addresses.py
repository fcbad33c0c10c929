"""The addresses of this app below /api/v1/."""

from django.urls import path

from crm.api import facts, imports

addresses = [
    path("opportunities", facts.OpportunityListView.as_view(), name="opportunity_list"),
    path("opportunities/<int:deal_id>", facts.OpportunityView.as_view(), name="opportunity_detail"),
    path("opportunities/<int:deal_id>/history", facts.OpportunityHistoryView.as_view(), name="opportunity_history"),
    path("opportunities/<int:deal_id>/credits", facts.OpportunityCreditsView.as_view(), name="opportunity_credits"),
    path("quotas", facts.QuotaListView.as_view(), name="quota_list"),
    path("leads", facts.LeadListView.as_view(), name="lead_list"),
    path("activities", facts.ActivityListView.as_view(), name="activity_list"),
    path("transactions", facts.TransactionListView.as_view(), name="transaction_list"),
    path("accounts", facts.AccountListView.as_view(), name="account_list"),
    path("products", facts.ProductListView.as_view(), name="product_list"),
    path("pipelines", facts.PipelineListView.as_view(), name="pipeline_list"),
    path("rates", facts.RateListView.as_view(), name="rate_list"),
    path("fields", facts.OwnFieldListView.as_view(), name="own_field_list"),
    path("facts", imports.KindListView.as_view(), name="kind_list"),
    path("facts/<str:kind>", imports.FactsView.as_view(), name="facts"),
    path("imports", imports.ImportListView.as_view(), name="import_list"),
    path("imports/<int:batch_id>", imports.ImportView.as_view(), name="import_detail"),
    path("imports/<int:batch_id>/rows", imports.ImportRowsView.as_view(), name="import_rows"),
    path("imports/<int:batch_id>/run", imports.ImportRunView.as_view(), name="import_run"),
    path("imports/<int:batch_id>/undo", imports.ImportUndoView.as_view(), name="import_undo"),
]
