"""What can go wrong between a question and its answer; each message ends in its cure.

AskingError
├── QuestionError     the question is empty, or longer than the limit
├── SettingsError     a setting has a value that cannot be used
├── ChecksError       the owner's file of questions cannot be read (checks.py)
├── StarterError      the starter would overwrite something (starter)
├── FeedbackError     what visitors say cannot be kept where it should (feedback.py)
├── ExtraMissingError an extra of this package is not installed
└── PortInUseError    another program listens where the chat should
"""


class AskingError(Exception):
    """Anything that keeps a question from being answered or refused."""


class QuestionError(AskingError):
    """The question is empty, or longer than the limit."""


class SettingsError(AskingError):
    """A setting has a value that cannot be used."""


class PortInUseError(AskingError):
    """Another program listens where the chat should."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is in use. Choose another port with: faqsimile chat --port {port + 1}")


class ExtraMissingError(AskingError):
    """An extra of this package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} need the {extra!r} extra. Install it with: pip install 'faqsimile[{extra}]'")
