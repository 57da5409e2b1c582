# Every target sets up what it needs, and does nothing again that is done.
PYTHON ?= python3
PORT ?= 8765
UV ?= uv

VENV := .venv/locked
NODE := web/node_modules/.package-lock.json
DIST := dist/pyqueue/bundle.json
# Folders too: theirs is the newer time when a file has gone.
SOURCES := $(shell find pyqueue web -not -path 'web/node_modules*' -not -path '*/__pycache__*')
PY := .venv/bin/python
# More than half of what a browser test takes is waiting: three at a time, on two cores too.
JOBS ?= --numprocesses 3 --dist worksteal

export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help setup build demo test loss bench costs browser lint lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

setup: $(VENV) $(NODE) ## install Python's and npm's packages, as locked

build: $(DIST) ## build dist/: the demo and /pyqueue/, for any static server

demo: build ## serve the demo on 127.0.0.1:$(PORT)
	@exec $(PY) web/serve.py --port $(PORT) --root dist

test: build browser lint ## run every test: CPython, Pyodide, browser
	$(PY) -m pytest tests $(JOBS)
	$(PY) -m pytest playwright $(JOBS)

loss: build browser ## play every way to end a page, many times; write the table of what was lost
	$(PY) playwright/loss/table.py

bench: build browser .venv/bench ## measure side by side with peers; write tables and plots (QUICK=1: 3 minutes)
	$(PY) playwright/bench/run.py $(if $(QUICK),--quick)

.venv/bench: playwright/bench/requirements.txt $(VENV)
	.venv/bin/pip install --quiet --require-hashes -r playwright/bench/requirements.txt
	@touch $@

costs: $(VENV) $(NODE) ## write anew what the queue's operations cost, which tests hold it against
	$(PY) -m tests.costs.figures
	node tests/costs/in_pyodide.mjs

browser: $(VENV) ## install Chromium and Firefox where there are none
	@$(PY) playwright/browsers.py

lint: $(VENV) ## ruff and mypy
	$(PY) -m ruff check
	$(PY) -m mypy

clean: ## remove all that was built or installed here
	rm -rf .venv build dist web/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV): .ci/requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("pyqueue needs Python 3.11 or later (make PYTHON=…)")'
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --require-hashes -r .ci/requirements.txt
	@touch $@

$(NODE): web/package-lock.json web/package.json
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' || { echo "pyqueue needs Node 20 or later, with npm" >&2; exit 1; }
	npm ci --prefix web --no-progress --loglevel=error
	@touch $@

$(DIST): $(VENV) $(NODE) $(SOURCES) pyproject.toml LICENSE
	$(PY) web/build.py

# Remakes the four locks from pyproject.toml's dependency groups. Addresses stay out of them.
COMPILE = $(UV) pip compile --quiet --universal --upgrade --generate-hashes \
	--custom-compile-command "make lock" --no-annotate --no-emit-index-url --no-emit-find-links
lock: ## relock Python's packages (needs uv; web/: npm install)
	$(COMPILE) --python-version 3.11 --group dev -o .ci/requirements.txt
	$(COMPILE) --python-version 3.14 --group browser -c .ci/requirements.txt -o web/wheels.txt
	$(COMPILE) --python-version 3.14 --group pyodide-tests -c .ci/requirements.txt -o playwright/pyodide-tests.txt
	$(COMPILE) --python-version 3.11 --group bench -c .ci/requirements.txt -o playwright/bench/requirements.txt
