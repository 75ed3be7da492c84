"""Ids as Tripletex gives them: one sequence a kind, shared by all companies, above 2^31."""

from __future__ import annotations

from itertools import count


class Ids:
    """Sequences of ids; no id is given twice, in no company."""

    def __init__(self) -> None:
        self.company = count(107_896_302)
        self.employee = count(18_233_442)
        self.session = count(4_100_001)
        self.account = count(368_860_001)
        self.payment_type = count(27_688_837)
        self.voucher_type = count(7_662_215)
        self.customer = count(108_315_045)
        self.address = count(405_551_788)
        self.invoice = count(2_147_541_923)
        self.order = count(401_968_267)
        self.order_line = count(1_607_514_502)
        self.voucher = count(608_841_606)
        self.posting = count(3_844_959_787)
        self.close_group = count(51_204_001)
        self.reminder = count(9_300_001)
        self.remark = count(7_100_001)
        self.document = count(1_024_163_429)
        self.period = count(31_400_001)
        self.status = count(880_001)
        self.message = count(660_001)
        self.subscription = count(440_001)
