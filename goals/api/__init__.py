"""Goals in the REST API."""
