"""Error texts in the language of the user: Norwegian unless English was chosen.

Clients match on code and field, never on these texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ENGLISH = "en"

_EXACT = {
    "Validering feilet.": "Validation failed.",
    "Kan ikke være null.": "May not be null.",
    "Feltet må fylles ut.": "The field must be filled in.",
    "Feltet eksisterer ikke i objektet.": "The field does not exist in the object.",
    "Verdien er ikke av korrekt type for dette feltet.": "The value has the wrong type.",
    "Ugyldig fakturanummer.": "Invalid invoice number.",
    "Ugyldig verdi.": "Invalid value.",
    "Kunde mangler.": "Customer is missing.",
    "Leverandør mangler.": "Supplier is missing.",
    "Ansatt mangler.": "Employee is missing.",
    "Et bilag kan ikke registreres uten posteringer.": (
        "A voucher cannot be registered without postings."
    ),
    "Summen av valgte poster må være mindre enn 10.": (
        "The sum of the chosen postings must be less than 10."
    ),
    "Minst én sendetype må oppgis.": "At least one dispatch type must be given.",
    "Regnskapsperioden er lukket.": "The accounting period is closed.",
}

_PATTERNS = (
    (
        re.compile(r"Summen av posteringene for (\S+) er ikke lik 0\."),
        r"The sum of the postings for \1 is not equal to 0.",
    ),
    (re.compile(r"Bilag (\S+) kan ikke slettes\."), r"Voucher \1 cannot be deleted."),
    (
        re.compile(r"'(.*)': Listen med ID-er må være en kommaseparert liste .*"),
        r"'\1': The list of IDs must be a comma separated list of positive integers.",
    ),
)


def in_language(body: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Return an error body in a language."""
    if language != ENGLISH:
        return body
    complaints = body["validationMessages"]
    return {
        **body,
        "message": english(body["message"]),
        "validationMessages": complaints
        and [{**complaint, "message": english(complaint["message"])} for complaint in complaints],
    }


def english(text: str | None) -> str | None:
    """Return a Norwegian error text in English; one without a translation stays as it is."""
    if text is None:
        return None
    for pattern, english_text in _PATTERNS:
        if pattern.fullmatch(text):
            return pattern.sub(english_text, text)
    return _EXACT.get(text, text)
