"""Claims and cases: from a worker's word at one of the doors to the money in his own account.

A claim 线索 is what came in through a door; a case 案件 is what is done about it. Each claim begins a case; merged
cases keep every claim and its number. ``filing`` takes claims in, ``flow`` moves a case through its states, ``money``
keeps the four sums, ``procedure`` reads states, clocks and conclusions from ``procedure.yaml``.
"""
