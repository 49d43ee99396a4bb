import sys
from pathlib import Path

import pytest

from index.chunking import split_document
from index.errors import ContentError
from index.readers import read_folder
from index.readers.document import Heading, Paragraph
from tests.index.readers.outlines import outline_but_tables as outline
from tests.index.readers.outlines import read
from tests.index.readers.outlines import tables_in_place as tables


def test_a_word_document_is_read_from_the_html_that_it_is_converted_into() -> None:
    document = read("boat-club.docx")

    assert document.converted
    assert outline(document) == [
        ("h1", "Boat club"),
        ("prose", "The club has <strong>two</strong> boat houses &amp; a slipway."),
        ("h1", "Questions"),
        ("h2", "How do I join?"),
        ("prose", "Write to the secretary."),
        ("item", "A form"),
        ("item", "A photo"),
        ("h2", "May I bring a dog?"),
        ("prose", "Only on a lead."),
        ("h1", "Fees"),
    ]
    assert tables(document) == [
        [["Fee", "Adult", "Junior"], ["Year", "120 €", "60 €"], ["Day", "8 €", "4 €"], ["Locker", "free", "free"]]
    ]
    assert [part.what for part in document.skipped] == ["page header"]


def test_a_pdf_is_read_by_the_size_of_its_letters_and_its_ruled_lines() -> None:
    document = read("boat-club.pdf")

    assert document.converted
    assert outline(document) == [
        ("h1", "Boat club"),
        (
            "prose",
            "The club has two boat houses and a slipway. Both of the houses are open all year, the slipway "
            "from May to\nthe end of October, weather permitting.",
        ),
        ("h2", "Questions"),
        ("h3", "How do I join?"),
        ("prose", "Write to the secretary. Enclose:"),
        ("item", "A form"),
        ("item", "A photo"),
        ("h7", "May I bring a dog?"),
        ("prose", "Only on a lead."),
        ("h2", "Fees"),
        ("prose", "Keys hang in the boat house."),
    ]
    assert tables(document) == [
        [
            ["Fee", "Adult", "Junior"],
            ["Year", "120 EUR", "60 EUR"],
            ["Day", "8 EUR", "4 EUR"],
            ["Locker", "free", "free"],
        ]
    ]
    assert {part.what for part in document.skipped} == {"page header or footer"}


@pytest.mark.parametrize("name", ["boat-club.docx", "boat-club.pdf"])
def test_a_citation_says_that_it_stands_in_converted_text(name: str) -> None:
    passages = {passage.title: passage for passage in split_document(read(name))}

    assert passages["May I bring a dog?"].text == "Only on a lead."
    assert passages["May I bring a dog?"].source.converted
    assert str(passages["Locker"].source).startswith(f"the converted text of {name}:")
    assert [cell.column for cell in passages["Day"].cells] == ["Adult", "Junior"]


def test_the_same_file_is_converted_into_the_same_text() -> None:
    assert all(read(name) == read(name) for name in ("boat-club.docx", "boat-club.pdf", "boat-club.xlsx"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("encrypted.pdf", r"encrypted\.pdf: is encrypted\. Save it without a password"),
        ("no-text.pdf", r"no-text\.pdf: holds pictures of pages and no text\. Have the text recognised first"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_an_error_with_its_cure(name: str, problem: str) -> None:
    with pytest.raises(ContentError, match=problem):
        read(f"unreadable/{name}")


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_what_only_bears_the_name_is_an_error_with_its_cure(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(b"Just words.")

    with pytest.raises(ContentError, match=rf"a\{suffix}: (?:is no|cannot be read as) \{suffix}.*\. (?:Save|Print)"):
        read_folder(tmp_path)


@pytest.mark.parametrize(("name", "library"), [("boat-club.docx", "mammoth"), ("boat-club.pdf", "pdfplumber")])
def test_without_the_extra_the_error_names_it(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(ContentError, match=r"needs the extra 'documents'.*pip install 'faqsimile\[documents\]'"):
        read(name)


def test_paragraphs_are_words_of_the_text() -> None:
    document = read("boat-club.pdf")

    assert all(
        document.text[block.span.start : block.span.end].strip()
        for block in document.blocks
        if isinstance(block, Paragraph | Heading)
    )
