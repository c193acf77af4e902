"""A front end for KQL that knows nothing of rules."""
