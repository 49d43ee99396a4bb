"""Which words after a number are units of measure."""

from index.words import stem

_UNITS = frozenset(
    "second minute hour day week month quarter year night euro dollar pound cent franc rupee percent kg g km m cm mm l "
    "ml kb mb gb tb kwh ms s h min kilo gram litre liter metre meter mile foot inch degree people person member guest "
    "seat place point".split()
)
_SIGNS = frozenset("%$€£¥₹")
_UNIT_STEMS = frozenset(stem(unit) for unit in _UNITS)


def is_unit(word: str) -> bool:
    """Say whether *word*, in singular or plural, is a unit that people write after numbers."""
    return word in _SIGNS or stem(word) in _UNIT_STEMS
