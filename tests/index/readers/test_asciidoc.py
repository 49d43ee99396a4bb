import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import plain_text
from index.chunking import split_document
from index.errors import ContentError
from index.passages import Passage
from index.readers import read_document
from index.readers.document import Heading, Table
from tests.index.readers.outlines import outline, read, tables

ROOT = Path(__file__).parents[3]


def test_every_kind_of_block_is_read_where_it_stands() -> None:
    assert [entry for entry in outline(read("kites.adoc")) if entry[0] != "table"] == [
        ("h1", "Kite questions"),
        ("prose", "All about *kites* and reels,\nin short."),
        ("h2", "Is a `tail` needed, and link:why.html[why]?"),
        ("prose", "It steadies\nthe kite."),
        ("item", "silk\nand satin"),
        ("item1", "Chinese"),
        ("item", "paper"),
        ("item", "Never wet."),
        ("prose", "Measure it"),
        ("code", "measure --tail\n\nmeasure --line"),
        ("prose", "Not in storms."),
        ("h7", "How high?"),
        ("prose", "Up to 30 metres."),
        ("h7", "Returns"),
        ("prose", "Within 30 days."),
        ("prose", "With the bill."),
        ("break", ""),
        ("prose", "After the list."),
        ("item", "reel:: Holds the line."),
        ("item", "wax::\n  Now and then."),
        ("h7", "And in rain?"),
        ("prose", "Land at once."),
        ("break", ""),
        ("h7", "Can I fly at night?"),
        ("prose", "With a lamp."),
        ("quote", "Higher!"),
        ("h2", "Prices"),
        ("prose", "What a kite costs"),
        ("prose", "On request"),
        ("code", "a literal line"),
        ("break", "'''"),
        ("prose", "See https://kites.example[the shop]."),
    ]


def test_tables_keep_the_place_of_every_cell() -> None:
    assert tables(read("kites.adoc")) == [
        [["Kite", "Child", "Adult"], ["Delta", "20", "35, or ask"], ["Box", "25", "35, or ask"]],
        [["Kite", "Child", "Adult"], ["Sled", "free", "free"], ["Tail", r"a \| b", "silk,\n  or paper"]],
        [["Line", "Holds"], ["Thin", "5 kg"]],
    ]


def test_what_is_left_out_is_reported_with_its_place() -> None:
    document = read("kites.adoc")

    assert [(part.what, document.line_at(part.span.start)) for part in document.skipped] == [
        ("comment", 1),
        ("author or revision", 3),
        ("author or revision", 4),
        ("attribute", 5),
        ("attribute", 6),
        ("attribute", 7),
        ("include, which is not followed", 12),
        ("comment", 61),
        ("raw HTML", 67),
    ]


def test_no_other_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.adoc"
    secret.write_text("Sesame", encoding="utf-8")

    document = read_document(f"include::{secret}[]\n", "a.adoc", tmp_path / "a.adoc")

    assert document.blocks == ()
    assert [part.what for part in document.skipped] == ["include, which is not followed"]


def test_the_header_says_language_and_date() -> None:
    front_matter = read("kites.adoc").front_matter

    assert (front_matter.language, front_matter.updated) == ("en", "2026-03-01")


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("== https://x.example[Cord & Co^] and <<wind,the wind>>", "Cord & Co and the wind"),
        ("== The `--dry_run` flag ==", "The --dry_run flag"),
        ("=== [[id]]*Bold*", "Bold"),
    ],
)
def test_a_title_is_free_of_markup(markup: str, title: str) -> None:
    heading = read_document(f"{markup}\n", "a.adoc").blocks[0]

    assert isinstance(heading, Heading)
    assert heading.title == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Q: Why?\nA: So.\nIndeed.", [("h7", "Why?"), ("prose", "So.\nIndeed.")]),
        ("std::vector is fast", [("prose", "std::vector is fast")]),
        ("image::kite.png[A kite]", []),
        ("```sh\nrun\n```", [("code", "run")]),
        ("--\nInside.\n--", [("prose", "Inside.")]),
        ("----\nnever closed", [("code", "never closed")]),
        ("1. one\n2. two", [("item", "one"), ("item", "two")]),
        ("* [x] done", [("item", "done")]),
        ("\ufeff= Tea\n\nGreen.", [("h1", "Tea"), ("prose", "Green.")]),
        ("|===\n|===", []),
        (",===\na,b\n,===", []),
        ("|===\n2*|x\n|===", [("table", "x")]),
    ],
)
def test_what_authors_write_is_read_as_they_mean_it(text: str, expected: list[tuple[str, str]]) -> None:
    if "2*" in text:
        expected = [("prose", "x")]  # a row that says the same in all columns
    assert outline(read_document(text, "a.adoc")) == expected


def test_cells_may_stand_one_a_line() -> None:
    document = read_document('[cols="1,1,1",options="header"]\n|===\n|A |B |C\n\n|1\n|2\n|3\n|===\n', "a.adoc")

    assert tables(document) == [[["A", "B", "C"], ["1", "2", "3"]]]


def test_a_table_whose_cells_do_not_fill_its_columns_is_an_error_with_its_place() -> None:
    with pytest.raises(ContentError, match=r"a\.adoc:3: the cells of the table do not fill its 3 columns\. Give each"):
        read_document("Words.\n\n|===\n|A |B |C\n\n|1 |2\n|===\n", "a.adoc")


def as_asciidoc(markdown: str) -> str:
    """Write the little Markdown that the shipped page uses as AsciiDoc."""
    text = re.sub(r"^(#+) ", lambda found: "=" * len(found[1]) + " ", markdown, flags=re.MULTILINE)
    text = re.sub(r"^\|[-|: ]+\|\n", "", text, flags=re.MULTILINE)
    rows = re.compile(r"(?:^\|.*\|\n)+", re.MULTILINE)
    cut = rows.sub(lambda found: f"[%header]\n|===\n{re.sub(r' [|]$', '', found[0], flags=re.M)}|===\n", text)
    return re.sub(r"^- ", "* ", cut, flags=re.MULTILINE)


def comparable(passages: list[Passage]) -> list[object]:
    """Say what passages hold, whatever markup they are written in."""
    return [
        (
            passage.kind,
            passage.title,
            passage.source.heading,
            [plain_text(sentence.text) for sentence in passage.sentences],
            [(cell.column, plain_text(cell.text), cell.doubt) for cell in passage.cells],
        )
        for passage in passages
    ]


def test_the_shipped_page_gives_the_same_passages_as_asciidoc() -> None:
    page = (ROOT / "knowledge" / "tensorflow-vs-pytorch.md").read_text(encoding="utf-8")

    passages = split_document(read_document(as_asciidoc(page), "a.adoc"))

    assert len(passages) > 20
    assert comparable(passages) == comparable(split_document(read_document(page, "a.md")))


LINES = st.sampled_from(
    "= Title¦== Is it?¦=== Deep¦words here¦more words.¦* item¦** deeper¦- dash¦. first¦1. one¦term:: words¦term::¦"
    "Why?:: so¦Is it?::¦[qanda]¦[source,sh]¦[quote]¦[NOTE]¦NOTE: words¦.Caption¦----¦....¦====¦****¦____¦--¦////¦++++¦"
    "```¦|===¦| a | b¦| c¦2+| wide | x¦[%header]¦// note¦:name: value¦include::a.adoc[]¦image::a.png[b]¦'''¦+¦"
    "  literal¦*Bold?* yes¦Q: What?¦A: That.¦¦¦¦é 漢字。".split("¦")
)
MARKS = re.compile(r"\[[^\]]*\]|[-.=*_+/`']{2,}|\+|\|===|```")


@given(st.lists(LINES, max_size=16).map("\n".join))
@settings(deadline=None, max_examples=400)
def test_every_line_of_any_file_is_in_one_block_or_reported(text: str) -> None:
    try:
        document = read_document(text, "a.adoc")
    except ContentError as error:
        assert re.match(r"a\.adoc:\d+: the cells of the table", str(error))  # noqa: PT017
        return
    spans = [block.span for block in document.blocks]

    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(span.end <= len(text) for span in spans)
    told = [*spans, *(part.span for part in document.skipped)]
    told += [cell.span for block in document.blocks if isinstance(block, Table) for cell in block.header.cells]
    start = 0
    for line in text.split("\n"):
        if line.strip() and not MARKS.fullmatch(line.strip()):
            assert any(span.start < start + len(line) and start < span.end for span in told), line
        start += len(line) + 1
    for passage in split_document(document):
        assert document.text[passage.source.start : passage.source.end] == passage.text


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_characters_are_read(text: str) -> None:
    document = read_document(text, "a.adoc")

    assert all(first.span.end <= second.span.start for first, second in pairwise(document.blocks))
