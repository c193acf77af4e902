"""Coverage reports: the contents, worked out once, and one module for each format."""
