"""What the REST API of every app is built of. Each app says in its own room `api` what it answers; `spm/api.py` lists all.

A request carries a key (`Authorization: Bearer spm_…`) or a session with its CSRF token. Either way a `Viewer` asks, so the
policies of the pages hold; a key is limited to its scopes besides.
"""
