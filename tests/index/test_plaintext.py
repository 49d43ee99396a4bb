import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.plaintext import plain_text


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("**bold** and __bold__, *slanted* and _slanted_, ~~gone~~", "bold and bold, slanted and slanted, gone"),
        ("***both***", "both"),
        ("[`argparse`](https://docs.example/argparse.html)", "argparse"),
        ("[Workspace support] and [text][ref] and [text][]", "Workspace support and text and text"),
        ('[a](u_(v) "t") b', "a b"),
        ("[![build](badge.svg)](url) passing", "build passing"),
        ("[![][stars]][repo]", ""),
        ("`a_b*c` and ``x`y``", "a_b*c and x`y"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("Lagged Data<sup>1</sup> and [^note] end", "Lagged Data and end"),
        ("one<br/>two <b>three</b>", "one two three"),
        ("<https://a.example/b>", "https://a.example/b"),
        ("## Heading {#id}", "Heading"),
        ("first,\n> second", "first, second"),
        ("```py\na_b_c = 1\n```", "a_b_c = 1"),
        (r"2 \* 3 \_x\_", "2 * 3 _x_"),
        ("**Cut off in the middle.", "Cut off in the middle."),
    ],
)
def test_takes_the_marks_off(markup: str, words: str) -> None:
    assert plain_text(markup) == words


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_name and other_name",
        "2*3*4 = 24",
        "a < b and c > d",
        "List<String> of array[0]",
        "5 * 3 * 2",
        "~30-35% of ~60",
        "Q&A",
        "C++ & C#",
        "[1, 2]",
    ],
)
def test_leaves_plain_text_alone(text: str) -> None:
    assert plain_text(text) == text


@given(st.text())
def test_takes_any_text(text: str) -> None:
    words = plain_text(text)

    assert words == " ".join(words.split())


@pytest.mark.parametrize(
    "sign", ["`", "**a ", "[", "[a](", "![[", "_a ", "__a ", "*a ", "<a ", "<!--", "{:", "```\n", "&", "> "]
)
def test_takes_time_in_proportion(sign: str) -> None:
    began = time.perf_counter()

    plain_text(sign * (100_000 // len(sign)))

    assert time.perf_counter() - began < 10
