"""Law: working days, clocks that explain their deadline, civil time. Imports nothing of ours."""
