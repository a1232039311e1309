# The two commands: `make run` serves the dashboard, `make test` runs every test. Both install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Where published files lie, for `make data`.
PUBLISHED ?= ../shared/data/published

.PHONY: run test lint data database bench lock screenshots clean

run: $(INSTALLED) database
	$(BIN)/streamlit run streamlit_app.py

test: $(INSTALLED)
	@sh .ci/chromium
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Published files -> data/releases, which is committed.
data: $(INSTALLED)
	$(BIN)/python -m etl extract --from $(PUBLISHED)

# data/releases -> data/monitor.duckdb, in seconds and without a network.
database: $(INSTALLED)
	$(BIN)/python -m etl build

bench: $(INSTALLED) database
	$(BIN)/python -m bench

# Pages as people see them, for the README.
screenshots: $(INSTALLED) database
	@sh .ci/chromium
	$(BIN)/python -m tests.browser.screenshots

# After a change of dependencies: pinned with hashes, and without addresses.
lock:
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" -q -o requirements.lock

clean:
	rm -rf $(VENV) data/monitor.duckdb* data/versions data/build.lock .mypy_cache .ruff_cache .pytest_cache .coverage

$(INSTALLED): requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $(INSTALLED)
