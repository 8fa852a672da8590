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

# Each worker and each process that a test starts imports compiled files instead of compiling them again.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto

.PHONY: help run test quick mutants check lint types contracts format texts reference docs release image eval bench bench-search bench-summaries bench-commands bench-taste bench-pages fanout chaos soak crowd inbox preview clean

help:        ## list the targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/	/' | expand -t 16

run: .venv/run          ## start Paperboy: today's papers in your browser
	@$(BIN)/paperboy run

test: .venv/dev         ## all tests that can run on this machine
	@$(PYTEST) --dist loadgroup --durations=10

quick: .venv/dev        ## the fast tests (no processes, no browser), under a minute
	@$(PYTEST) -m "not slow" --durations=10 tests/unit tests/core tests/contract

N ?= 200
SEED ?= 1
mutants: .venv/dev      ## mutation tests: do the quick tests notice one changed operator? (N=200 SEED=1)
	@$(BIN)/python tools/mutants.py --count $(N) --seed $(SEED)

check: test lint types contracts  ## everything that CI checks

lint: .venv/dev         ## check the style
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: .venv/dev        ## check the types
	@$(BIN)/mypy

contracts: .venv/dev    ## check which package may import which
	@$(BIN)/lint-imports

texts: .venv/dev      ## collect the texts that can be translated into the catalogues, and count what is missing
	@$(BIN)/python tools/catalogues.py

reference: .venv/dev    ## write the references of commands and settings (docs/commands.md, docs/settings.md) from the code
	@$(BIN)/python -m tools.reference

docs: reference         ## build the documentation in build/docs, with every link checked (SERVE=1: show it while you write)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs $(if $(SERVE),serve,build --quiet) --config-file packaging/mkdocs.yml

release: .venv/dev      ## build wheel, sdist, licences and bill of materials in dist/; refused unless all is ready
	@$(BIN)/python tools/release.py build

image:       ## build the container image with podman or docker (BASE=IMAGE@sha256:DIGEST pins its base)
	@$(if $(shell command -v podman),podman build --format docker,docker build) $(if $(BASE),--build-arg BASE=$(BASE)) -t paperboy:$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' bot/__init__.py) -f Containerfile .

format: .venv/dev       ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: .venv/dev        ## speed, as ratios to a peer in the same run
	@$(BIN)/python -m tests.benchmarks

bench-search: .venv/dev ## quality and speed of search with 10, 75 and 450 thousand papers
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.search --quality

bench-summaries: .venv/dev ## quality of summaries without a model, and of the check
	@$(BIN)/python -m tests.benchmarks.summaries

LIMIT ?= 1.00
eval: .venv/dev         ## what a model's summaries are like, for at most LIMIT (needs ANTHROPIC_API_KEY; JUDGE=MODEL compares)
	@$(BIN)/python -m tests.benchmarks.evaluation --limit $(LIMIT) $(if $(JUDGE),--judge $(JUDGE))

bench-commands: .venv/dev ## a hundred people using commands at once, on each platform
	@$(BIN)/python -m tests.benchmarks.commands

bench-taste: .venv/dev  ## how well rankings predict what people like
	@$(BIN)/python -m tests.benchmarks.taste
	@$(BIN)/python -m tests.benchmarks.readers

bench-pages: .venv/dev  ## fifty readers of the site at once, with 75,000 papers
	@$(BIN)/python -m tests.benchmarks.pages

fanout: .venv/dev       ## post an edition to hundreds of channels within the platforms' limits
	@$(BIN)/python -m tests.benchmarks.fanout

KILLS ?= 100
chaos: .venv/dev        ## kill -9 while platforms fail (KILLS=1000), then count lost and repeated posts
	@$(BIN)/python -m tests.faults.chaos --kills $(KILLS)

soak: .venv/dev         ## replay all recorded days with outages: each edition posted once or explained
	@$(BIN)/python -m tests.faults.soak

crowd: .venv/dev        ## the cost of 1,000 and 10,000 schedules due at once
	@$(BIN)/python -m tests.benchmarks.crowd

preview: .venv/dev      ## render every message as Slack and Discord show it, in build/preview (PICTURES=1: also for docs)
	@$(BIN)/python -m tests.preview $(if $(PICTURES),--pictures)
inbox: .venv/dev        ## mail one edition to ten thousand readers
	@$(BIN)/python -m tests.benchmarks.inbox


clean:       ## remove everything that make built; your data stays
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
pins:        ## update pinned versions and hashes after a change in pyproject.toml (UPGRADE=-U: the newest)
	@$(PINS) $(UPGRADE) pyproject.toml --extra dev --extra docs --extra release --extra mcp -o constraints.txt
	@grep -oE '^[a-z0-9._-]+==[^ ]+' constraints.txt > .venv/pins
	@$(PINS) --constraint .venv/pins pyproject.toml -o requirements.txt
	@echo 'setuptools>=77' | $(PINS) - -o requirements-build.txt
