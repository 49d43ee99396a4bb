"""What the page's script may ask, and that nothing else gets through."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.page import build_page
from chatbot.server.page_calls import Call, calls_of, reader_of
from chatbot.server.refusals import Refused
from tests.browser.small_bot import SmallBot

CALLS = {
    0: Call(("text", "kept"), frozenset({9}), chooses=False),
    1: Call(("kept",), frozenset({7}), chooses=True),
}
GOOD = {"data": ["How?", None], "event_data": None, "fn_index": 0, "trigger_id": 9, "session_hash": "abc123def45"}
CHOSEN = {**GOOD, "data": [None], "event_data": {"index": 1, "value": {"text": "How?"}}, "fn_index": 1, "trigger_id": 7}

read = reader_of(CALLS)


def test_the_calls_of_the_page_take_texts_and_what_the_server_keeps() -> None:
    calls = calls_of(build_page(SmallBot()))

    assert [call.inputs for call in calls.values()] == [("text", "kept"), ("kept",), ("kept",), ()]
    assert [call.chooses for call in calls.values()] == [False, True, True, False]


@pytest.mark.parametrize("kind", ["Chatbot", "File", "JSON", "HTML", "Image"])
def test_a_page_that_takes_anything_else_from_the_browser_does_not_start(kind: str) -> None:
    component = type(kind, (), {})()
    function = SimpleNamespace(name="ask", inputs=[component], targets=[(1, "submit")])

    with pytest.raises(ValueError, match=f"the page takes {kind} from the browser"):
        calls_of(SimpleNamespace(fns={0: function}))


@pytest.mark.parametrize("body", [GOOD, CHOSEN, {**GOOD, "trigger_id": None}])
def test_what_the_page_asks_is_passed_on_as_it_was_meant(body: dict[str, Any]) -> None:
    assert json.loads(read(json.dumps(body).encode())) == body


WRONG: dict[str, Any] = {
    "not JSON": b"{",
    "a list": b"[]",
    "a field too many": {**GOOD, "simple_format": True},
    "a field too few": {key: value for key, value in GOOD.items() if key != "data"},
    "an unknown call": {**GOOD, "fn_index": 2},
    "a call by a text": {**GOOD, "fn_index": "0"},
    "a call by true": {**GOOD, "fn_index": True},
    "too much data": {**GOOD, "data": ["How?", None, None]},
    "too little data": {**GOOD, "data": ["How?"]},
    "a history": {**GOOD, "data": ["How?", [{"role": "user", "content": "How?"}]]},
    "an object in place of a text": {**GOOD, "data": [{"text": "How?"}, None]},
    "a number in place of a text": {**GOOD, "data": [7, None]},
    "a text in place of what is kept": {**GOOD, "data": ["How?", "kept"]},
    "a choice where nothing is chosen": {**GOOD, "event_data": {"index": 0, "value": "How?"}},
    "no choice where one is": {**CHOSEN, "event_data": None},
    "a choice of more": {**CHOSEN, "event_data": {"index": 0, "value": {"text": "How?", "files": []}}},
    "a choice at a place that is none": {**CHOSEN, "event_data": {"index": "0", "value": "How?"}},
    "another trigger": {**GOOD, "trigger_id": 8},
    "no session": {**GOOD, "session_hash": ""},
    "a session of another form": {**GOOD, "session_hash": "../../abcdef"},
    "a session and a line end": {**GOOD, "session_hash": "abc123def45\n"},
    "half a letter": b'{"data":["\\ud800",null],"fn_index":0,"session_hash":"abc123def45"}',
    "bytes that are no text": b'{"data":["\xff",null],"fn_index":0,"session_hash":"abc123def45"}',
    "very deep": b"[" * 5000,
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_the_page_never_asks_is_refused(body: Any) -> None:
    with pytest.raises(Refused) as refused:
        read(body if isinstance(body, bytes) else json.dumps(body).encode())

    assert (refused.value.status, refused.value.code) == (422, "unknown_call")


def test_a_question_far_too_long_is_refused_with_both_numbers() -> None:
    with pytest.raises(Refused, match=r"has 4,001 characters, the limit is 1,000"):
        read(json.dumps({**GOOD, "data": ["x" * 4001, None]}).encode())


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
NAMES = st.sampled_from([*GOOD, "path", "url", "meta"])
NESTED = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(NAMES, PLAIN | st.lists(PLAIN, max_size=2), max_size=4)


@given(st.dictionaries(NAMES, NESTED, max_size=7))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_is_sent_is_refused_or_one_of_the_calls(changes: dict[str, Any]) -> None:
    try:
        passed = json.loads(read(json.dumps({**GOOD, **changes}).encode()))
    except Refused:
        return

    assert passed.keys() == GOOD.keys()
    assert all(item is None or isinstance(item, str) for item in passed["data"])
