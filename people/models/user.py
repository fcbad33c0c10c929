from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> "models.QuerySet[User]":
        """With the organization: whoever signs in needs its time zone and language."""
        return super().get_queryset().select_related("organization")

    def create_user(self, *, email: str, password: str | None, organization: Any, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), organization=organization, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A sign-in, nothing more; whoever has deals, quota and pay is a `Person`. Outside the wall."""

    email = models.EmailField(_("e-mail"), unique=True)
    organization = models.ForeignKey("people.Organization", on_delete=models.CASCADE, related_name="+")
    is_active = models.BooleanField(default=True)
    locale = models.CharField(_("language"), max_length=16, blank=True, default="")  # empty: the organization's
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="")  # empty: the organization's
    session_serial = models.PositiveIntegerField(default=0)  # one more ends every open session
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email")]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session lives as long as the password and the serial of its beginning."""
        salt = "people.models.User.session"
        digest = salted_hmac(salt, f"{self.session_serial}:{self.password}", secret=secret, algorithm="sha256")
        return str(digest.hexdigest())
