"""Conversations that programs carry."""

import time

import pytest

from chatbot.answers import Answer, Citation
from chatbot.conversation import Turn
from chatbot.server.conversations import KEPT_FOR, LONGEST_TOKEN, Conversations
from chatbot.server.refusals import Refused
from tests.browser.small_bot import MOW, NOISE, PASSAGES, SmallBot, cite

SECRET = b"a secret for tests"


def turn(question: str) -> Turn:
    return Turn(question, SmallBot().answer(question, ()))


@pytest.fixture
def conversations() -> Conversations:
    return Conversations(SECRET)


def test_a_conversation_comes_back_as_it_was(conversations: Conversations) -> None:
    turns = (turn(MOW), turn(NOISE), turn("What is the capital of Peru?"), turn("Thanks"))

    assert conversations.open(conversations.seal(turns)) == turns


def test_another_server_with_the_same_secret_takes_it_and_one_with_another_does_not(
    conversations: Conversations,
) -> None:
    token = conversations.seal([turn(MOW)])

    assert Conversations(SECRET).open(token) == (turn(MOW),)
    with pytest.raises(Refused, match="begun here"):
        Conversations(b"another").open(token)


def test_no_changed_token_is_taken(conversations: Conversations) -> None:
    token = conversations.seal([turn(MOW)])
    other = {letter: "A" if letter != "A" else "B" for letter in token}
    # Not the last letter: in a signature it has bits that count for nothing.
    changed = [f"{token[:place]}{other[token[place]]}{token[place + 1 :]}" for place in range(len(token) - 1)]

    for wrong in [*changed, "", ".", "x" * 100_000, f"{token}A", token[:-2]]:
        with pytest.raises(Refused) as refused:
            conversations.open(wrong)
        assert (refused.value.status, refused.value.code) == (422, "conversation")


def test_a_conversation_is_over_after_a_day(conversations: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    token = conversations.seal([turn(MOW)])
    now = time.time()

    monkeypatch.setattr(time, "time", lambda: now + KEPT_FOR - 60)
    assert conversations.open(token)
    monkeypatch.setattr(time, "time", lambda: now + KEPT_FOR + 60)
    with pytest.raises(Refused, match="is over"):
        conversations.open(token)


def test_the_oldest_turns_are_left_out_until_the_rest_fits(conversations: Conversations) -> None:
    turns = [turn(f"What is {number}? {noise(900, seed=number)}") for number in range(20)]
    token = conversations.seal(turns)
    kept = conversations.open(token)

    assert len(token) <= LONGEST_TOKEN
    assert 0 < len(kept) < 20
    assert kept == tuple(turns[-len(kept) :])


def test_a_turn_that_alone_is_too_long_keeps_what_was_asked(conversations: Conversations) -> None:
    quote = noise(20_000, seed=1)
    first = cite(1, PASSAGES["mow"], "Once a week")
    long = Answer(MOW, "answered", quote, (first, Citation(2, quote, first.source)), 0.9, "Mow how often?")
    (kept,) = conversations.open(conversations.seal([Turn(MOW, long)]))

    assert (kept.question, kept.answer.interpretation, kept.answer.verdict) == (MOW, "Mow how often?", "answered")
    assert kept.answer.citations == (first,)


def noise(length: int, *, seed: int) -> str:
    """Give text that does not compress well."""
    import random

    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=length))
