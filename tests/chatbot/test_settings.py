"""What the environment says, and where content and index are found."""

import os
import warnings
from pathlib import Path

import pytest

from chatbot import SettingsError, settings
from chatbot.settings import Settings, find_index, find_knowledge
from index.__main__ import default_index

open_to_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is closed to the administrator"
)


def test_defaults_listen_on_this_machine_only() -> None:
    loaded = Settings.load()

    assert (loaded.host, loaded.port) == ("127.0.0.1", 7860)
    assert (loaded.knowledge, loaded.index, loaded.encoder) == (None, None, "all-MiniLM-L6-v2")


def test_reads_every_setting_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"KNOWLEDGE": "pages", "INDEX": "built", "ENCODER": "./encoder", "HOST": "0.0.0.0", "PORT": "80"}
    for name, value in values.items():
        monkeypatch.setenv(f"FAQSIMILE_{name}", value)

    assert Settings.load() == Settings(
        knowledge=Path("pages"), index=Path("built"), encoder="./encoder", host="0.0.0.0", port=80
    )


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_PORT", "")
    monkeypatch.setenv("FAQSIMILE_KNOWLEDGE", "")

    loaded = Settings.load()

    assert (loaded.port, loaded.knowledge) == (7860, None)


@pytest.mark.parametrize("value", ["seventy", "0", "65536", "78.6"])
def test_a_bad_port_is_one_line_that_names_the_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FAQSIMILE_PORT", value)

    with pytest.raises(SettingsError) as caught:
        Settings.load()

    assert str(caught.value) == (
        f"FAQSIMILE_PORT={value} is not a port, a whole number from 1 to 65535. Set it like this: FAQSIMILE_PORT=7860"
    )


def test_a_bad_host_is_one_line_that_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_HOST", "my machine")

    with pytest.raises(SettingsError, match=r"^FAQSIMILE_HOST=my machine is not .*FAQSIMILE_HOST=127\.0\.0\.1$"):
        Settings.load()


def test_warns_about_a_mistyped_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_KNOWLEGE", "pages")

    with pytest.warns(UserWarning, match=r"^FAQSIMILE_KNOWLEGE is no setting\. Did you mean FAQSIMILE_KNOWLEDGE\?$"):
        Settings.load()


def test_names_the_settings_there_are_when_nothing_is_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_ZZZ", "1")

    with pytest.warns(UserWarning, match="Known are FAQSIMILE_KNOWLEDGE, FAQSIMILE_INDEX, FAQSIMILE_ENCODER"):
        Settings.load()


def test_says_nothing_about_the_variables_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACSIMILE_PORT", "1")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Settings.load()


def test_content_is_the_folder_that_was_given_before_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("given", "set", "knowledge"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAQSIMILE_KNOWLEDGE", "set")

    assert find_knowledge(Path("given")) == Path("given")
    assert find_knowledge() == Path("set")
    monkeypatch.delenv("FAQSIMILE_KNOWLEDGE")
    assert find_knowledge() == Path("knowledge")


def test_content_is_the_page_that_ships_when_there_is_none_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert (find_knowledge() / "tensorflow-vs-pytorch.md").is_file()


def test_a_folder_that_is_not_there_is_an_error_with_its_cure(tmp_path: Path) -> None:
    missing = tmp_path / "pages"

    with pytest.raises(SettingsError) as caught:
        find_knowledge(missing)

    assert str(caught.value) == (
        f"There is no folder {missing}. Name the folder of your content, or start one: faqsimile init DIR"
    )


def test_a_file_in_place_of_the_folder_is_an_error_with_its_cure(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        find_knowledge(page)

    assert str(caught.value) == f"{page} is a file, not a folder of content. Name its folder: {tmp_path}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [("knowledge", ".index"), ("pages", ".index-pages"), ("site/knowledge", "site/.index"), ("a/b", "a/.index-b")],
)
def test_the_index_lies_beside_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(content).mkdir(parents=True)

    assert find_index(Path(content)) == Path(expected)


def test_the_folder_one_is_in_can_be_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = tmp_path / "pages"
    (pages / "inner").mkdir(parents=True)

    monkeypatch.chdir(pages)
    assert find_index(Path()) == tmp_path / ".index-pages"
    monkeypatch.chdir(pages / "inner")
    assert find_index(Path("..")) == tmp_path / ".index-pages"


def test_the_index_is_where_it_was_told_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_INDEX", "built")

    assert find_index(tmp_path) == Path("built")
    assert find_index(tmp_path, Path("given")) == Path("given")


def test_the_page_that_ships_is_indexed_in_the_cache_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "chatbot" / "knowledge"
    installed.mkdir(parents=True)
    monkeypatch.setattr(settings, "SHIPPED_WITH_PACKAGE", installed)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    found = find_index(find_knowledge())

    assert find_knowledge() == installed
    assert tmp_path / "chatbot" not in found.parents
    assert found.name.startswith("index-knowledge-")


@open_to_root
def test_the_index_goes_to_the_cache_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed" / "pages").mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "closed").chmod(0o555)

    try:
        assert find_index(tmp_path / "closed" / "pages").name.startswith("index-pages-")
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_an_index_that_is_there_is_used_even_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / ".index-pages").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert find_index(tmp_path / "pages") == tmp_path / ".index-pages"


@pytest.mark.parametrize("content", ["knowledge", "pages", "site/pages", "."])
def test_both_ways_to_build_agree_on_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(content).mkdir(parents=True, exist_ok=True)

    assert default_index(Path(content)) == find_index(Path(content))


def test_the_sites_that_may_embed_are_listed_with_spaces_or_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_EMBED_ON", "https://www.example.org, http://localhost:8000")

    assert Settings.load().embed_on == ("https://www.example.org", "http://localhost:8000")


def test_feedback_and_embedding_are_off_unless_asked_for() -> None:
    loaded = Settings.load()

    assert (loaded.feedback, loaded.embed_on, loaded.root_path) == (False, (), "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FAQSIMILE_EMBED_ON", "https://a.example/page", "a list of sites without their paths"),
        ("FAQSIMILE_EMBED_ON", "*", "a list of sites without their paths"),
        ("FAQSIMILE_EMBED_ON", "https://a.example;script-src", "a list of sites without their paths"),
        ("FAQSIMILE_FEEDBACK", "perhaps", "a yes or a no"),
        ("FAQSIMILE_ROOT_PATH", "faq", "a path that begins with a slash and does not end with one"),
        ("FAQSIMILE_ROOT_PATH", "/faq/", "a path that begins with a slash and does not end with one"),
    ],
)
def test_what_cannot_be_used_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        Settings.load()

    assert str(caught.value).startswith(f"{name}={value} is not {said}. Set it like this: {name}=")


def test_a_server_is_open_to_nobody_in_particular_unless_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = Settings.load()

    assert (loaded.hosts, loaded.proxies, loaded.api_keys, loaded.api_origins) == ((), (), (), ())
    assert (loaded.secret, loaded.questions_a_minute) == (None, 30)


def test_names_networks_and_keys_are_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAQSIMILE_HOSTS", "Chat.Example.org www.example.org")
    monkeypatch.setenv("FAQSIMILE_PROXIES", "127.0.0.1, 10.1.2.3/8")
    monkeypatch.setenv("FAQSIMILE_API_KEYS", "a-key-of-the-owner another-key-of-theirs")
    loaded = Settings.load()

    assert loaded.hosts == ("chat.example.org", "www.example.org")
    assert loaded.proxies == ("127.0.0.1/32", "10.0.0.0/8")
    assert [key.get_secret_value() for key in loaded.api_keys] == ["a-key-of-the-owner", "another-key-of-theirs"]
    assert "a-key-of-the-owner" not in repr(loaded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAQSIMILE_HOSTS", "https://chat.example.org"),
        ("FAQSIMILE_HOSTS", "chat.example.org:443"),
        ("FAQSIMILE_PROXIES", "proxy"),
        ("FAQSIMILE_PROXIES", "10.0.0.0/99"),
        ("FAQSIMILE_API_ORIGINS", "www.example.org"),
        ("FAQSIMILE_QUESTIONS_A_MINUTE", "0"),
    ],
)
def test_a_wrong_name_or_network_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=rf"^{name}=.* is not .*\. Set it like this: {name}="):
        Settings.load()


@pytest.mark.parametrize("name", ["FAQSIMILE_API_KEYS", "FAQSIMILE_SECRET"])
def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2")

    with pytest.raises(SettingsError, match=rf"^{name} is not .* at least 16 characters") as refused:
        Settings.load()
    assert "hunter2" not in str(refused.value)
