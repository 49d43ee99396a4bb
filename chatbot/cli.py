"""The command line: `faqsimile chat`, `ask`, `build`, `check`, `test`, `init`, `mcp`, `doctor`, `rollback`.

Heavy libraries are imported inside the commands that need them, so that --help stays instant.
"""

import json
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import typer

from chatbot import AskingError, Chatbot
from chatbot.evaluation import evaluate, load_cases
from chatbot.feedback import FILE_NAME, FeedbackFile
from chatbot.findings import FORMATS
from chatbot.rendering import as_plain_text
from chatbot.settings import Settings, find_index, find_knowledge
from chatbot.starter import copy_starter
from index import IndexingError, Progress, SearchIndex, SentenceEncoder, build_index, go_back, lint_folder

QUIET_SECONDS = 1.0
"""Work that is done sooner shows no progress."""

LINE_SECONDS = 5.0
"""Between two lines of progress where there is no terminal to draw a bar on."""

app = typer.Typer(
    name="faqsimile",
    help="A chatbot that answers from your own pages, in your own words, and shows where each answer stands.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folder = Annotated[
    Path | None,
    typer.Argument(help="Your content. Default: FAQSIMILE_KNOWLEDGE, else ./knowledge, else the page that ships."),
]
Knowledge = Annotated[Path | None, typer.Option(help="Your content; the default is that of FOLDER in `chat`.")]
IndexFolder = Annotated[
    Path | None, typer.Option("--index", help="Where the index is kept. Default: beside the content.")
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: what a user can cure is one line and exit code 2, a traceback means a bug."""
    try:
        app(args=None if arguments is None else list(arguments))
    except (AskingError, IndexingError) as error:
        typer.echo(f"faqsimile: {error}", err=True)
        raise SystemExit(2) from error


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"faqsimile {_version()}")
        raise typer.Exit


def _version() -> str:
    try:
        return metadata.version("faqsimile")
    except metadata.PackageNotFoundError:
        return "(a checkout that is not installed)"


@app.callback()
def faqsimile(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """A chatbot that answers from your own pages, in your own words, and shows where each answer stands."""


@app.command()
def chat(
    folder: Folder = None,
    host: Annotated[str | None, typer.Option(help="Where to listen. Default: FAQSIMILE_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: FAQSIMILE_PORT, else 7860.")] = None,
    index: IndexFolder = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Whether to open the browser.")] = True,
) -> None:
    """Chat about FOLDER in the browser; builds the index when it is missing or older than the content."""
    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    typer.echo(f"Reading {knowledge}", err=True)
    bot = _open_bot(knowledge, index, settings)
    from chatbot.server import Policy, launch

    launch(
        bot,
        host=host or settings.host,
        port=port or settings.port,
        open_browser=open_browser,
        policy=Policy.of(settings),
        book=FeedbackFile(bot.folder / FILE_NAME) if settings.feedback else None,
    )


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    knowledge: Knowledge = None,
    index: IndexFolder = None,
) -> None:
    """Ask one QUESTION and print the answer with its sources."""
    bot = _open_bot(knowledge, index, _settings())
    answer = bot.ask(sys.stdin.read() if question == "-" else question)
    typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if as_json else as_plain_text(answer))


@app.command()
def build(
    folder: Folder = None,
    index: IndexFolder = None,
    encoder: Annotated[str | None, typer.Option(help="Name or folder of a sentence encoder.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Encode everything again, even what has not changed.")] = False,
) -> None:
    """Build the index of FOLDER; only what changed since the last build is encoded."""
    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    place = find_index(knowledge, index, settings)
    with shown_progress() as progress:
        used = SentenceEncoder(encoder or settings.encoder)
        report = build_index(knowledge, place, used, fresh=fresh, progress=progress)
        Chatbot(knowledge, place, SearchIndex.open(place, used)).try_offers(progress)
    typer.echo(str(report))
    typer.echo(f"The index is in {place}.")


@app.command()
def check(
    folder: Folder = None,
    output: Annotated[
        Literal["text", "json", "sarif", "github"],
        typer.Option("--format", help="For people, for programs, for code scanning, for GitHub's workflows."),
    ] = "text",
) -> None:
    """Look through FOLDER for what will mislead its visitors; exit code 1 when there are errors."""
    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    findings = lint_folder(knowledge, SentenceEncoder(settings.encoder))
    if told := FORMATS[output](findings, knowledge):
        typer.echo(told)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@app.command("test")
def run_checks(
    folder: Folder = None,
    checks: Annotated[
        Path | None, typer.Option(help="The questions and what they should come to. Default: FOLDER/checks.yaml.")
    ] = None,
    index: IndexFolder = None,
) -> None:
    """Ask the owner's own questions; exit code 1 when too few of them come out right."""
    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    cases = load_cases(checks or knowledge / "checks.yaml")
    bot = _open_bot(knowledge, index, settings)
    with shown_progress() as progress:
        report = evaluate(bot, cases, progress=lambda done, total: progress("Asking", done, total))
    typer.echo(str(report))
    if not report.passed:
        raise typer.Exit(1)


@app.command()
def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it is not there.")]) -> None:
    """Start content of one's own: make DIR/knowledge with an example page and checks to write over."""
    for file in copy_starter(directory):
        typer.echo(f"Wrote {file}")
    typer.echo(f"Try it with: faqsimile chat {directory / 'knowledge'}")


@app.command()
def mcp(
    folder: Folder = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP, instead of to the program that starts it.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Where to listen. Default: FAQSIMILE_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: FAQSIMILE_PORT, else 7860.")] = None,
    index: IndexFolder = None,
) -> None:
    """Give agents the tools `ask` and `search` over FOLDER, by the Model Context Protocol."""
    settings = _settings()
    bot = _open_bot(find_knowledge(folder, settings), index, settings)
    from chatbot.server import Policy, launch_tools
    from chatbot.server.tools import run_on_stdio

    if http:
        launch_tools(bot, host=host or settings.host, port=port or settings.port, policy=Policy.of(settings))
    else:
        run_on_stdio(bot, Policy.of(settings))


@app.command()
def doctor(folder: Folder = None, index: IndexFolder = None) -> None:
    """Look for what is wrong with the installation, FOLDER and its index; exit code 1 when there is a fault."""
    from chatbot.doctor import diagnose

    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    findings = []
    for finding in diagnose(knowledge, find_index(knowledge, index, settings), settings):
        findings.append(finding)
        typer.echo(str(finding))
    if any(finding.state == "fault" for finding in findings):
        raise typer.Exit(1)


@app.command()
def rollback(folder: Folder = None, index: IndexFolder = None) -> None:
    """Answer from the index before the last build again; a running chat takes it up at the next question."""
    settings = _settings()
    knowledge = find_knowledge(folder, settings)
    place = find_index(knowledge, index, settings)
    typer.echo(f"{place}: {go_back(place)} is current again. The next build takes the content as it is then.")


def _settings() -> Settings:
    """Load the settings, with their warnings as plain lines."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        settings = Settings.load()
    for warning in caught:
        typer.echo(f"faqsimile: {warning.message}", err=True)
    return settings


def _open_bot(knowledge: Path | None, index: Path | None, settings: Settings) -> Chatbot:
    knowledge = find_knowledge(knowledge, settings)
    place = find_index(knowledge, index, settings)
    with shown_progress() as progress:
        return Chatbot.open(knowledge, place, encoder=settings.encoder, progress=progress)


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give what a long piece of work tells its progress to: a bar on a terminal, now and then a line elsewhere."""
    if not sys.stderr.isatty():
        yield _ProgressLines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    started = time.monotonic()
    bar = Bar(console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)

    def show(stage: str, done: int, total: int) -> None:
        bar.update(task, description=stage, completed=done, total=total)
        if time.monotonic() - started >= QUIET_SECONDS:
            bar.start()

    try:
        yield show
    finally:
        bar.stop()


class _ProgressLines:
    """Writes a line of progress at most every few seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + QUIET_SECONDS

    def __call__(self, stage: str, done: int, total: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            typer.echo(f"{stage}: {done} of {total}", err=True)
