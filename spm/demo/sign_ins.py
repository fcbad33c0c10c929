"""The sign-ins of a demo organization: one for each role, with a password that is printed.

On one's own machine the password is the same everywhere and documented. Where the settings say HTTPS, the organization
may be reached by others: every sign-in then gets a random password, told once.
"""

from __future__ import annotations

import secrets
from typing import TypedDict

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password

from people.models import Organization, Person, User
from people.wall import tenant
from spm.demo import story

PASSWORD = "walk-through-7"  # noqa: S105 - of demo organizations on one's own machine; docs/demo.md prints it


class SignInRow(TypedDict):
    role: str
    name: str
    email: str
    login: str
    password: str | None


def sign_ins_create(organization: Organization, *, is_public: bool) -> list[SignInRow]:
    """Let the seven people of the story sign in; with random passwords where others can reach the server."""
    known_hash = make_password(PASSWORD)  # once: a good hash takes half a second, and everybody knows what it hides
    rows = []
    with tenant(organization.pk):
        for plan in story.SIGN_INS:
            password = secrets.token_urlsafe(12) if is_public else PASSWORD
            hashed = make_password(password) if is_public else known_hash
            rows.append(_sign_in_create(organization, plan, password, hashed))
    return rows


def _sign_in_create(organization: Organization, plan: story.SignIn, password: str, hashed: str) -> SignInRow:
    email = f"{plan.account}@{organization.slug}.example"
    user = User(email=email, organization=organization, password=hashed)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Person.objects.filter(email=email).update(user=user)
    return SignInRow(role=plan.role, name=plan.name, email=email, login=email, password=password)


def sign_ins_list(organization: Organization) -> list[SignInRow]:
    """The sign-ins of a demo that is there already; a password that was random or changed is not known. One query."""
    emails = [f"{plan.account}@{organization.slug}.example" for plan in story.SIGN_INS]
    users = {user.email: user for user in User.objects.filter(organization=organization, email__in=emails)}
    is_known = {hashed: check_password(PASSWORD, hashed) for hashed in {user.password for user in users.values()}}
    rows = []
    for plan in story.SIGN_INS:
        user = users.get(f"{plan.account}@{organization.slug}.example")
        if user is not None:
            known = PASSWORD if is_known[user.password] else None
            rows.append(SignInRow(role=plan.role, name=plan.name, email=user.email, login=user.email, password=known))
    return rows
