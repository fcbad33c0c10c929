"""The addresses of this app below /api/v1/."""

from django.urls import path

from crm.api import credited, facts, hand_overs, imports, seat_quotas, territories

addresses = [
    path("opportunities", facts.OpportunityListView.as_view(), name="opportunity_list"),
    path("opportunities/<int:deal_id>", facts.OpportunityView.as_view(), name="opportunity_detail"),
    path("opportunities/<int:deal_id>/history", facts.OpportunityHistoryView.as_view(), name="opportunity_history"),
    path("opportunities/<int:deal_id>/credits", facts.OpportunityCreditsView.as_view(), name="opportunity_credits"),
    path("opportunities/<int:deal_id>/hand-over", hand_overs.DealHandOverView.as_view(), name="deal_hand_over"),
    path("hand-overs", hand_overs.HandOverListView.as_view(), name="hand_over_list"),
    path("hand-overs/<int:hand_over_id>", hand_overs.HandOverView.as_view(), name="hand_over_detail"),
    path("hand-over-rules", hand_overs.RuleListView.as_view(), name="hand_over_rules"),
    path("territories", territories.TerritoryListView.as_view(), name="territory_list"),
    path("territories/<int:territory_id>", territories.TerritoryView.as_view(), name="territory_detail"),
    path("territories/<int:territory_id>/assign", territories.TerritoryAssignView.as_view(), name="territory_assign"),
    path("named-accounts", territories.NamedAccountListView.as_view(), name="named_account_list"),
    path("named-accounts/<int:named_id>/end", territories.NamedAccountEndView.as_view(), name="named_account_end"),
    path("accounts/<int:account_id>/covers", territories.AccountCoverView.as_view(), name="account_covers"),
    path("credits/<str:measure>", credited.CreditedView.as_view(), name="credited"),
    path("seat-quotas", seat_quotas.SeatQuotaListView.as_view(), name="seat_quota_list"),
    path("seat-quotas/<int:seat_quota_id>", seat_quotas.SeatQuotaView.as_view(), name="seat_quota_detail"),
    path("quotas", facts.QuotaListView.as_view(), name="quota_list"),
    path("leads", facts.LeadListView.as_view(), name="lead_list"),
    path("activities", facts.ActivityListView.as_view(), name="activity_list"),
    path("transactions", facts.TransactionListView.as_view(), name="transaction_list"),
    path("accounts", facts.AccountListView.as_view(), name="account_list"),
    path("products", facts.ProductListView.as_view(), name="product_list"),
    path("pipelines", facts.PipelineListView.as_view(), name="pipeline_list"),
    path("rates", facts.RateListView.as_view(), name="rate_list"),
    path("fields", facts.OwnFieldListView.as_view(), name="own_field_list"),
    path("fields/<int:field_id>", facts.OwnFieldView.as_view(), name="own_field_detail"),
    path("facts", imports.KindListView.as_view(), name="kind_list"),
    path("facts/<str:kind>", imports.FactsView.as_view(), name="facts"),
    path("imports", imports.ImportListView.as_view(), name="import_list"),
    path("imports/<int:batch_id>", imports.ImportView.as_view(), name="import_detail"),
    path("imports/<int:batch_id>/rows", imports.ImportRowsView.as_view(), name="import_rows"),
    path("imports/<int:batch_id>/run", imports.ImportRunView.as_view(), name="import_run"),
    path("imports/<int:batch_id>/undo", imports.ImportUndoView.as_view(), name="import_undo"),
]
