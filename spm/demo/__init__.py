"""The demo organization: an invented company that ends today, whatever the day (docs/demo.md).

Pure: `names`, `story`, `staff`, `season`, `deals`, `plants`, `history`. Into the database: `load`, `live`.
"""
