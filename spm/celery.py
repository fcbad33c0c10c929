"""The Celery application: `celery -A spm worker` and `celery -A spm beat`."""

import os

from celery import Celery

from spm.pipeline import BEAT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")

app = Celery("spm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.imports = ["spm.pipeline", "spm.heartbeat"]
app.conf.beat_schedule = BEAT
