from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import split_document
from index.errors import ContentError
from index.passages import Cell, Sentence
from index.readers import read_document
from index.readers.document import Document, Heading, Table
from tests.index.readers.outlines import DOCUMENTS, outline, read, tables

SAMPLES = sorted(DOCUMENTS.glob("*.rst"))


def outside_tables(document: Document) -> list[tuple[str, str]]:
    return [entry for entry in outline(document) if entry[0] not in ("h1", "table")]


def test_titles_rank_in_the_order_in_which_their_marks_appear() -> None:
    headings = [block for block in read("sections.rst").blocks if isinstance(block, Heading)]

    assert [(heading.level, heading.title) for heading in headings] == [
        (1, "Kite"),
        (2, "Which line_ do I need for a small kite?"),
        (3, "Deeper"),
        (2, "Winds and weather"),
        (4, "A style that skips a level"),
        (2, "Too short a line"),
    ]


def test_the_words_of_a_title_stand_in_the_file_with_their_roles() -> None:
    assert ("h2", "Which ``line_`` do I need for a :ref:`small kite <small>`?") in outline(read("sections.rst"))


def test_a_title_where_none_may_stand_is_kept_as_words() -> None:
    assert ("prose", "Line of `Cord & Co <https://cord.example>`_ [1]_") in outline(read("sections.rst"))


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("The ``--dry_run_`` flag", "The --dry_run_ flag"),
        (":class:`~kite.reel.Reel` and :py:func:`!fly`", "Reel and fly"),
        ("`Cord & Co <https://cord.example>`__ and `wind`_", "Cord & Co and wind"),
        ("`<https://cord.example>`_", "https://cord.example"),
        ("**Bold** [#note]_ and snake_case", "Bold and snake_case"),
    ],
)
def test_a_title_is_free_of_markup(markup: str, title: str) -> None:
    heading = read_document(f"{markup}\n{'=' * len(markup)}\n", "a.rst").blocks[0]

    assert isinstance(heading, Heading)
    assert heading.title == title


def test_lists_of_every_kind_give_items_with_their_depth() -> None:
    assert outline(read("lists.rst"))[1:] == [
        ("item", "a rope,\n  ten metres long"),
        ("item", "Dry it first."),
        ("item1", "of hemp"),
        ("item1", "or nylon"),
        ("item", "a lamp"),
        ("item", "Fold."),
        ("item", "Roll."),
        ("item1", "tightly"),
        ("item1", "evenly"),
        ("item", "peg : steel\n   Holds the tent. Bring twelve."),
        ("item", "Spares are sold at the gate."),
        ("item", "pole"),
        ("item1", "front"),
        ("item1", "back"),
        ("item", ":weight: four kilos,\n   wet five"),
        ("item", ":colours:"),
        ("item1", "green"),
        ("item", "-q, --quick   Pitch the outer tent\n              only."),
        ("item", "--dry\n    Hang it up."),
        ("prose", "12 Mill Lane"),
        ("prose", "Riverton,\n  Northshire"),
    ]


def test_code_is_kept_whole_and_what_leads_to_it_ends_in_one_colon() -> None:
    assert outline(read("code.rst"))[1:] == [
        ("prose", "Run this:"),
        ("code", "make all\n\n      make check"),
        ("prose", "Or this"),
        ("code", "make quick"),
        ("code", "> quoted one\n> quoted two"),
        ("code", "sudo make install"),
        ("code", "e = m c^2"),
        ("code", ">>> 1 + 1\n2"),
        ("prose", "Wild code \\:: is prose."),
    ]


def test_of_a_directive_there_is_what_its_reader_sees() -> None:
    assert outline(read("directives.rst")) == [
        ("h1", "Notes"),
        ("prose", "See :doc:`other` at |shop|."),
        ("prose", "Gloves help\n   against burns."),
        ("item", "leather ones"),
        ("prose", "Never near power lines."),
        ("prose", "Storms"),
        ("prose", "Land at once."),
        ("prose", "versionchanged:: 2.1\n   The reel locks."),
        ("prose", "The reel, open."),
        ("prose", "line_length"),
        ("prose", "In metres."),
        ("item", ":default: 50"),
        ("prose", "Wax your line."),
        ("prose", "For the web."),
        ("h2", "Inner"),
        ("prose", "Words under it."),
        ("prose", "A kite poem:"),
        ("quote", "Up it goes."),
        ("quote", "Anon"),
        ("prose", "As we said [1]_ before."),
        ("break", "----"),
        ("prose", "In the note."),
    ]


def test_nothing_is_said_about_directives_and_roles_that_are_unknown(capfd: pytest.CaptureFixture[str]) -> None:
    read_document(".. nonsense:: x\n   :odd: y\n\n:unheard:`of` and `bad <\n\n.. code:: nothing\n", "a.rst")

    assert capfd.readouterr() == ("", "")


def test_a_directive_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Sesame", encoding="utf-8")
    asking = ("include:: {}", "literalinclude:: {}", "csv-table::\n   :file: {}", "raw:: html\n   :file: {}")
    text = "\n\n".join(f".. {line.format(secret)}" for line in asking)

    assert read_document(text, "a.rst").blocks == ()


def test_a_role_that_a_file_makes_its_own_is_unknown_to_the_next() -> None:
    from docutils.parsers.rst import roles

    before = dict(roles._roles)  # type: ignore[attr-defined]
    read_document(".. role:: mine\n.. default-role:: mine\n", "a.rst")

    assert roles._roles == before  # type: ignore[attr-defined]


def test_questions_need_not_be_titles() -> None:
    assert outline(read("answers.rst")) == [
        ("h7", "Can I fly **here**?"),
        ("prose", "Yes, on weekdays."),
        ("prose", "Ask the warden at weekends."),
        ("break", ""),
        ("item", "wind\n   Moving air."),
        ("h7", "How high?"),
        ("prose", "Up to\n30 metres."),
        ("h7", "And at night?"),
        ("item", "With a lamp."),
        ("break", ""),
        ("prose", "After the list."),
        ("h7", "What about rain?"),
        ("prose", "Land."),
        ("break", ""),
        ("prose", "After the fold."),
    ]


def test_a_question_has_its_whole_answer_with_its_code() -> None:
    head = "FAQ\n===\n\nHow do I start?\n---------------\n\n"
    text = f"{head}Run it:\n\n.. code-block:: sh\n\n   run\n\n.. note:: Twice.\n\n- or so\n"
    passages = split_document(read_document(text, "a.rst"))

    assert [(passage.kind, passage.title) for passage in passages] == [("question", "How do I start?")]
    assert [(sentence.style, sentence.text) for sentence in passages[0].sentences] == [
        ("prose", "Run it:"),
        ("code", "run"),
        ("prose", "Twice."),
        ("item", "or so"),
    ]
    assert (passages[0].source.first_line, passages[0].source.last_line) == (7, 15)


def test_drawn_tables_keep_the_place_of_every_cell() -> None:
    document = read("drawn-tables.rst")

    assert tables(document) == [
        [["Kite", "Size", "Best in"], ["Delta", "2 m", "light wind"], ["Box", "1 m", ""]],
        [["Kite", "Size", "Best in"], ["Parafoil", "3 m", "strong wind"]],
        [
            ["Kite Name", "Price Child", "Price Adult"],
            ["Delta", "20", "35"],
            ["Box", "25", "40, and a\n               bag free"],
            ["", "", "on request"],
            ["Sled", "漢字", "20"],
        ],
        [["", ""], ["Reel", "12"], ["Line", "7"]],
    ]


def test_rows_that_cannot_be_taken_apart_are_kept_as_they_are_drawn() -> None:
    assert outside_tables(read("drawn-tables.rst")) == [
        ("prose", "All of them need a line."),
        ("code", "| Sled    | 1 m       | any wind,   |\n|         |           | even a gale |"),
        ("prose", "Prices:"),
        ("prose", "Without a header:"),
        ("prose", "Closed in March."),
        ("prose", "Rows that a cell joins:"),
        ("code", "| Reel  | big |\n|       +-----+\n|       | red |"),
    ]


def test_listed_tables_keep_the_place_of_every_cell() -> None:
    document = read("listed-tables.rst")

    assert tables(document) == [
        [["Reel", "Small", "Large"], ["Wood", "200 g,\n       with line", ""], ["", "90 g\n       - 95 g", "150 g"]],
        [
            ["Line", "Price, net", "Stock"],
            ["Thin", "5, or 6", "yes"],
            ["Thick\n   line", 'the ""best""', "no"],
            ["Silk", "9", ""],
        ],
        [["Knot", "Holds"], ["Bowline", "60 %"]],
        [["Size", "Fits"], ["S", "M"]],
    ]
    assert outside_tables(document) == [
        ("prose", "What a reel weighs"),
        ("item1", "ragged"),
        ("item1", "row"),
        ("item1", "alone"),
        ("prose", "What a line costs"),
        ("prose", "Captioned"),
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_cells_and_names_of_columns_stand_where_they_say(path: Path) -> None:
    document = read(path.name)

    for table in (block for block in document.blocks if isinstance(block, Table)):
        for row in table.rows:
            assert all(document.text[cell.span.start : cell.span.end] == cell.text for cell in row.cells)
            assert len(row.cells) == len(table.header.cells)
        for cell in table.header.cells:
            assert all(word in document.text[cell.span.start : cell.span.end] for word in cell.text.split())


def test_a_table_of_too_many_rows_is_refused_with_its_place() -> None:
    rows = "a   b\n" * 5_001

    with pytest.raises(ContentError, match=r"a\.rst:4: the table has 5,001 rows, the limit is 5,000\. Split it"):
        read_document(f"Words.\n\n=== ===\n{rows}=== ===\n", "a.rst")


def test_of_what_is_malformed_every_word_is_kept() -> None:
    assert outline(read("malformed.rst"))[1:] == [
        ("code", "+-----+---+\n| Leg | b\n+-----+---+"),
        ("code", "== ===\nc\n- item"),
        ("quote", "Title in an item"),
        ("quote", "after it"),
        ("prose", "not a list"),
        ("item", "`unclosed\n  **role :foo:`"),
        ("prose", "Over"),
        ("prose", "====x"),
        ("prose", "No end:"),
    ]


def test_lists_nested_beyond_measure_are_refused_with_their_place() -> None:
    with pytest.raises(ContentError, match=r"a\.rst:3: lists or quotations are nested too deeply\. Indent them less"):
        read_document("Words.\n\n" + "- " * 2_000 + "x\n", "a.rst")


def test_fields_at_the_top_speak_of_the_page() -> None:
    document = read("page-fields.rst")

    assert document.front_matter.title == "Kite rules"
    assert document.front_matter.updated == "2026-05-01"
    assert document.front_matter.language == "en"
    assert outline(document) == [
        ("item", ":Author: The warden"),
        ("h1", "Rules"),
        ("item", ":date: of the next meeting"),
    ]


def test_front_matter_is_read_as_in_markdown() -> None:
    document = read_document("---\ntitle: Kites\naliases: [[Delta, delta kite]]\n---\n\nFly\n===\n", "a.rst")

    assert document.front_matter.title == "Kites"
    assert document.front_matter.aliases == {"Delta": ("delta kite",)}
    assert outline(document) == [("h1", "Fly")]


def test_tabs_and_a_byte_order_mark_are_counted_but_spoil_nothing() -> None:
    document = read_document("\ufeffTea\n===\n\n-\tgreen\n\n\t-\tcold\tor hot\n\n::\n\n\tboil\n", "a.rst")

    assert outline(document) == [
        ("h1", "Tea"),
        ("item", "green"),
        ("item1", "cold\tor hot"),
        ("code", "boil"),
    ]


def test_what_other_programs_take_for_the_end_of_a_line_is_none() -> None:
    document = read_document("One\x0btwo\u2028three\n\nFour\n====\n", "a.rst")

    assert outline(document) == [("prose", "One\x0btwo\u2028three"), ("h1", "Four")]
    assert [document.line_at(block.span.start) for block in document.blocks] == [1, 3]


LINES = st.sampled_from(
    "Title¦=====¦-----¦Is it?¦words here¦more words::¦- item¦* item¦1. one¦#. two¦a) three¦term¦   definition¦"
    "     deeper¦:field: value¦-a, --all  option¦--long¦| line¦>>> code¦.. note:: words¦.. note::¦"
    ".. code-block:: python¦.. odd:: a b¦.. dropdown:: Why?¦   :open:¦.. list-table:: words¦   * - a¦     - b¦"
    '.. csv-table::¦   "x", y¦.. table:: words¦.. versionadded:: 1.0¦.. [1] note¦.. _target:¦.. |s| replace:: words¦'
    ".. comment¦..¦__ x¦   -- someone¦+---+---+¦| a | b |¦+===+===+¦=== ===¦a   b¦--- ---¦漢字¦\ttab¦> quoted¦::¦"
    "¦¦¦**Bold?** yes¦\u2028¦\x00¦   =====".split("¦")
)


@given(st.lists(LINES, max_size=14).map("\n".join))
@settings(deadline=None, max_examples=150)
def test_any_lines_are_read_and_what_is_read_stands_in_the_file(text: str) -> None:
    document = read_document(text, "a.rst")

    assert all(first.span.end <= second.span.start for first, second in pairwise(document.blocks))
    for passage in split_document(document):
        assert document.text[passage.source.start : passage.source.end] == passage.text
        parts: tuple[Sentence | Cell, ...] = (*passage.sentences, *passage.cells)
        assert all(document.text[part.start : part.end] == part.text for part in parts)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_characters_are_read(text: str) -> None:
    document = read_document(text, "a.rst")

    assert all(first.span.end <= second.span.start for first, second in pairwise(document.blocks))
