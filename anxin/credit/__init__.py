"""Credit: the joint-punishment list for unpaid wages (Order 45) — proposed, told first, decided, repaired, expired."""
