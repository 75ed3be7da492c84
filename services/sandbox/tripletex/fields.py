"""The ``fields`` parameter: ``id,customer(name,postalAddress(*))`` as a tree."""

from __future__ import annotations

from services.sandbox.tripletex.errors import ApiError

STAR = "*"

Selection = dict[str, "Selection | None"]
"""What was asked for at one level; None means the field without a level below it."""


def parse(text: str) -> Selection:
    """Return the tree of a ``fields`` parameter.

    Raises:
        ApiError: The brackets do not match.
    """
    reader = _Reader(text)
    selection = reader.level()
    if not reader.is_at_end:
        raise _broken(text)
    return selection


class _Reader:
    """Reads one ``fields`` text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def level(self) -> Selection:
        selection: Selection = {}
        while not self.is_at_end and self._text[self._at] != ")":
            name = self._name()
            below = self._below()
            if name:
                selection[name] = below
            self._skip(",")
        return selection

    def _name(self) -> str:
        start = self._at
        while not self.is_at_end and self._text[self._at] not in ",()":
            self._at += 1
        return self._text[start : self._at].strip()

    def _below(self) -> Selection | None:
        if not self._skip("("):
            return None
        selection = self.level()
        if not self._skip(")"):
            raise _broken(self._text)
        return selection

    def _skip(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._at)
        self._at += found
        return found


def _broken(text: str) -> ApiError:
    return ApiError(400, 11000, f"Illegal fields filter: {text}")
