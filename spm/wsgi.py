import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")

application = get_wsgi_application()
gc.freeze()  # what is loaded now stays: the collector need not walk through it during requests
