"""Ways to the money: documents, mediation, arbitration and court, legal aid, police, and the four backstops."""
