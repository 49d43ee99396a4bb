import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking.sentences import MAX_WORDS, cut_sentences


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in cut_sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Pick one.", "Add the other later."],
        ["No — pick one, go deep.", "6 months beat 3."],
        ["Use TF 2.0, e.g. with Keras, i.e. the old way.", "It works."],
        ["It costs approx. 5 euros vs. 7 before.", "Fine."],
        ["Ask Dr. Smith or see No. 5.", "No.", "Really not."],
        ["The U.S. market is large.", "Europe is larger."],
        ["It is made by Acme, Inc.", "This page is ours."],
        ["Edit `a. B` in file.names.", "Done!"],
        ["See [Do you need it? Maybe](https://a.example/x. y).", "Then go."],
        ["**Bold one. Bold two.**", "Plain."],
        ["(In brackets.)", "After."],
        ['He said "stop."', "She did."],
        ["Wait... what is it?", "Nothing…", "Good."],
        ["It ends here.[^1]"],
        ["Really?!", "Yes."],
        ["It ends in a name.", "uvu starts the next."],
        ["你好。", "再见！"],
    ],
)
def test_cuts_at_the_ends_of_sentences_and_nowhere_else(sentences: list[str]) -> None:
    joint = "" if sentences[0].startswith("你") else " "

    assert cut(joint.join(sentences)) == sentences


def test_a_line_break_inside_a_sentence_stays() -> None:
    assert cut("One\ntwo.\nThree.") == ["One\ntwo.", "Three."]


def test_a_sentence_longer_than_the_encoder_sees_is_cut_after_a_clause() -> None:
    pieces = cut("word " * 150 + "clause, " + "word " * 100 + "end.")

    assert len(pieces) == 2
    assert pieces[0].endswith("clause,")
    assert all(len(piece.split()) <= MAX_WORDS for piece in pieces)


@given(st.text(alphabet=st.sampled_from("aB .!?`*[]()<>\n…,1e.g\"'")))
def test_loses_no_letter(text: str) -> None:
    pieces = cut(text)

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in pieces)
