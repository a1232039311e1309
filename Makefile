# The two commands: `make run` serves the dashboard, `make test` runs every test. Both install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Where published files lie, for `make data`.
PUBLISHED ?= ../shared/data/published

.PHONY: run test drill lint data database bench lock audit screenshots clean

run: $(INSTALLED) database
	$(BIN)/streamlit run streamlit_app.py

test: $(INSTALLED)
	@sh .ci/chromium
	@sh .ci/nginx
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

# What takes long, or needs root (as root: full disks, and the steps of the Containerfile): some ten minutes.
drill: $(INSTALLED)
	@sh .ci/chromium
	@sh .ci/nginx
	$(BIN)/python -m pytest -m "drill or needs_root" -rs

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

# After a change of dependencies: pinned with hashes, and without addresses; and of these what an image needs to run.
LOCKED := --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock" -q
lock:
	uv pip compile pyproject.toml --extra dev $(LOCKED) -o requirements.lock
	uv pip compile pyproject.toml -c requirements.lock $(LOCKED) -o deploy/requirements.lock

# How old each locked package is, and what holes are known in it. Needs a network; strict, so that a package of which
# nothing could be learnt fails it too.
audit: $(INSTALLED)
	test -d $(VENV)/audit || $(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit uv
	$(VENV)/audit/bin/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal \
		--python-version 3.11 --format pylock.toml -q | $(BIN)/python -m tests.security.ages
	$(VENV)/audit/bin/pip-audit --strict -r requirements.lock --require-hashes --disable-pip

clean:
	rm -rf $(VENV) data/monitor.duckdb* data/versions data/build.lock .mypy_cache .ruff_cache .pytest_cache .coverage

$(INSTALLED): requirements-test.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	touch $(INSTALLED)
