"""A front end for the Kusto Query Language that knows nothing of rules."""
