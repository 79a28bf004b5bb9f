"""Ways to the money: papers, mediation, arbitration and court, legal aid, police, and the four backstops.

Public functions: ``documents`` (draft, edit, sign off), ``serving.serve``, ``evidence_pack`` with ``verify`` beside it,
``tracks``, ``particulars``, ``backstops`` (who could pay), ``draws``, ``payouts``, ``noting`` and ``recovery`` (what
was paid, and getting it back), ``reminders`` (loop).
"""
