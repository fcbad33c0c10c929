"""Facts through the REST API: read under the policies of the pages, sent in bulk through the imports."""
