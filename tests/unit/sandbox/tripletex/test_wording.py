from __future__ import annotations

from services.sandbox.tripletex.errors import malformed, refused
from services.sandbox.tripletex.wording import english, in_language


def test_errors_are_norwegian_unless_english_was_chosen() -> None:
    body = refused("Kunde mangler.", "postings.customer.id").body("request")

    assert in_language(body, "no") is body


def test_english_users_read_english() -> None:
    body = in_language(refused("Kunde mangler.", "postings.customer.id").body("request"), "en")

    assert body["message"] == "Validation failed."
    assert body["validationMessages"][0]["message"] == "Customer is missing."


def test_names_in_a_text_are_kept() -> None:
    body = in_language(malformed("120*").body("request"), "en")

    assert body["message"].startswith("'120*': The list of IDs")
    assert body["validationMessages"] is None


def test_a_text_without_translation_stays() -> None:
    assert english("Unauthorized") == "Unauthorized"
    assert english(None) is None
