"""Who may import whom, what is imported when, and that every public name says what it is."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(file for package in ("index", "chatbot") for file in (ROOT / package).rglob("*.py"))
NAMES = [file.relative_to(ROOT).as_posix() for file in MODULES]

HOMES = {
    "faiss": {"index/vector_store.py"},
    "torch": {"index/encoder.py", "index/bert.py"},
    "sentence_transformers": {"index/encoder.py"},
    "transformers": {"index/encoder.py"},
    "tokenizers": {"index/bert.py"},
    "safetensors": {"index/bert.py", "chatbot/examiner.py"},
    "docutils": {"index/readers/restructuredtext.py"},
    "justhtml": {"index/readers/html.py"},
    "openpyxl": {"index/readers/spreadsheet.py"},
    "pdfplumber": {"index/readers/office.py"},
    "bm25s": {"index/lexical.py"},
    "gradio": {"chatbot/page/layout.py", "chatbot/page/mounting.py"},
    "uvicorn": {"chatbot/server/serving.py"},
    "mcp": {"chatbot/server/tools.py"},
}
"""Each heavy library is imported in one place; torch in two, of which one does without its companions."""

HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "gradio",
    "faiss",
    "bm25s",
    "scipy",
    "sklearn",
    "pandas",
    "openpyxl",
    "pdfplumber",
    "mammoth",
    "justhtml",
}

RUN = "import contextlib, chatbot.cli\nwith contextlib.suppress(SystemExit): chatbot.cli.main"

UNSAFE_MODULES = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "cloudpickle"}
UNSAFE_CALLS = {"eval", "exec", "torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system"}


@cache
def parse(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def imported(name: str, *, only_at_once: bool = False) -> Iterator[str]:
    """Give the modules that *name* imports; *only_at_once* leaves out what functions and type checkers import."""
    for node in _running_at_import(parse(name)) if only_at_once else ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _running_at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        checked_only = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not checked_only:
            yield child
            yield from _running_at_import(child)


def loaded_by(code: str) -> set[str]:
    """Give the top-level modules that a fresh Python has loaded after *code*."""
    program = f"import sys\n{code}\nprint('\\nLOADED', *{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("index/")])
def test_index_knows_nothing_of_the_chatbot(name: str) -> None:
    assert [module for module in imported(name) if re.match(r"chatbot\b", module)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("chatbot/")])
def test_chatbot_takes_names_from_index_itself(name: str) -> None:
    assert [module for module in imported(name) if module.startswith("index.")] == []


@pytest.mark.parametrize("name", NAMES)
def test_imports_say_where_a_name_comes_from(name: str) -> None:
    assert [module for module in imported(name) if module.startswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_heavy_library_has_one_home(name: str) -> None:
    libraries = {module.partition(".")[0] for module in imported(name)}

    assert {library for library in libraries & HOMES.keys() if name not in HOMES[library]} == set()


@pytest.mark.parametrize("name", NAMES)
def test_heavy_libraries_are_imported_inside_functions(name: str) -> None:
    at_once = {module.partition(".")[0] for module in imported(name, only_at_once=True)}

    assert at_once & HEAVY == set()


@pytest.mark.parametrize(
    "code",
    [
        "import index",
        "import chatbot",
        "import chatbot.cli",
        f"{RUN}(['--help'])",
        f"{RUN}(['chat', '--help'])",
        f"{RUN}(['--version'])",
    ],
)
def test_is_ready_without_loading_a_heavy_library(code: str) -> None:
    assert loaded_by(code) & HEAVY == set()


def test_index_loads_no_settings_and_no_command_line() -> None:
    assert loaded_by("import index") & {"chatbot", "pydantic", "pydantic_settings", "typer"} == set()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_read_can_run_as_code(name: str) -> None:
    assert set(imported(name)) & UNSAFE_MODULES == set()
    calls = {ast.unparse(node.func) for node in ast.walk(parse(name)) if isinstance(node, ast.Call)}
    assert calls & UNSAFE_CALLS == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_check_disappears_under_optimisation(name: str) -> None:
    assert [node.lineno for node in ast.walk(parse(name)) if isinstance(node, ast.Assert)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_exception_is_swallowed_without_a_word(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").splitlines()
    swallowed = [
        node.lineno
        for node in ast.walk(parse(name))
        if isinstance(node, ast.ExceptHandler)
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Pass)
        and not any("#" in line for line in text[node.lineno - 1 : node.body[0].lineno])
    ]

    assert swallowed == []


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_documented(name: str) -> None:
    assert list(_undocumented(parse(name), name)) == []


def _undocumented(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    if not ast.get_docstring(node):
        yield name
    for child in node.body:
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from _undocumented(child, f"{name}:{child.name}")
        elif not ast.get_docstring(child) and "overload" not in map(ast.unparse, child.decorator_list):
            yield f"{name}:{child.name}"


def test_every_promised_name_is_there() -> None:
    import chatbot
    import index

    for package in (chatbot, index):
        assert [name for name in package.__all__ if not hasattr(package, name)] == []
        assert package.__all__ == sorted(package.__all__, key=_order)


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions: as the linter sorts them."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


TRACKED = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.skipif(TRACKED.returncode != 0, reason="no git here to say which files belong to the project")
def test_no_file_names_a_place_on_one_machine() -> None:
    # Put together here, so that this file does not name them itself.
    places = re.compile("|".join(("/" + "work/main", "/" + "root/", "/" + "home/[a-z]+/", "/" + "tmp/dev")))
    files = [ROOT / line for line in TRACKED.stdout.splitlines()]
    naming = [
        file.relative_to(ROOT).as_posix()
        for file in files
        if file.is_file() and places.search(file.read_bytes().decode("utf-8", errors="replace"))
    ]

    assert naming == []
