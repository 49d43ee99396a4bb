from index.chunking import split_document
from index.chunking.sentences import MAX_WORDS
from index.passages import Passage
from index.readers import read_document

LONG = "This sentence has exactly seven words, see. " * 12


def cut(text: str) -> list[Passage]:
    return split_document(read_document(text, "page.md"))


def test_paragraphs_of_one_section_are_packed_as_long_as_they_fit() -> None:
    passages = cut(f"# A\n\n{LONG}\n\n{LONG}\n\n{LONG}\n")

    assert [len(passage.text.split()) for passage in passages] == [168, 84]
    assert {passage.title for passage in passages} == {"A"}


def test_sections_are_never_joined() -> None:
    assert [(passage.title, passage.text) for passage in cut("# A\n\nOne.\n\n## B\n\nTwo.\n")] == [
        ("A", "One."),
        ("B", "Two."),
    ]


def test_a_list_stays_with_the_line_that_leads_to_it() -> None:
    passages = cut(
        f"# A\n\n{LONG}\n\n{LONG}\n\nTake:\n\n- one two three four five six\n- seven eight nine ten eleven twelve\n"
    )

    assert passages[-1].text == "Take:\n\n- one two three four five six\n- seven eight nine ten eleven twelve"


def test_code_stays_whole_with_its_explanation() -> None:
    code = "```\n" + "print(1)\n" * 300 + "```"
    passages = cut(f"# A\n\nRun this:\n\n{code}\n")

    assert [passage.text for passage in passages] == [f"Run this:\n\n{code}"]
    assert [sentence.style for sentence in passages[0].sentences] == ["prose", "code"]


def test_a_long_list_is_cut_between_items() -> None:
    passages = cut("# A\n\nTake these:\n\n" + "".join(f"- {LONG}\n" for _ in range(4)))

    assert len(passages) == 2
    assert passages[1].text.startswith("- This")
    assert all(len(passage.text.split()) <= MAX_WORDS + 4 for passage in passages)


def test_text_before_the_first_heading_bears_the_title_of_the_document() -> None:
    assert cut("Words.\n\n# A\n\n## B\n")[0].title == "A"
    assert cut("---\ntitle: T\n---\nWords.\n")[0].title == "T"
    assert cut("Words.\n")[0].title == "page"
    assert cut("Words.\n")[0].source.heading == ()


def test_sentences_are_numbered_by_paragraph() -> None:
    passage = cut("# A\n\nOne. Two.\n\n- Three. Four.\n- Five.\n")[0]

    assert [(sentence.text, sentence.style, sentence.paragraph) for sentence in passage.sentences] == [
        ("One.", "prose", 0),
        ("Two.", "prose", 0),
        ("Three.", "item", 1),
        ("Four.", "item", 1),
        ("Five.", "item", 2),
    ]
