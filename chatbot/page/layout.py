"""The page laid out with gradio, and wired to a bot: one event a question.

The only import of gradio. Holds wiring only; what is drawn comes from `chatbot.page.frame` and `chatbot.rendering`.
"""

import logging
import os
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from chatbot.errors import QuestionError
from chatbot.page.desk import FeedbackDesk
from chatbot.page.frame import ICON, draw_header, draw_notice, draw_panel, draw_welcome
from chatbot.page.visits import Bot, Choice, Exchange, Visit
from chatbot.privacy import log_failure
from chatbot.rendering import draw_question
from index import IndexingError

if TYPE_CHECKING:
    import gradio as gr
    from gradio.components.chatbot import ExampleMessage

LONGEST_QUESTION = 1000
"""In characters; the bot enforces it, the page only counts along."""

_log = logging.getLogger(__name__)


def build_page(bot: Bot, desk: FeedbackDesk | None = None) -> "gr.Blocks":
    """Lay out the page and wire it to *bot*: one event a question.

    Args:
        bot: who answers.
        desk: where visitors may say how good an answer is; without one nobody asks.
    """
    _call_nobody()
    import gradio as gr

    title = bot.title

    page = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        visit = gr.State(None)
        with gr.Row(elem_id="top"):
            gr.Markdown(draw_header(title, bot.coverage), elem_id="heading", latex_delimiters=[])
            renew = gr.Button("New conversation", elem_id="renew", size="sm", scale=0, min_width=0)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk", scale=3, min_width=0):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label=title,
                    show_label=False,
                    container=False,
                    layout="panel",
                    height="100%",
                    placeholder=draw_welcome(),
                    examples=_examples(bot),
                    autoscroll=False,
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    allow_tags=False,
                    group_consecutive_messages=False,
                )
                notice = gr.Markdown(elem_id="notice", latex_delimiters=[])
                box = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    show_label=False,
                    container=False,
                    placeholder=f"Ask about {title}",
                    lines=1,
                    max_lines=4,
                    max_length=LONGEST_QUESTION,
                    submit_btn="Ask",
                    autofocus=True,
                )
            with gr.Column(elem_id="proof", scale=2, min_width=0):
                panel = gr.Markdown(draw_panel((), bot.coverage), elem_id="sources", latex_delimiters=[])
        outputs = [box, chat, visit, panel, notice]

        def ask(choice: Choice, before: Visit | None) -> list[Any]:
            try:
                after = (before or Visit(bot.conversation())).ask(bot, choice, desk)
            except QuestionError as error:
                return [gr.skip(), gr.skip(), before, gr.skip(), draw_notice(str(error))]
            except Exception as error:
                if isinstance(error, IndexingError):
                    _log.error("%s", error)
                else:
                    log_failure(_log, error)  # gradio would print the question along with it
                sorry = "The content cannot be searched just now. Whoever runs this chat finds the reason in its log."
                return [gr.skip(), gr.skip(), before, gr.skip(), draw_notice(sorry)]
            return ["", _messages(after.exchanges), after, draw_panel(after.exchanges, bot.coverage), ""]

        def ask_typed(question: str, before: Visit | None) -> list[Any]:
            return ask(Choice(question, question), before)

        def ask_example(before: Visit | None, event: gr.SelectData) -> list[Any]:
            question = str(event.value["text"])
            return ask(Choice(question, question), before)

        def ask_choice(before: Visit | None, event: gr.SelectData) -> list[Any]:
            label = str(event.value)
            return ask(before.choice(label) if before else Choice(label, label), before)

        def start_again() -> list[Any]:
            return ["", gr.Chatbot(value=[], examples=_examples(bot)), None, draw_panel((), bot.coverage), ""]

        quietly: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "minimal",
            "show_progress_on": notice,
            "trigger_mode": "once",
            "concurrency_id": "ask",
            "concurrency_limit": 4,
        }
        box.submit(ask_typed, [box, visit], outputs, **quietly)
        chat.example_select(ask_example, visit, outputs, **quietly)
        chat.option_select(ask_choice, visit, outputs, **quietly)
        renew.click(start_again, None, outputs, **quietly)
    return page


def _messages(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    """Give the chat's messages; only below the last one there are buttons."""
    messages: list[dict[str, Any]] = []
    for exchange in exchanges:
        messages.append({"role": "user", "content": draw_question(exchange.question)})
        messages.append({"role": "assistant", "content": exchange.answer})
    if exchanges and exchanges[-1].choices:
        messages[-1]["options"] = [{"value": choice.label, "label": choice.label} for choice in exchanges[-1].choices]
    return messages


def _examples(bot: Bot) -> list["ExampleMessage"]:
    return [{"text": example} for example in bot.examples()]


def _call_nobody() -> None:
    """Switch off, before gradio is imported, what would call out or count who uses it."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    # By itself, gradio keeps the last 10,000 events with their sessions, and sums them up after each.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"


def page_theme() -> "gr.themes.Base":
    """Give a theme whose contrast holds in light and dark, with the fonts that the visitor's system has."""
    import gradio as gr

    return gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        color_accent="*primary_600",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        color_accent_soft_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
    )


def page_head() -> str:
    """Give the style and the script; in the head, because gradio rewrites what it is given as css."""
    folder = files("chatbot.page").joinpath("assets")
    style = folder.joinpath("page.css").read_text(encoding="utf-8")
    return f'<link rel="icon" href="{ICON}"><style>{style}</style><script>{page_script()}</script>'


def page_script() -> str:
    """Give the page's own script."""
    return files("chatbot.page").joinpath("assets", "page.js").read_text(encoding="utf-8")
