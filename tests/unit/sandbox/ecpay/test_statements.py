from __future__ import annotations

import re

from services.sandbox.ecpay.statements import statement
from tests.harness.ecpay_world import Collector


def settled() -> bytes:
    collector = Collector()
    collector.pass_to("2026-09-14")
    collector.pays()
    return statement(collector.settles())


def test_a_statement_is_a_pdf_whose_table_finds_every_object() -> None:
    pdf = settled()
    start = int(pdf.rpartition(b"startxref\n")[2].split()[0])

    places = re.findall(rb"(\d{10}) 00000 n", pdf[start:])

    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.endswith(b"%%EOF\n")
    for number, place in enumerate(places, start=1):
        assert pdf[int(place) :].startswith(b"%d 0 obj" % number)


def test_a_statement_names_the_payout() -> None:
    assert b"9981.46" in settled()


def test_equal_settlements_give_equal_statements() -> None:
    assert settled() == settled()
