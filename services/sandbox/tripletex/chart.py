"""The chart of accounts and the fixed tables a fresh Norwegian company starts with."""

from __future__ import annotations

from typing import NamedTuple

from services.sandbox.tripletex.entities import Country, Currency, VatType


class AccountSeed(NamedTuple):
    """One account of the default chart; ``flags`` holds letters, see ``FLAGS``."""

    number: int
    name: str
    type: str
    vat_id: int
    flags: str


FLAGS = {
    "K": "customer ledger",
    "V": "vendor ledger",
    "E": "employee ledger",
    "F": "VAT type is free, not locked",
    "C": "closeable",
    "B": "bank account",
    "I": "invoice account",
    "R": "requires reconciliation",
    "X": "inactive",
}

TYPES = {
    "A": "ASSETS",
    "E": "EQUITY",
    "L": "LIABILITIES",
    "R": "OPERATING_REVENUES",
    "X": "OPERATING_EXPENSES",
    "I": "INVESTMENT_INCOME",
    "C": "COST_OF_CAPITAL",
}

FREE_VAT_IDS = (0, 1, 11, 12, 230, 13, 14, 34, 35, 559, 550, 551, 553, 560)
"""The VAT types that are legal on an account whose VAT type is free."""

ACCOUNTS = (
    AccountSeed(1500, "Kundefordringer", "A", 0, "KC"),
    AccountSeed(1530, "Opptjent, ikke fakturert driftsinntekt", "A", 0, ""),
    AccountSeed(1550, "Kundefordringer på selskap i samme konsern", "A", 0, ""),
    AccountSeed(1560, "Andre fordringer på selskap i samme konsern", "A", 0, ""),
    AccountSeed(1570, "Reiseforskudd", "A", 0, ""),
    AccountSeed(1571, "Lønnsforskudd", "A", 0, ""),
    AccountSeed(1576, "Kortsiktige fordringer eiere/styremedl. o.l.", "A", 0, ""),
    AccountSeed(1579, "Andre kortsiktige fordringer", "A", 0, ""),
    AccountSeed(1580, "Avsetning tap på kundefordringer", "A", 0, ""),
    AccountSeed(1585, "Avsetning tap på andre fordringer", "A", 0, ""),
    AccountSeed(1590, "Andre omløpsmidler", "A", 0, ""),
    AccountSeed(1749, "Andre forskuddsbetalte kostnader", "A", 0, "F"),
    AccountSeed(1900, "Kontanter NOK", "A", 0, ""),
    AccountSeed(1920, "Bankinnskudd", "A", 0, "BIR"),
    AccountSeed(1940, "Bankinnskudd utland", "A", 0, "X"),
    AccountSeed(1950, "Bankinnskudd for skattetrekk", "A", 0, "B"),
    AccountSeed(2050, "Annen egenkapital", "E", 0, ""),
    AccountSeed(2400, "Leverandørgjeld", "L", 0, "VC"),
    AccountSeed(2700, "Utgående merverdiavgift, høy sats", "L", 0, "X"),
    AccountSeed(2701, "Utgående merverdiavgift, middels sats", "L", 0, "X"),
    AccountSeed(2702, "Utgående merverdiavgift, lav sats", "L", 0, "X"),
    AccountSeed(2710, "Inngående merverdiavgift, høy sats", "L", 0, "X"),
    AccountSeed(2711, "Inngående merverdiavgift, middels sats", "L", 0, "X"),
    AccountSeed(2712, "Inngående merverdiavgift, lav sats", "L", 0, "X"),
    AccountSeed(
        2713, "Direktepostert inngående merverdiavgift ved innførsel, høy sats", "L", 23, "X"
    ),
    AccountSeed(
        2714, "Direktepostert inngående merverdiavgift ved innførsel, middels sats", "L", 24, "X"
    ),
    AccountSeed(2740, "Oppgjørskonto merverdiavgift", "L", 0, "C"),
    AccountSeed(2770, "Skyldig arbeidsgiveravgift", "L", 0, ""),
    AccountSeed(2790, "Andre offentlige avgifter", "L", 0, ""),
    AccountSeed(2900, "Forskudd fra kunder", "L", 0, ""),
    AccountSeed(2910, "Gjeld til ansatte og eiere", "L", 0, "EC"),
    AccountSeed(2930, "Skyldig lønn", "L", 0, ""),
    AccountSeed(2960, "Annen påløpt kostnad", "L", 0, "F"),
    AccountSeed(2990, "Annen kortsiktig gjeld", "L", 0, ""),
    AccountSeed(3000, "Salgsinntekt, avgiftspliktig", "R", 3, ""),
    AccountSeed(3100, "Salgsinntekt, avgiftsfri", "R", 5, ""),
    AccountSeed(3200, "Salgsinntekt, utenfor avgiftsområdet", "R", 6, ""),
    AccountSeed(3400, "Spesielt offentlig tilskudd for tilvirkede/solgte varer", "R", 0, "X"),
    AccountSeed(3900, "Annen driftsrelatert inntekt", "R", 0, ""),
    AccountSeed(6701, "Honorar revisjon", "X", 1, "F"),
    AccountSeed(6705, "Honorar regnskap", "X", 1, "F"),
    AccountSeed(6720, "Honorar for økonomisk rådgivning", "X", 1, "F"),
    AccountSeed(6725, "Honorar for juridisk bistand, fradragsberettiget", "X", 1, "F"),
    AccountSeed(6726, "Honorar for juridisk bistand, ikke fradragsberettiget", "X", 1, "F"),
    AccountSeed(6790, "Annen fremmed tjeneste", "X", 1, "F"),
    AccountSeed(7700, "Styre- og bedriftsforsamlingsmøter", "X", 0, "F"),
    AccountSeed(7740, "Øredifferanser", "X", 0, ""),
    AccountSeed(7770, "Bank og kortgebyrer", "X", 0, ""),
    AccountSeed(7790, "Annen kostnad, fradragsberettiget", "X", 1, "F"),
    AccountSeed(7791, "Annen kostnad, ikke fradragsberettiget", "X", 0, "F"),
    AccountSeed(7820, "Innkommet på tidligere nedskrevne fordringer", "X", 1, "F"),
    AccountSeed(7830, "Konstaterte tap på fordringer", "X", 0, "F"),
    AccountSeed(7831, "Endring i avsetning tap på fordringer", "X", 0, "F"),
    AccountSeed(8050, "Annen renteinntekt", "I", 0, ""),
    AccountSeed(8060, "Valutagevinst (agio)", "I", 0, ""),
    AccountSeed(8070, "Annen finansinntekt", "I", 0, ""),
    AccountSeed(8150, "Annen rentekostnad", "C", 0, ""),
    AccountSeed(8160, "Valutatap (disagio)", "C", 0, ""),
    AccountSeed(8170, "Annen finanskostnad", "C", 0, ""),
)

VAT_TYPES = (
    VatType(0, "0", "Ingen avgiftsbehandling", 0),
    VatType(1, "1", "Fradrag inngående avgift, høy sats", 25),
    VatType(
        2,
        "UT-2",
        "Direktepostert fradrag inngående avgift, høy sats (mva-kode utgikk 01.01.2017)",
        100.0,
    ),
    VatType(3, "3", "Utgående avgift, høy sats", 25),
    VatType(4, "4", "Direktepostert utgående avgift, høy sats", 100.0),
    VatType(5, "5", "Ingen utgående avgift (innenfor mva-loven)", 0.0),
    VatType(6, "6", "Ingen utgående avgift (utenfor mva-loven)", 0.0),
    VatType(7, "7", "Ingen avgiftsbehandling (inntekter)", 0.0),
    VatType(11, "11", "Fradrag inngående avgift, middels sats", 15),
    VatType(12, "13", "Fradrag inngående avgift, lav sats", 12),
    VatType(13, "21", "Grunnlag inngående avgift ved innførsel, høy sats", 0.0),
    VatType(14, "22", "Grunnlag inngående avgift ved innførsel, middels sats", 0.0),
    VatType(
        21,
        "UT-21",
        "Direktepostert fradrag inngående avgift, middels sats (mva-kode utgikk 01.01.2017)",
        100.0,
    ),
    VatType(
        22,
        "UT-22",
        "Direktepostert fradrag inngående avgift, lav sats (mva-kode utgikk 01.01.2017)",
        100.0,
    ),
    VatType(23, "14", "Fradrag inngående avgift betalt ved innførsel, høy sats", 100.0),
    VatType(24, "15", "Fradrag inngående avgift betalt ved innførsel, middels sats", 100.0),
    VatType(31, "31", "Utgående avgift, middels sats", 15),
    VatType(32, "33", "Utgående avgift, lav sats", 12),
    VatType(
        34, "86", "Fradrag inngående avgift ved kjøp av tjenester fra utlandet, høy sats", -25
    ),
    VatType(35, "87", "Kjøp av tjenester fra utlandet uten fradrag, høy sats", -25),
    VatType(41, "41", "Direktepostert utgående avgift, middels sats", 100.0),
    VatType(42, "42", "Direktepostert utgående avgift, lav sats", 100.0),
    VatType(51, "51", "Avgiftsfri innlands omsetning med omvendt avgiftsplikt", 0.0),
    VatType(52, "52", "Avgiftsfri utførsel av varer og tjenester", 0.0),
    VatType(81, "81", "Fradrag inngående avgift ved innførsel, høy sats", -25),
    VatType(82, "82", "Inngående avgift uten fradrag ved innførsel, høy sats", -25),
    VatType(83, "83", "Fradrag inngående avgift ved innførsel, middels sats", -15),
    VatType(84, "84", "Inngående avgift uten fradrag ved innførsel, middels sats", -15),
    VatType(85, "85", "Grunnlag, avgiftsfri innførsel", 0.0),
    VatType(
        88, "88", "Fradrag inngående avgift ved kjøp av tjenester fra utlandet, lav sats", -12
    ),
    VatType(89, "89", "Kjøp av tjenester fra utlandet uten fradrag, lav sats", -12),
    VatType(91, "91", "Fradrag inngående avgift ved kjøp av klimakvoter/gull", -25),
    VatType(92, "92", "Kjøp av klimakvoter/gull uten avgiftskompensasjon", -25),
    VatType(111, "12", "Fradrag inngående avgift, råfisk", 11.11),
    VatType(230, "20", "Grunnlag, ingen inngående avgift ved innførsel", 0.0),
    VatType(311, "32", "Utgående avgift, råfisk", 11.11),
    VatType(
        500,
        "URED-13",
        "Uredusert lav sats for bruk i perioden med midlertidig lav sats i 2020",
        12,
    ),
    VatType(501, "RED-13", "Redusert lav sats (6 %) for bruk etter 01.10.2021", 6),
    VatType(550, "TAP-1", "Tap på krav - kode 1", 25, parent_id=1),
    VatType(551, "TAP-11", "Tap på krav - kode 11", 15, parent_id=11),
    VatType(552, "TAP-12", "Tap på krav - kode 12", 11.11, parent_id=111),
    VatType(553, "TAP-13", "Tap på krav - kode 13", 12, parent_id=12),
    VatType(554, "UTTAK-3", "Uttak - kode 3", 25, parent_id=3),
    VatType(555, "UTTAK-5", "Uttak - kode 5", 0.0, parent_id=5),
    VatType(556, "UTTAK-31", "Uttak - kode 31", 15, parent_id=31),
    VatType(557, "UTTAK-32", "Uttak - kode 32", 11.11, parent_id=311),
    VatType(558, "UTTAK-33", "Uttak - kode 33", 12, parent_id=32),
    VatType(559, "JUST-1", "Mva-justering for kapitalvarer - kode 1", 25, parent_id=1),
    VatType(560, "TILB-1", "Tilbakeføring av mva for kapitalvarer - kode 1", 25, parent_id=1),
    VatType(561, "TILB-81", "Tilbakeføring av mva for kapitalvarer - kode 81", -25, parent_id=81),
    VatType(562, "JUST-81", "Mva-justering for kapitalvarer - kode 81", -25, parent_id=81),
    VatType(600, "81-K", "Fradrag inngående avgift ved innførsel, høy sats med kompensasjon", -25),
    VatType(
        601, "83-K", "Fradrag inngående avgift ved innførsel, middels sats med kompensasjon", -15
    ),
    VatType(
        602,
        "86-K",
        "Fradrag inngående avgift ved kjøp av tjenester fra utlandet, høy sats med kompensasjon",
        -25,
    ),
    VatType(
        603,
        "88-K",
        "Fradrag inngående avgift ved kjøp av tjenester fra utlandet, lav sats med kompensasjon",
        -12,
    ),
    VatType(
        604, "91-K", "Fradrag inngående avgift ved kjøp av klimakvoter/gull med kompensasjon", -25
    ),
)

VAT_BY_ID = {vat_type.id: vat_type for vat_type in VAT_TYPES}
NO_VAT = VAT_BY_ID[0]
OUTPUT_HIGH = VAT_BY_ID[3]

VAT_ACCOUNTS = {1: 2710, 11: 2711, 12: 2712, 3: 2700, 31: 2701, 32: 2702}
"""The account the VAT of a posting goes to, by VAT type or its parent."""

OUTPUT_LOSS = {550: 2700, 551: 2701, 553: 2702}
"""A loss on a claim takes back output VAT, whatever its parent says."""

VOUCHER_TYPES = (
    "Utgående faktura",
    "Leverandørfaktura",
    "Purring",
    "Betaling",
    "Lønnsbilag",
    "Terminoppgave",
    "Mva-melding",
    "Betaling med KID-nummer",
    "Remittering",
    "Bankavstemming",
    "Reiseregning",
    "Ansattutlegg",
    "Åpningsbalanse",
    "Tolldeklarasjon",
    "Pensjon",
    "Refusjon av sykepenger",
    "Øreavrunding",
)

NORWAY = Country(161, "Norge", "NO", "NOR", "578")
COUNTRIES = (
    NORWAY,
    Country(57, "Danmark", "DK", "DNK", "208"),
    Country(198, "Sverige", "SE", "SWE", "752"),
    Country(75, "Tyskland", "DE", "DEU", "276"),
)

NOK = Currency(1, "NOK", "Norske kroner")
CURRENCIES = (
    NOK,
    Currency(2, "SEK", "Svenske kroner", factor=100),
    Currency(3, "DKK", "Danske kroner", factor=100),
    Currency(4, "USD", "Amerikanske dollar"),
    Currency(5, "EUR", "Euro"),
)
