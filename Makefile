# make chat    install what is missing, build the index, open the chat on 127.0.0.1:7860
# make test    install what the tests need, and run them all
# make check   what CI runs: lint, types, tests
# make build   the wheel, in dist/
# make clean   remove everything that these made

VENV = .venv
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
BIN = $(VENV)/bin

.PHONY: chat test check lint build clean browser

chat: $(VENV)/.installed
	$(BIN)/faqsimile chat

test: $(VENV)/.installed-dev browser
	$(BIN)/python -m pytest

check: lint test

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

build: $(VENV)/.installed
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) .index .index-* build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Both stamps are files, so that nothing is installed a second time until pyproject.toml changes.
$(VENV)/.installed: pyproject.toml $(BIN)/python
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.installed
	$(BIN)/python -m pip install --editable . --group dev
	touch $@

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is needed. Install it, or name it: make chat PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

# The browser tests take the Chromium of the system, else Playwright's; without one they are skipped, and say so.
browser: $(VENV)/.installed-dev
	@.ci/browser $(BIN)/python
