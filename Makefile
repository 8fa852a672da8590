# `make run` and `make test` need Python 3.11 or newer with venv and pip; uv is used where it is installed.
PYTHON ?= python3
BIN    := .venv/bin
UV     := $(shell command -v uv 2>/dev/null)

ifdef UV
NEW = uv venv --quiet --python $(PYTHON) .venv
PIP = uv pip install --quiet --python $(BIN)/python
BUILD = --no-build-isolation
else
NEW = $(PYTHON) -m venv .venv
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
BUILD = --no-build-isolation --use-pep517
endif
# Only files with the hashes that the repository names are installed; nothing is built with a tool that it doesn't name.
HASHED = $(PIP) --no-deps --require-hashes

.PHONY: help run test quick mutants check lint types contracts format bench bench-search bench-summaries bench-commands bench-taste bench-pages fanout chaos soak crowd inbox preview clean

help:        ## say what there is
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/' | expand -t 16

run: .venv/run          ## today's papers in your browser
	@$(BIN)/paperboy run

test: .venv/dev         ## every test that can run here
	@$(BIN)/python -m pytest -n auto --dist loadgroup --durations=10

quick: .venv/dev        ## the tests that need no process and no browser, in under a minute
	@$(BIN)/python -m pytest -n auto -m "not slow" tests/unit tests/core tests/contract

N ?= 200
SEED ?= 1
mutants: .venv/dev      ## change one operator at a time and see whether the quick tests notice (N=200 SEED=1)
	@$(BIN)/python tools/mutants.py --count $(N) --seed $(SEED)

check: test lint types contracts  ## what CI checks

lint: .venv/dev         ## style
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: .venv/dev        ## types
	@$(BIN)/mypy

contracts: .venv/dev    ## which room may import which
	@$(BIN)/lint-imports

format: .venv/dev       ## mend the style
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: .venv/dev        ## speed, as ratios to a peer in the same run
	@$(BIN)/python -m tests.benchmarks

bench-search: .venv/dev ## how well and how fast search finds, at 10, 75 and 450 thousand papers
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.search --quality

bench-summaries: .venv/dev ## how good a line without a model is, and what the check catches
	@$(BIN)/python -m tests.benchmarks.summaries

bench-commands: .venv/dev ## a hundred people asking at once, on each platform
	@$(BIN)/python -m tests.benchmarks.commands

bench-taste: .venv/dev  ## how well rankings foresee what people like
	@$(BIN)/python -m tests.benchmarks.taste

bench-pages: .venv/dev  ## fifty readers of the site at once, with 75,000 papers
	@$(BIN)/python -m tests.benchmarks.pages

fanout: .venv/dev       ## an edition to hundreds of channels, against the platforms' own limits
	@$(BIN)/python -m tests.benchmarks.fanout

KILLS ?= 100
chaos: .venv/dev        ## kill -9 while platforms fail (KILLS=1000), then count what was lost or repeated
	@$(BIN)/python -m tests.faults.chaos --kills $(KILLS)

soak: .venv/dev         ## all recorded days in minutes, with outages; each edition once or explained
	@$(BIN)/python -m tests.faults.soak

crowd: .venv/dev        ## what a thousand and ten thousand schedules due at once cost
	@$(BIN)/python -m tests.benchmarks.crowd

preview: .venv/dev      ## every message as Slack and Discord show it, in build/preview (PICTURES=1: the docs' too)
	@$(BIN)/python -m tests.preview $(if $(PICTURES),--pictures)
inbox: .venv/dev        ## one edition to ten thousand readers by mail
	@$(BIN)/python -m tests.benchmarks.inbox


clean:       ## remove what make made; your data stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@echo "Making .venv …"
	@$(NEW)

.venv/run: .venv/bin/python pyproject.toml requirements.txt requirements-build.txt
	@echo "Installing Paperboy …"
	@$(HASHED) -r requirements-build.txt
	@$(HASHED) $(BUILD) -r requirements.txt
	@$(PIP) --no-deps $(BUILD) -e .
	@touch $@

.venv/dev: .venv/run constraints.txt
	@echo "Installing what tests need …"
	@$(HASHED) $(BUILD) -r constraints.txt
	@touch $@

PINS = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
  --no-annotate --no-emit-package pip

.PHONY: pins
pins:        ## update exact versions and hashes after a change of pyproject.toml (UPGRADE=-U: the newest)
	@$(PINS) $(UPGRADE) pyproject.toml --extra dev --extra mcp -o constraints.txt
	@grep -oE '^[a-z0-9._-]+==[^ ]+' constraints.txt > .venv/pins
	@$(PINS) --constraint .venv/pins pyproject.toml -o requirements.txt
	@echo 'setuptools>=77' | $(PINS) - -o requirements-build.txt
