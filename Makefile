# The single door. On a fresh machine `make demo` and `make test` are all one needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
export NO_MKDOCS_2_WARNING := 1
# Each of the many processes of a run would read all of Python's source anew.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
# Coverage takes half as much time again, so it has a target of its own.
PYTEST := $(BIN)/$(if $(MEASURED),coverage run -m )pytest -q
TWO_AT_ONCE := +$(MAKE) --no-print-directory --jobs=2 --output-sync=target

PURE := tests/vocabulary tests/cohort tests/cdm tests/crate tests/dcat tests/protocol tests/secrets tests/transport \
        tests/merkle tests/workflow tests/forms tests/disclosure tests/client tests/cli tests/demo
ROOMS := tests/web tests/audit tests/people tests/trail tests/receiving tests/notices
HUB := tests/hub
NODE := tests/node
WHOLE := tests/federation tests/browser

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/demo node_modules/.ready ## The federation on this machine: a hub, three hospitals, real data
	$(BIN)/caimera demo up

test: .venv/dev .venv/clients/.ready node_modules/.ready system-or-say ## Every test but the long ones
	$(TWO_AT_ONCE) test-whole test-hub test-pure test-node test-rooms

coverage: .venv/dev ## The same tests, and which lines and branches they reach: at least 90 of 100
	$(BIN)/coverage erase
	$(MAKE) --no-print-directory test MEASURED=yes
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --fail-under=90 | tail -40

# The longest first, so that both cores have something to do until the end.
test-whole:
	$(PYTEST) -m "not long" $(WHOLE)

test-pure:
	$(PYTEST) -m "not long" $(PURE)

test-hub:
	$(PYTEST) -m "not long" -p tests.plugins.hub $(HUB)

test-rooms:
	$(PYTEST) -m "not long" -p tests.plugins.hub $(ROOMS)

test-node:
	$(PYTEST) -m "not long" -p tests.plugins.node $(NODE)

test-long: .venv/dev node_modules/.ready system-or-say ## The slow tests and those repeated many times
	$(BIN)/pytest -q -m long $(PURE) || test $$? -eq 5
	$(BIN)/pytest -q -m long -p tests.plugins.hub $(ROOMS) $(HUB) || test $$? -eq 5
	$(BIN)/pytest -q -m long -p tests.plugins.node $(NODE) || test $$? -eq 5
	$(BIN)/pytest -q -m long $(WHOLE) || test $$? -eq 5

check: .venv/dev node_modules/.ready ## Format, lint, types, import law, house rules, migrations, docs
	$(BIN)/ruff format --check src tests bench docs
	$(BIN)/ruff check src tests bench docs
	$(TWO_AT_ONCE) check-types check-house

check-types:
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

check-house:
	$(BIN)/pytest -q tests/house --ignore=tests/house/site
	$(BIN)/pytest -q -p tests.plugins.hub tests/house/site
	$(BIN)/pytest -q -p tests.plugins.node tests/house/site
	$(BIN)/python -m tests.migrations
	$(BIN)/python docs/generate.py --check
	$(BIN)/mkdocs build --strict --quiet

bench: .venv/dev node_modules/.ready ## Measure; each file prints a ratio against a named peer or limit
	$(BIN)/caimera demo up --detach
	for file in bench/bench_*.py; do echo "== $$file"; $(BIN)/python -m bench.$$(basename $$file .py); done

docs: .venv/dev ## Build the documentation into site/
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict

format: .venv/dev ## Put the code into its form
	$(BIN)/ruff format src tests bench docs
	$(BIN)/ruff check --fix src tests bench docs

lock: ## Lock the dependencies anew, with hashes and without addresses
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header -o requirements/bootstrap.txt requirements/bootstrap.in
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --extra demo -o requirements/demo.txt pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --extra dev -c requirements/demo.txt -o requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header -o requirements/clients.txt requirements/clients.in
	npm install --package-lock-only --omit-lockfile-registry-resolved

system: ## Install the Debian packages that tests need (as root)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_PACKAGES) >/dev/null

SYSTEM_PACKAGES := chromium-headless-shell fonts-dejavu-core clamav-daemon

system-or-say:
	@missing=""; has() { PATH="$$PATH:/usr/sbin" command -v $$1 >/dev/null; }; \
	has chromium-headless-shell || has chromium || missing=" chromium-headless-shell"; \
	has clamd || missing="$$missing clamd"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory system; \
	  elif [ -n "$${CI:-}" ]; then echo "Missing:$$missing. Run 'make system' as root first."; exit 1; \
	  else echo "Missing:$$missing. The tests that need it are left out; run 'sudo make system' to have them."; fi; fi

.venv/bin/uv: requirements/bootstrap.txt
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/demo: .venv/bin/uv requirements/demo.txt pyproject.toml
	test -e .venv/dev || $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/demo.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/bin/uv requirements/dev.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/clients/.ready: .venv/bin/uv requirements/clients.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/clients
	$(BIN)/uv pip install --quiet --python .venv/clients/bin/python --require-hashes -r requirements/clients.txt
	@touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: help demo test coverage test-whole test-pure test-hub test-rooms test-node test-long check check-types \
        check-house bench docs format lock system system-or-say
