"""What a question takes over from the turns before it, what it replaces, what it drops: real pages, turn by turn.

The conversations stand in tests/dialogues.yaml; the sentence encoder that comes along answers them.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot import Answer, Chatbot
from index import Encoder, split_words, stem

TESTS = Path(__file__).parents[1]
KNOWLEDGE = TESTS.parent / "knowledge"

Turn = Mapping[str, Any]


def dialogues() -> list[Any]:
    table = yaml.safe_load((TESTS / "dialogues.yaml").read_text(encoding="utf-8"))
    return [
        pytest.param(page, turns, id=f"{page.partition('.')[0]}: {claim}", marks=misses(turns))
        for page, by_claim in table.items()
        for claim, turns in by_claim.items()
    ]


def misses(turns: list[Turn]) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=turn["miss"], strict=True) for turn in turns if "miss" in turn]


@pytest.fixture(scope="module")
def bot_over(real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give what opens the chatbot over one page."""

    @cache
    def open_bot(page: str) -> Chatbot:
        folder = tmp_path_factory.mktemp("dialogues") / "knowledge"
        folder.mkdir()
        place = next(place for place in (TESTS / "documents/pages" / page, KNOWLEDGE / page) if place.is_file())
        (folder / page).write_bytes(place.read_bytes())
        return Chatbot.open(folder, encoder=real_encoder)

    return open_bot


def stems(text: str) -> set[str]:
    return {word.stem for word in split_words(text)}


def check(turn: Turn, answer: Answer) -> None:
    understood = stems(answer.interpretation)
    assert [word for word in turn.get("carries", []) if stem(word) not in understood] == [], answer.interpretation
    assert [word for word in turn.get("drops", []) if stem(word) in understood] == [], answer.interpretation
    if turn.get("refused"):
        assert answer.verdict == "not_covered", answer.text
    said = " ".join("\n".join([answer.text, *(citation.quote for citation in answer.citations)]).split())
    assert [says for says in turn.get("says", []) if says not in said] == [], (answer.interpretation, answer.text)


def test_there_are_many_dialogues_over_several_pages() -> None:
    assert len(dialogues()) >= 120
    assert len({parameters.values[0] for parameters in dialogues()}) >= 8


@pytest.mark.model
@pytest.mark.parametrize(("page", "turns"), dialogues())
def test_a_conversation_is_understood_turn_by_turn(bot_over: Any, page: str, turns: list[Turn]) -> None:
    conversation = bot_over(page).conversation()

    for turn in turns:
        check(turn, conversation.ask(turn["ask"]))
