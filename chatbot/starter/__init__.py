"""A folder of the owner's choice gets an example page and its checks, from which a chat works at once.

Knows nothing of chats: it copies the files that lie in `knowledge/` beside it.
"""

from importlib.resources import files
from pathlib import Path

from chatbot.errors import AskingError

STARTER_FILES = ("knowledge/example.md", "knowledge/checks.yaml")
"""What is copied, relative to the folder, with forward slashes."""


class StarterError(AskingError):
    """The example cannot be written where it was asked for."""


def copy_starter(folder: Path) -> list[Path]:
    """Copy the example into *folder*, which is made where there is none, and give the files written.

    Raises:
        StarterError: one of the files is there already, and then none is written; or the folder cannot be written.
    """
    targets = [folder / name for name in STARTER_FILES]
    for target in targets:
        if target.exists():
            raise _taken(target)
    try:
        for name, target in zip(STARTER_FILES, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(files(__name__).joinpath(name).read_bytes())
    except FileExistsError as error:
        raise _taken(Path(error.filename)) from error
    except OSError as error:
        problem = f"{error.filename or folder}: cannot be written ({error.strerror})"
        raise StarterError(f"{problem}. Choose another folder with: faqsimile init FOLDER") from error
    return targets


def _taken(path: Path) -> StarterError:
    return StarterError(
        f"{path}: is there already, and nothing is overwritten. Choose another folder with: faqsimile init FOLDER"
    )
