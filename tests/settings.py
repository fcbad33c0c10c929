"""Settings of the tests: embedded servers of their own, unless DATABASE_URL and REDIS_URL are set.

The test database is made and migrated by the owner; tests/conftest.py then turns every connection into spm_app.
"""

import os

from spm import embedded

os.environ["SPM_DATABASE_ROLE"] = ""
embedded.ensure(embedded.folder() / "test", durable=False)

from spm.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # sign-ins by the hundred
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
