"""What stands beside the deals: leads and what became of them, activities, transactions, roles, own fields.

All of it is made from the deals by one statement each. Chance is a hash of the deal's number and the seed, so the same
seed and day give the same company. Of very many deals only a sample has activities, transactions and the rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from crm.models import CustomField
from spm.demo import story
from spm.demo.currencies import worth
from spm.demo.story import Days

MOST = 50_000  # deals that have activities, transactions, leads and roles

NUMBER = "substring(o.external_id FROM 3)::bigint"


def chance(salt: int, number: str = NUMBER) -> str:
    """SQL for a number from 0 up to 1 that belongs to a deal."""
    return f"((hashint8(({number}) * 1009 + {salt} * 7919 + %(seed)s) & 2147483647) / 2147483648.0)"


def whole(salt: int, below: int, number: str = NUMBER) -> str:
    """SQL for a whole number below a limit that belongs to a deal."""
    return f"floor({chance(salt, number)} * {below})::integer"


def chosen(salt: int, texts: str, number: str = NUMBER) -> str:
    """SQL for one of the texts of an array parameter."""
    return f"({texts})[1 + floor({chance(salt, number)} * array_length({texts}, 1))::integer]"


DEAL = "d.number"
# columns of a deal <- SQL over the copied rows of `spm.demo.load`
DEAL_VALUES = {
    "deal_type": f"CASE WHEN {chance(1, DEAL)} < 0.62 THEN 'new' WHEN {chance(1, DEAL)} < 0.86 THEN 'expansion'"
    " ELSE 'renewal' END",
    "term_months": f"CASE WHEN p.family = 'Platform' THEN 12 * (1 + {whole(2, 3, DEAL)}) END",
    "loss_reason": f"CASE WHEN s.outcome = 'lost' THEN {chosen(3, '%(loss_reasons)s::text[]', DEAL)} ELSE '' END",
    "next_step": f"CASE WHEN s.outcome = 'open' AND {chance(4, DEAL)} < 0.82"
    f" THEN {chosen(5, '%(next_steps)s::text[]', DEAL)} ELSE '' END",
    "next_step_on": f"CASE WHEN s.outcome = 'open' AND {chance(4, DEAL)} < 0.82"
    f" THEN %(today)s::date - 4 + {whole(6, 18, DEAL)} END",
    "lead_text": f"CASE WHEN d.number %% %(every)s = 0 AND {chance(7, DEAL)} < 0.45"
    " THEN 'L-' || lpad(d.number::text, 7, '0') ELSE '' END",
}

SAMPLED = f"o.source = %(source)s AND {NUMBER} %% %(every)s = 0"

LEADS_OF_DEALS = f"""
INSERT INTO crm_lead (source, external_id, name, owner_id, owner_text, account_id, account_text, lead_source, created_on,
    opportunity_text, is_deleted, updated_at)
SELECT %(source)s, o.lead_text, {chosen(11, "%(contacts)s::text[]")} || ', ' || a.name, o.owner_id, '', o.account_id, '',
    o.lead_source, greatest(o.created_on - 1 - {whole(12, 20)}, %(starts_on)s), '', false, %(at)s
FROM crm_opportunity o JOIN crm_account a ON a.id = o.account_id WHERE o.lead_text <> '' AND o.source = %(source)s
"""
LEADS_WITHOUT_DEALS = f"""
INSERT INTO crm_lead (source, external_id, name, owner_id, owner_text, account_text, lead_source, created_on,
    opportunity_text, is_deleted, updated_at)
SELECT %(source)s, 'M-' || lpad(({NUMBER})::text, 7, '0'), {chosen(13, "%(contacts)s::text[]")}, o.owner_id, '', '',
    {chosen(14, "%(sources)s::text[]")}, least(o.created_on + {whole(15, 40)}, %(today)s), '', false, %(at)s
FROM crm_opportunity o WHERE {SAMPLED} AND o.lead_text = '' AND o.owner_id IS NOT NULL AND {chance(16)} < 0.55
"""

WORKDAY = "day - CASE extract(dow FROM day) WHEN 0 THEN 2 WHEN 6 THEN 1 ELSE 0 END::integer"
ACTIVITIES = f"""
INSERT INTO crm_activity (source, external_id, type, type_text, subject, person_id, person_text, occurred_at, occurred_on,
    opportunity_id, opportunity_text, account_id, account_text, is_deleted, updated_at)
SELECT %(source)s, 'T-' || lpad(number::text, 7, '0') || '-' || n, type, '',
    CASE type WHEN 'call' THEN 'Call with ' WHEN 'email' THEN 'E-mail to ' WHEN 'meeting' THEN 'Meeting with '
        WHEN 'demo' THEN 'Demo for ' WHEN 'proposal' THEN 'Proposal to ' ELSE 'Note on ' END || account,
    owner_id, '', (({WORKDAY}) + make_interval(mins => 480 + minute)) AT TIME ZONE 'UTC', {WORKDAY},
    made.id, '', account_id, '', false, %(at)s
FROM (
    SELECT o.id, o.owner_id, o.account_id, a.name AS account, {NUMBER} AS number, n,
        CASE WHEN {chance(21, f"{NUMBER} * 8 + n")} < 0.40 THEN 'call' WHEN {chance(21, f"{NUMBER} * 8 + n")} < 0.70 THEN 'email'
            WHEN {chance(21, f"{NUMBER} * 8 + n")} < 0.85 THEN 'meeting' WHEN {chance(21, f"{NUMBER} * 8 + n")} < 0.93 THEN 'demo'
            WHEN {chance(21, f"{NUMBER} * 8 + n")} < 0.98 THEN 'proposal' ELSE 'other' END AS type,
        {whole(22, 540, f"{NUMBER} * 8 + n")} AS minute,
        o.created_on + floor({chance(23, f"{NUMBER} * 8 + n")} * (1 + greatest(0,
            (CASE WHEN o.outcome = 'open' THEN %(today)s::date ELSE o.closed_on END) - o.created_on)))::integer AS day
    FROM crm_opportunity o JOIN crm_account a ON a.id = o.account_id
    CROSS JOIN LATERAL generate_series(1, 1 + {whole(24, 5)}) n
    WHERE {SAMPLED} AND o.owner_id IS NOT NULL AND o.created_on IS NOT NULL
) made JOIN people_person owner ON owner.id = owner_id AND (owner.left_on IS NULL OR day < owner.left_on)
"""

# kind of transaction, what its id begins with, days after the close, which deals, share of the amount
STEPS = (
    ("booking", "B", "0", "true", "1"),
    ("delivery", "V", "10", "p.family IN ('Sensors', 'Gateways')", "NULL"),
    ("invoice", "I", "7", "true", "1"),
    ("payment", "P", f"37 + {whole(31, 14)}", f"{chance(32)} < 0.94", "1"),
)
TRANSACTIONS = """
INSERT INTO crm_transaction (source, external_id, type, person_id, person_text, opportunity_id, opportunity_text, account_id,
    account_text, product_id, product_text, cancels_text, amount, currency, converted_amount, occurred_on, is_deleted,
    updated_at)
SELECT %(source)s, '{prefix}-' || lpad(({number})::text, 7, '0'), '{type}', o.owner_id, '', o.id, '', o.account_id, '',
    o.product_id, '', '', o.amount * {share}, o.currency, {worth}, o.closed_on + {days}, false, %(at)s
FROM crm_opportunity o JOIN crm_product p ON p.id = o.product_id
WHERE {sampled} AND o.outcome = 'won' AND o.closed_on + {days} <= %(today)s AND {where}
"""
CANCELLED, CANCELLED_ON = "-round(b.amount * part, 2)", f"b.occurred_on + 20 + {whole(42, 25)}"
CANCELLATIONS = f"""
INSERT INTO crm_transaction (source, external_id, type, person_id, person_text, opportunity_id, opportunity_text, account_id,
    account_text, product_id, product_text, cancels_id, cancels_text, amount, currency, converted_amount, occurred_on,
    is_deleted, updated_at)
SELECT %(source)s, 'C-' || lpad(({NUMBER})::text, 7, '0'), 'cancellation', b.person_id, '', b.opportunity_id, '', b.account_id,
    '', b.product_id, '', b.id, b.external_id, {CANCELLED}, b.currency, {worth(CANCELLED, CANCELLED_ON, "b.currency")},
    {CANCELLED_ON}, false, %(at)s
FROM (
    SELECT o.*, CASE WHEN {chance(41)} < 0.006 THEN 1 ELSE 0.4 END AS part
    FROM crm_transaction o WHERE o.source = %(source)s AND o.type = 'booking' AND {chance(41)} < 0.015
) b JOIN crm_transaction o ON o.id = b.id WHERE b.occurred_on + 45 <= %(today)s AND b.amount IS NOT NULL
"""

SEGMENTS = f"""
INSERT INTO crm_customvalue (field_id, opportunity_id, text)
SELECT %(segment)s, o.id, CASE WHEN size < 0.5 THEN 'SMB' WHEN size < 0.85 THEN 'Mid-market' ELSE 'Enterprise' END
FROM (
    SELECT o.id, (hashtext(a.name) & 2147483647) / 2147483648.0 AS size
    FROM crm_opportunity o JOIN crm_account a ON a.id = o.account_id WHERE {SAMPLED}
) o
"""
RECURRING = f"""
INSERT INTO crm_customvalue (field_id, opportunity_id, text, number, currency, converted_number)
SELECT %(recurring)s, o.id, trim_scale(arr)::text || ' ' || o.currency, arr, o.currency,
    {worth("arr", "coalesce(o.closed_on, o.created_on)")}
FROM (
    SELECT o.id, o.currency, o.closed_on, o.created_on, round(o.amount * 12 / o.term_months, 2) AS arr FROM crm_opportunity o
    WHERE {SAMPLED} AND o.term_months IS NOT NULL AND o.amount IS NOT NULL
) o
"""
ENGINEERS = f"""
INSERT INTO crm_dealrole (source, external_id, opportunity_id, opportunity_text, person_id, person_text, role, is_deleted,
    updated_at)
SELECT %(source)s, o.external_id || '|sales_engineer', o.id, o.external_id, person, '', 'Sales engineer', false, %(at)s
FROM (
    SELECT o.*, (%(people)s::bigint[])[1 + {whole(52, 1_000_000)} %% array_length(%(people)s::bigint[], 1)] AS person
    FROM crm_opportunity o WHERE {SAMPLED} AND {chance(51)} < 0.16
) o WHERE person IS DISTINCT FROM o.owner_id
"""


def deal_parameters(*, seed: int, days: Days, deals: int) -> dict[str, Any]:
    """What `DEAL_VALUES` and the statements refer to."""
    return {
        "seed": seed,
        "currency": story.CURRENCY,
        "today": days.today,
        "starts_on": days.starts_on,
        "every": max(1, deals // MOST),
        "loss_reasons": list(story.LOSS_REASONS),
        "next_steps": list(story.NEXT_STEPS),
        "contacts": list(story.CONTACTS),
        "sources": [name for name, _ in story.SOURCES],
    }


def beside_create(parameters: dict[str, Any], *, people: list[int], at: datetime) -> None:
    """Make everything from the deals that are there; behind the wall."""
    segment = CustomField.objects.create(
        entity="opportunity", name="Segment", key="segment", type="choice", choices=["SMB", "Mid-market", "Enterprise"]
    )
    recurring = CustomField.objects.create(entity="opportunity", name="ARR", key="arr", type="money")
    CustomField.objects.create(entity="opportunity", name="Sales engineer", key="sales_engineer", type="person")
    values = {
        **parameters,
        "source": story.SOURCE,
        "at": at,
        "people": people,
        "segment": segment.pk,
        "recurring": recurring.pk,
    }
    steps = [
        TRANSACTIONS.format(
            type=type,
            prefix=prefix,
            days=days,
            where=where,
            share=share,
            worth=worth(f"o.amount * {share}", f"o.closed_on + {days}"),
            number=NUMBER,
            sampled=SAMPLED,
        )
        for type, prefix, days, where, share in STEPS
    ]
    statements = [
        LEADS_OF_DEALS, LEADS_WITHOUT_DEALS, ACTIVITIES, *steps, CANCELLATIONS, SEGMENTS, RECURRING, ENGINEERS,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
