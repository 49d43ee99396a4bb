"""The names that a content uses: what its tables compare, and what it writes as names are written."""

from tests.chatbot.conftest import PageOf

PAGE = """\
# Bikes

The frame is welded by Nordhaven Works in Turin. A hub from Sturmey is quiet. Many hubs are.
Saddles are leather. Our shop likes the eBike of Nordhaven Works, and so does the Mayor.
The mayor rides daily, the mayor says.

| Feature | Falcon | Heron | Notes |
|---|---|---|---|
| Gears | 3 | 8 | |

| Part | Steel | Brass |
|---|---|---|
| Bell | no | yes |
"""


def test_what_is_written_with_a_capital_inside_sentences_is_a_name(page_of: PageOf) -> None:
    assert {"Nordhaven Works", "Turin", "Sturmey", "eBike"} <= set(page_of(PAGE).names.topics)


def test_the_first_word_of_a_sentence_is_none(page_of: PageOf) -> None:
    assert not {"Saddles", "Many", "Our", "The"} & set(page_of(PAGE).names.topics)


def test_what_is_written_small_as_often_is_none(page_of: PageOf) -> None:
    assert "Mayor" not in page_of(PAGE).names.topics


def test_each_table_compares_its_own_columns_and_no_remarks(page_of: PageOf) -> None:
    assert page_of(PAGE).names.compared == (("Falcon", "Heron"), ("Steel", "Brass"))


SHORT = """\
# Frameworks

Phones run TF Lite. Many call TensorFlow just TF, and TF serves well.

| Factor | TensorFlow | PyTorch |
|---|---|---|
| Graph | static | dynamic |
"""


def test_a_name_of_two_parts_goes_by_its_initials_where_the_content_uses_them(page_of: PageOf) -> None:
    assert page_of(SHORT).question("what graph has tf?").text == "what graph has TensorFlow?"


def test_a_name_of_two_parts_goes_by_its_last_part_where_that_means_nothing_else(page_of: PageOf) -> None:
    assert page_of(SHORT).question("what graph has torch?").text == "what graph has PyTorch?"


def test_the_beginning_of_another_name_is_left_as_it_is(page_of: PageOf) -> None:
    assert page_of(SHORT).question("does TF Lite run on phones?").text == "does TF Lite run on phones?"


def test_initials_that_the_content_never_uses_mean_nothing(page_of: PageOf) -> None:
    assert page_of(SHORT).question("what graph has PT?").text == "what graph has PT?"
