"""The environment becomes Settings, and Settings say where the content and its index are.

The only reader of the environment. Values given on the command line or as arguments come first.
"""

import hashlib
import os
import warnings
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_cache_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chatbot.errors import SettingsError
from index import DEFAULT_ENCODER

PREFIX = "FAQSIMILE_"

SHIPPED_WITH_PACKAGE = Path(__file__).parent / "knowledge"
"""The page that ships, where the program is installed; a checkout has it in its own knowledge folder."""

SHIPPED_IN_CHECKOUT = Path(__file__).parent.parent / "knowledge"


Origin = Annotated[str, StringConstraints(pattern=r"^https?://[\w.-]+(:\d{1,5})?$")]
"""A site as browsers name it: https://www.example.org, without a path."""


HostName = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]
"""A machine as browsers name it, without a port."""

Network = Annotated[str, AfterValidator(lambda network: str(ip_network(network, strict=False)))]
"""An address, or a network such as 10.0.0.0/8."""

Key = Annotated[SecretStr, Field(min_length=16)]


def _cut_at_spaces(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What the owner sets once for all commands: the FAQSIMILE_* variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    knowledge: Path | None = None
    """The folder of content."""

    index: Path | None = None
    """Where the index is kept."""

    encoder: str = DEFAULT_ENCODER
    """Name or folder of the sentence encoder."""

    host: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\S+$")] = "127.0.0.1"
    """Where the chat listens; 0.0.0.0 lets other machines in."""

    port: Annotated[int, Field(ge=1, le=65535)] = 7860

    root_path: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(/[\w.~-]+)*$")] = ""
    """Below which path of the site a proxy serves the chat; empty for the top."""

    embed_on: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_cut_at_spaces)] = ()
    """The sites that may show the chat in a frame, with spaces between them; none unless named."""

    feedback: bool = False
    """Whether visitors may say how good an answer was; kept in the folder of the index."""

    hosts: Annotated[tuple[HostName, ...], NoDecode, BeforeValidator(_cut_at_spaces)] = ()
    """The names under which the chat is served, such as chat.example.org; addresses and localhost need not be named."""

    proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_cut_at_spaces)] = ()
    """Proxies before the chat, whose word is taken for a visitor's address; none unless named."""

    api_keys: Annotated[tuple[Key, ...], NoDecode, BeforeValidator(_cut_at_spaces)] = ()
    """What programs must show one of; without any, the API is open."""

    api_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_cut_at_spaces)] = ()
    """The sites whose scripts may call the API from a browser; none unless named."""

    secret: Key | None = None
    """Signs the conversations that programs carry, so that they outlast a restart."""

    questions_a_minute: Annotated[int, Field(ge=1, le=100_000)] = 30
    """For each visitor or program, by address."""

    @classmethod
    def load(cls) -> Self:
        """Read the environment; warn about names that look like settings and are none.

        Raises:
            SettingsError: a value cannot be used; names the variable.
        """
        for name in _unknown_names():
            warnings.warn(_unknown(name), stacklevel=2)
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(_explained(error)) from error


VARIABLES = {field: f"{PREFIX}{field}".upper() for field in Settings.model_fields}
"""What each setting is called in the environment."""

_WANTED = {
    "host": ("the name or address of a machine", "127.0.0.1"),
    "port": ("a port, a whole number from 1 to 65535", "7860"),
    "root_path": ("a path that begins with a slash and does not end with one", "/faq"),
    "embed_on": ("a list of sites without their paths", "'https://www.example.org https://shop.example.org'"),
    "feedback": ("a yes or a no", "true"),
    "hosts": ("a list of names of machines without their ports", "'chat.example.org www.example.org'"),
    "proxies": ("a list of addresses or networks", "'127.0.0.1 10.0.0.0/8'"),
    "api_keys": ("a list of keys of at least 16 characters", '"$(openssl rand -hex 24)"'),
    "api_origins": ("a list of sites without their paths", "'https://www.example.org https://shop.example.org'"),
    "secret": ("a text of at least 16 characters", '"$(openssl rand -hex 24)"'),
    "questions_a_minute": ("a whole number from 1 to 100000", "30"),
}
"""What a setting that can be wrong should look like, and an example."""

_UNSAID = {"api_keys", "secret"}
"""Whose values appear in no message."""


def find_knowledge(given: Path | None = None, settings: Settings | None = None) -> Path:
    """Find the content: the folder *given*, else that of the settings, else ./knowledge, else the page that ships.

    Raises:
        SettingsError: the folder that was named is none.
    """
    named = given or (settings or Settings.load()).knowledge
    if named is None:
        return Path("knowledge") if Path("knowledge").is_dir() else _shipped_knowledge()
    named = named.expanduser()
    if named.is_dir():
        return named
    if named.exists():
        raise SettingsError(f"{named} is a file, not a folder of content. Name its folder: {named.parent}")
    raise SettingsError(
        f"There is no folder {named}. Name the folder of your content, or start one: faqsimile init DIR"
    )


def find_index(knowledge: Path, given: Path | None = None, settings: Settings | None = None) -> Path:
    """Find the place of the index of *knowledge*: *given*, else that of the settings, else beside the content.

    Where nothing can be written beside the content, the index goes to the user's cache folder.
    """
    named = given or (settings or Settings.load()).index
    if named is not None:
        return named.expanduser()
    # A relative name stays relative, because people read it in messages; "." and ".." have none of their own.
    knowledge = knowledge if knowledge.name not in ("", "..") else knowledge.resolve()
    beside = knowledge.parent / (".index" if knowledge.name == "knowledge" else f".index-{knowledge.name}")
    ships = knowledge.resolve() == SHIPPED_WITH_PACKAGE.resolve()
    if beside.is_dir() or (os.access(knowledge.parent, os.W_OK) and not ships):
        return beside
    place = hashlib.sha256(str(knowledge.resolve()).encode()).hexdigest()[:8]
    return user_cache_path("faqsimile", appauthor=False) / f"index-{knowledge.name}-{place}"


def _shipped_knowledge() -> Path:
    return SHIPPED_WITH_PACKAGE if SHIPPED_WITH_PACKAGE.is_dir() else SHIPPED_IN_CHECKOUT


def _unknown_names() -> list[str]:
    known = VARIABLES.values()
    return sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _unknown(name: str) -> str:
    # Without the prefix, which would make any two names look alike.
    meant = get_close_matches(name[len(PREFIX) :].lower(), VARIABLES, n=1)
    cure = f"Did you mean {VARIABLES[meant[0]]}?" if meant else f"Known are {', '.join(VARIABLES.values())}"
    return f"{name} is no setting. {cure}"


def _explained(error: ValidationError) -> str:
    """Name the variable and its value, where pydantic names the field."""
    first = error.errors()[0]
    field = str(first["loc"][0])
    wanted, example = _WANTED[field]
    given = "" if field in _UNSAID else f"={first['input']}"
    return f"{VARIABLES[field]}{given} is not {wanted}. Set it like this: {VARIABLES[field]}={example}"
