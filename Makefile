# The two commands: `make run` serves the dashboard, `make test` runs every test. Both install what they need.
PYTHON ?= python3
BIN := .venv/bin
# Where published files lie, for `make data`.
PUBLISHED ?= ../shared/data/published
DATABASE := data/monitor.duckdb
# What a database is built from. Files that the operator keeps elsewhere are read at every start.
FIGURES := $(wildcard data/releases/* data/geography/* data/*.csv data/*.sql) $(shell find etl -name '*.py')
OPERATORS := $(if $(MONITOR_REGISTER)$(MONITOR_COMMITMENTS),always)
# Three processes on two cores, since those with a browser wait for it; a file of tests in one of them, since its tests
# share what they start; in the order of the folders, which begins with the files that take longest.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# Where it is set, each start of a server compiles every package again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test coverage drill lint data database bench lock audit screenshots clean packages tools always

run: packages $(DATABASE)
	@echo "Starting. The dashboard is at http://localhost:8501 once its pages are ready; Ctrl+C stops it."
	$(BIN)/python -m streamlit run streamlit_app.py

test: tools
	@sh .ci/chromium
	@sh .ci/nginx
	$(PYTEST)

# Which lines and branches the tests reach. Takes half as long again.
coverage: tools
	@sh .ci/chromium
	@sh .ci/nginx
	$(PYTEST) --cov --cov-report=term:skip-covered

# What takes long, or needs root (as root: full disks, bare machines, and the steps of the Containerfile).
drill: tools
	@sh .ci/chromium
	@sh .ci/nginx
	@sh .ci/mmdebstrap
	$(BIN)/python -m pytest -m "drill or needs_root" -rs

lint: tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint --deny-warnings dashboard/assets

# Published files -> data/releases, which is committed.
data: packages
	$(BIN)/python -m etl extract --from $(PUBLISHED)

# data/releases -> data/monitor.duckdb, in seconds and without a network.
database: packages
	$(BIN)/python -m etl build

# The same, only where something that it is built from is newer.
$(DATABASE): $(FIGURES) $(OPERATORS) | packages
	$(BIN)/python -m etl build

bench: tools $(DATABASE)
	$(BIN)/python -m bench

# Pages as people see them, for the README.
screenshots: tools $(DATABASE)
	@sh .ci/chromium
	$(BIN)/python -m tests.browser.screenshots

# What runs, and what tests too. The second holds all of the first.
packages:
	@$(PYTHON) .ci/install.py requirements.lock

tools:
	@$(PYTHON) .ci/install.py requirements-test.lock

# After a change of dependencies: pinned with hashes and extras, and without addresses. pip before 23.3 refuses a lock
# without the extras as soon as a release newer than the locked one is out.
LOCK := $(BIN)/python -m uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	--no-annotate --no-strip-extras --custom-compile-command "make lock" -q
lock: tools
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -c requirements.lock -o requirements-test.lock
	echo uv | $(LOCK) - -c requirements-test.lock -o .ci/installer.lock

# How old each locked package is, and what holes are known in it. Needs a network; strict, so that a package of which
# nothing could be learnt fails it too.
audit: tools
	test -d .venv/audit || $(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/python -m uv pip compile pyproject.toml --extra dev -c requirements-test.lock --universal \
		--python-version 3.11 --format pylock.toml -q | $(BIN)/python -m tests.security.ages
	.venv/audit/bin/pip-audit --strict -r requirements-test.lock --require-hashes --disable-pip

clean:
	rm -rf .venv .venv.last data/monitor.duckdb* data/versions data/build.lock .import_linter_cache .mypy_cache .ruff_cache .pytest_cache .coverage
