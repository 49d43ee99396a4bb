"""Real files become an index: what is read, what is encoded again after an edit, and what an error leaves behind."""

import shutil
from pathlib import Path

import pytest

from index.build import BuildReport, build_index
from index.encoder import Encoder, Encoding
from index.errors import ContentError, EncoderMismatchError, IndexMissingError
from index.generations import current_name, open_current
from index.passages import Passage
from index.search import SearchIndex
from index.views import passage_views
from tests.conftest import WordEncoder

DOCUMENTS = Path(__file__).parent.parent / "documents"

PAGE = "tensorflow-vs-pytorch.md"
BEFORE = "Leave JAX aside, unless research-tier roles are exactly what you are after."
AFTER = "Leave JAX aside, unless a laboratory has hired you."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".index"


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


def artefacts(folder: Path) -> dict[str, bytes]:
    """Give every byte of the current generation, the manifest's too."""
    generation = open_current(folder)
    return {**generation.artefacts, "manifest.json": generation.manifest.to_bytes()}


def texts_of_views(passage: Passage, encoder: Encoder) -> set[str]:
    return {view.text for view in passage_views(0, passage, count=encoder.count_tokens, limit=encoder.max_tokens)}


def passage_with(index: SearchIndex, words: str) -> Passage:
    (passage,) = (passage for passage in index.passages if words in passage.text)
    return passage


def test_the_shipped_page_becomes_rows_questions_and_sections(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    report = build_index(knowledge, folder, encoder)
    index = SearchIndex.open(folder, encoder)

    kinds = [passage.kind for passage in index.passages]
    assert (kinds.count("row"), kinds.count("question"), kinds.count("section")) == (9, 4, 8)
    assert report == BuildReport(index.generation, 1, len(kinds), len(encoder.encoded), len(encoder.encoded), ())
    text = (knowledge / PAGE).read_text(encoding="utf-8")
    assert all(text[it.source.start : it.source.end] == it.text for it in index.passages)


def test_every_view_is_encoded_once(knowledge: Path, folder: Path, encoder: WordEncoder) -> None:
    build_index(knowledge, folder, encoder)
    index = SearchIndex.open(folder, encoder)

    expected = set().union(*(texts_of_views(passage, encoder) for passage in index.passages))
    assert set(encoder.encoded) == expected
    assert len(encoder.encoded) == len(expected)


def test_the_same_content_gives_the_same_bytes(knowledge: Path, tmp_path: Path) -> None:
    first = build_index(knowledge, tmp_path / "first", WordEncoder())
    second = build_index(knowledge, tmp_path / "second", WordEncoder())

    assert first.generation == second.generation
    assert artefacts(tmp_path / "first") == artefacts(tmp_path / "second")


def test_one_edited_answer_has_only_its_own_views_encoded(knowledge: Path, folder: Path, encoder: WordEncoder) -> None:
    build_index(knowledge, folder, encoder)
    before = passage_with(SearchIndex.open(folder, encoder), BEFORE)
    encoder.encoded.clear()

    edit(knowledge / PAGE, BEFORE, AFTER)
    report = build_index(knowledge, folder, encoder)

    encoded = list(encoder.encoded)
    after = passage_with(SearchIndex.open(folder, encoder), AFTER)
    assert set(encoded) == texts_of_views(after, encoder) - texts_of_views(before, encoder)
    assert len(encoded) == report.encoded == 2
    assert all(AFTER in text for text in encoded)


def test_an_index_that_was_updated_is_the_one_that_a_fresh_build_gives(knowledge: Path, tmp_path: Path) -> None:
    build_index(knowledge, tmp_path / "updated", WordEncoder())
    edit(knowledge / PAGE, BEFORE, AFTER)
    shutil.copy(DOCUMENTS / "pages" / "clinic.md", knowledge)
    build_index(knowledge, tmp_path / "updated", WordEncoder())
    edit(knowledge / PAGE, "# TensorFlow vs PyTorch", "# PyTorch vs TensorFlow")
    build_index(knowledge, tmp_path / "updated", WordEncoder())
    build_index(knowledge, tmp_path / "fresh", WordEncoder())

    assert artefacts(tmp_path / "updated") == artefacts(tmp_path / "fresh")


def test_an_edit_that_is_taken_back_gives_the_first_bytes_again(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    build_index(knowledge, folder, encoder)
    before = artefacts(folder)

    edit(knowledge / PAGE, BEFORE, AFTER)
    build_index(knowledge, folder, encoder)
    assert artefacts(folder) != before
    edit(knowledge / PAGE, AFTER, BEFORE)
    build_index(knowledge, folder, encoder)

    assert artefacts(folder) == before


def test_a_page_that_was_added_or_taken_away_leaves_the_others_as_they_were(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    build_index(knowledge, folder, encoder)
    encoder.encoded.clear()

    shutil.copy(DOCUMENTS / "pages" / "clinic.md", knowledge / "a-clinic.md")
    added = build_index(knowledge, folder, encoder)
    (knowledge / "a-clinic.md").unlink()
    removed = build_index(knowledge, folder, encoder)

    assert (added.documents, removed.documents) == (2, 1)
    assert added.encoded == len(encoder.encoded) > 0
    assert removed.encoded == 0


def test_a_page_that_moves_is_not_encoded_again(knowledge: Path, folder: Path, encoder: WordEncoder) -> None:
    build_index(knowledge, folder, encoder)

    (knowledge / "more").mkdir()
    (knowledge / PAGE).rename(knowledge / "more" / "frameworks.md")
    report = build_index(knowledge, folder, encoder)

    assert report.encoded == 0
    assert {it.source.path for it in SearchIndex.open(folder, encoder).passages} == {"more/frameworks.md"}


def test_unchanged_content_keeps_the_generation_and_encodes_nothing(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    first = build_index(knowledge, folder, encoder)
    encoder.encoded.clear()
    second = build_index(knowledge, folder, encoder)

    assert second.generation == first.generation == current_name(folder)
    assert second.encoded == 0
    assert encoder.encoded == []
    assert second.views == first.views


def test_a_fresh_build_encodes_everything_and_gives_the_same_generation(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    first = build_index(knowledge, folder, encoder)
    encoder.encoded.clear()
    second = build_index(knowledge, folder, encoder, fresh=True)

    assert second == first
    assert second.encoded == second.views == len(encoder.encoded)


def test_a_reader_keeps_its_generation_while_a_build_writes_another(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    build_index(knowledge, folder, encoder)
    index = SearchIndex.open(folder, encoder)
    hits = index.search("Does JAX help?")

    edit(knowledge / PAGE, BEFORE, AFTER)
    build_index(knowledge, folder, encoder)

    assert index.search("Does JAX help?") == hits
    assert BEFORE in hits[0].passage.text
    assert AFTER in SearchIndex.open(folder, encoder).search("Does JAX help?")[0].passage.text


class OtherEncoder(WordEncoder):
    """Another encoder, by its name and its vectors."""

    name = "other-encoder"


def test_another_encoder_computes_everything_itself(knowledge: Path, folder: Path, encoder: WordEncoder) -> None:
    build_index(knowledge, folder, encoder)
    other = OtherEncoder()

    with pytest.raises(EncoderMismatchError, match=r"Build it again with: faqsimile build --encoder other-encoder$"):
        SearchIndex.open(folder, other)
    report = build_index(knowledge, folder, other)

    assert report.encoded == report.views == len(other.encoded)
    assert SearchIndex.open(folder, other).search("Does JAX help?")
    with pytest.raises(EncoderMismatchError, match=r"faqsimile build --encoder word-encoder$"):
        SearchIndex.open(folder, encoder)


@pytest.mark.parametrize("name", ["views.jsonl", "vectors.faiss", "words.npy", "manifest.json"])
def test_a_damaged_index_is_replaced_by_one_that_was_encoded_afresh(
    knowledge: Path, folder: Path, encoder: WordEncoder, name: str
) -> None:
    report = build_index(knowledge, folder, encoder)
    before = artefacts(folder)
    (folder / report.generation / name).write_bytes(b"damaged")

    again = build_index(knowledge, folder, encoder)

    assert again.encoded == again.views
    assert artefacts(folder) == before


def test_progress_is_told_from_the_first_view_to_the_last(knowledge: Path, folder: Path, encoder: WordEncoder) -> None:
    told: list[tuple[str, int, int]] = []

    report = build_index(knowledge, folder, encoder, progress=lambda *news: told.append(news))

    assert told == [("Encoding", done, report.views) for done in range(1, report.views + 1)]


@pytest.mark.model
def test_progress_of_the_real_encoder_ends_at_the_last_view(tmp_path: Path, real_encoder: Encoder) -> None:
    shutil.copy(DOCUMENTS / "shifted-row.md", tmp_path)
    told: list[tuple[str, int, int]] = []

    report = build_index(tmp_path, tmp_path / ".index", real_encoder, progress=lambda *news: told.append(news))

    assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})
    assert told[-1] == ("Encoding", report.views, report.views)


@pytest.mark.model
def test_an_updated_index_is_the_fresh_one_with_the_real_encoder_too(tmp_path: Path, real_encoder: Encoder) -> None:
    content = tmp_path / "content"
    content.mkdir()
    shutil.copy(DOCUMENTS / "pages" / "clinic.md", content)
    build_index(content, tmp_path / "updated", real_encoder)
    text = (content / "clinic.md").read_text(encoding="utf-8")
    (content / "clinic.md").write_text(f"{text}\n## Parking\n\nThere is none.\n", encoding="utf-8")

    updated = build_index(content, tmp_path / "updated", real_encoder)
    fresh = build_index(content, tmp_path / "fresh", real_encoder)

    assert 0 < updated.encoded < 5 < fresh.encoded
    assert artefacts(tmp_path / "updated") == artefacts(tmp_path / "fresh")


def test_doubts_are_reported_with_file_and_line(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    shutil.copy(DOCUMENTS / "shifted-row.md", tmp_path)

    report = build_index(tmp_path, folder, encoder)

    lines = (tmp_path / "shifted-row.md").read_text(encoding="utf-8").splitlines()
    (line,) = {warning.split(": ")[0] for warning in report.warnings}
    path, number = line.split(":")
    assert path == "shifted-row.md"
    assert all(warning.startswith(f"{line}: row “") for warning in report.warnings)
    assert "fewer values than its neighbours" in report.warnings[0]
    assert f"row “{lines[int(number) - 1].split('|')[1].strip()}”" in report.warnings[0]
    assert str(report).splitlines()[2:] == list(report.warnings)


def test_what_was_left_out_is_reported_with_file_and_lines(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    page = "<nav>Home</nav>\n<h1>Kites</h1>\n<p>They fly.</p>\n" + "<script>go()</script>\n" * 5
    (tmp_path / "kites.html").write_text(page, encoding="utf-8")

    report = build_index(tmp_path, folder, encoder)

    assert report.warnings == ("kites.html:1: left out: menu (line 1), script (lines 4, 5, 6 and 2 more)",)


def test_a_converted_file_is_known_by_its_bytes_and_quoted_from_its_text(
    tmp_path: Path, folder: Path, encoder: WordEncoder
) -> None:
    shutil.copy(DOCUMENTS / "boat-club.xlsx", tmp_path)
    build_index(tmp_path, folder, encoder)

    index = SearchIndex.open(folder, encoder)

    manifest = open_current(folder).manifest
    assert manifest.sources[0].size == (tmp_path / "boat-club.xlsx").stat().st_size
    passage = passage_with(index, "Only on a lead.")
    assert passage.source.converted
    assert index.documents["boat-club.xlsx"].converted
    text = index.documents["boat-club.xlsx"].text
    assert text[passage.source.start : passage.source.end] == passage.text


def test_a_report_reads_as_sentences() -> None:
    report = BuildReport("gen-000001-5f3a2b1c", 2, 21, 90, 7, ("page.md:3: row “Price”, column “Beta”: why",))

    assert str(report).splitlines() == [
        "Read 2 documents: 21 passages, 90 views.",
        "Encoded 7 views, reused 83.",
        "page.md:3: row “Price”, column “Beta”: why",
    ]


@pytest.mark.parametrize("name", ["ragged-row.md", "latin-1.md", "bad-front-matter.md"])
def test_content_that_cannot_be_read_leaves_the_old_index_answering(
    knowledge: Path, folder: Path, encoder: WordEncoder, name: str
) -> None:
    report = build_index(knowledge, folder, encoder)
    before = artefacts(folder)
    shutil.copy(DOCUMENTS / name, knowledge)

    with pytest.raises(ContentError, match=rf"knowledge/{name}:\d+: ") as raised:
        build_index(knowledge, folder, encoder)

    assert "\n" not in str(raised.value)
    assert current_name(folder) == report.generation
    assert artefacts(folder) == before
    assert SearchIndex.open(folder, encoder).search("Does JAX help?")[0].passage.kind == "question"


def test_content_that_cannot_be_read_makes_no_first_index(tmp_path: Path, folder: Path, encoder: WordEncoder) -> None:
    shutil.copy(DOCUMENTS / "latin-1.md", tmp_path)

    with pytest.raises(ContentError):
        build_index(tmp_path, folder, encoder)

    with pytest.raises(IndexMissingError):
        SearchIndex.open(folder, encoder)


class FailingEncoder(WordEncoder):
    """The small encoder with a fault: it fails at its tenth text."""

    def _encode(self, text: str) -> Encoding:
        if len(self.encoded) == 10:
            raise MemoryError("no room for another text")
        return super()._encode(text)


def test_an_encoder_that_fails_leaves_the_old_index_answering(
    knowledge: Path, folder: Path, encoder: WordEncoder
) -> None:
    build_index(knowledge, folder, encoder)
    before = artefacts(folder)

    with pytest.raises(MemoryError):
        build_index(knowledge, folder, FailingEncoder(), fresh=True)

    assert artefacts(folder) == before
    assert build_index(knowledge, folder, encoder).encoded == 0


def test_a_folder_that_is_missing_or_empty_gets_no_index_beside_it(tmp_path: Path, encoder: WordEncoder) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "checks.yaml").write_text("answer: []\n", encoding="utf-8")

    with pytest.raises(ContentError, match=r"nowhere/knowledge: there is no such folder.*faqsimile init"):
        build_index(tmp_path / "nowhere" / "knowledge", tmp_path / "nowhere" / ".index", encoder)
    with pytest.raises(ContentError, match=r"empty: the folder holds no content\. Put a file into it"):
        build_index(tmp_path / "empty", tmp_path / ".index-empty", encoder)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


@pytest.mark.parametrize("text", ["", "\n\n", "---\ntitle: Nothing yet\n---\n", "# Only a heading\n", "![](a.png)\n"])
def test_content_that_says_nothing_is_an_error_with_its_cure(tmp_path: Path, encoder: WordEncoder, text: str) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "page.md").write_text(text, encoding="utf-8")

    with pytest.raises(
        ContentError, match=r"content: nothing to answer from: write a heading and a paragraph under it$"
    ):
        build_index(content, tmp_path / ".index", encoder)
    assert current_name(tmp_path / ".index") is None
