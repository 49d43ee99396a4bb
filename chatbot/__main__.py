"""`python -m chatbot [folder]`: open the chat in the browser; the same as `faqsimile chat`."""

import sys

from chatbot.cli import main

if __name__ == "__main__":
    main(["chat", *sys.argv[1:]])
