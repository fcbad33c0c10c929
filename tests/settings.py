"""Settings of the tests: embedded servers of their own, unless DATABASE_URL and REDIS_URL are set.

The test database is made and migrated by the owner; tests/conftest.py then turns every connection into spm_app.
"""

import os

from spm import embedded, env

worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")[2:]
own_queue = not env.text("REDIS_URL")
os.environ["SPM_DATABASE_ROLE"] = ""
embedded.ensure(embedded.folder() / "test", durable=False)
if own_queue and worker:  # each worker of pytest-xdist has a cache and a queue of its own
    os.environ["REDIS_URL"] = f"{env.text('REDIS_URL').rpartition('/')[0]}/{int(worker) + 1}"

from spm.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # sign-ins by the hundred
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
