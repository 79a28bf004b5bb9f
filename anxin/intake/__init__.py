"""Intake: the doors. Each verifies, normalises and hands over; one folder a protocol family.

``national/`` open.api · ``cwr/`` CWRService · ``sheets/`` spreadsheets · ``bank/`` ISO 20022 and CSV ·
``bulk/`` /api/v1. All facts pass ``admit`` (resolve, check, append to the ledger, keep what is refused or waits).
"""
