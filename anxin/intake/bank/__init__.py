"""Banks: ISO 20022 statements and notices, payment status reports, and plain tables.

``iso`` reads camt.052/053/054 and pain.002, ``tables`` the CSV kinds (payments, movements, balances; accounts are a
sheet kind), ``matching`` matches by hand what waits. Files go through ``sheets.imports`` like any other.
"""
