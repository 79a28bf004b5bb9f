"""Officers' pages of claims and cases."""
