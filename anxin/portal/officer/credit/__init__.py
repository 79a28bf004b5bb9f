"""Pages of the joint-punishment list."""
