"""The ledger's arithmetic: what is posted, in double entry, and how a closed period is corrected without changing it.

=============== ==============================================================
module          answers
=============== ==============================================================
``entries``     which accounts each pay period's results move, and their balances
``corrections`` one net line per person, component and closed period
``difference``  what the correction pays at once, takes back, or leaves open
=============== ==============================================================
"""
