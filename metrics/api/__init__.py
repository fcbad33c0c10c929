"""Figures through the REST API: the rows of `manage.py metrics`, under the policies of the pages."""
