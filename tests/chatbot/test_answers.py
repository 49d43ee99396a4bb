"""An Answer cannot be built wrong, and says the same on every way out."""

import json
from dataclasses import FrozenInstanceError

import pytest

from chatbot.answers import Answer, Citation
from index import Source

SOURCE = Source("bikes.md", ("Bikes", "Gears"), 3, 4, 10, 18)
CITATION = Citation(1, "8 ✓ gear", SOURCE)
ANSWERED = Answer(
    question="gears?",
    verdict="answered",
    text="8 ✓ gear [1]",
    citations=(CITATION,),
    confidence=0.9,
    interpretation="How many gears?",
    suggestions=("Is it light?",),
)


def test_an_answer_without_a_citation_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="needs at least one citation"):
        Answer("?", "answered", "8 gears", confidence=0.9)


@pytest.mark.parametrize("verdict", ["not_covered", "clarify", "chitchat"])
def test_what_is_no_answer_cites_nothing(verdict: str) -> None:
    with pytest.raises(ValueError, match="has nothing to cite"):
        Answer("?", verdict, "text", (CITATION,), reason="because")  # type: ignore[arg-type]


def test_a_refusal_without_a_reason_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="a refusal says why"):
        Answer("?", "not_covered", "The content does not say.")


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_confidence_is_a_chance(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Answer("?", "chitchat", "Hello!", confidence=confidence)


def test_an_answer_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        ANSWERED.text = "9 gears"  # type: ignore[misc]


def test_as_data_it_names_its_version_and_all_of_its_parts() -> None:
    assert ANSWERED.to_dict() == {
        "version": 1,
        "question": "gears?",
        "verdict": "answered",
        "text": "8 ✓ gear [1]",
        "citations": (
            {
                "number": 1,
                "quote": "8 ✓ gear",
                "source": {
                    "path": "bikes.md",
                    "heading": ("Bikes", "Gears"),
                    "first_line": 3,
                    "last_line": 4,
                    "start": 10,
                    "end": 18,
                    "converted": False,
                },
            },
        ),
        "confidence": 0.9,
        "interpretation": "How many gears?",
        "reason": "",
        "suggestions": ("Is it light?",),
    }


def test_as_data_it_goes_through_json() -> None:
    data = json.loads(json.dumps(ANSWERED.to_dict()))

    assert data["citations"][0]["source"]["heading"] == ["Bikes", "Gears"]
    assert data["text"] == "8 ✓ gear [1]"


def test_as_text_it_ends_in_its_sources() -> None:
    assert str(ANSWERED) == "8 ✓ gear [1]\n\n[1] bikes.md:3-4 › Bikes › Gears"


def test_a_refusal_as_text_is_its_text_alone() -> None:
    assert str(Answer("?", "not_covered", "Not here.", reason="not here")) == "Not here."
