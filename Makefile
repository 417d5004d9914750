# The front door: everything a person or a CI machine does here is a target of this file.
# `make` alone prints them. Needed beforehand: Python 3.11 or 3.12, a C compiler, make.

VENV  ?= .venv
PORT  ?= 50051
KILLS ?= 200
IMAGES ?= 1000
PAIRS ?= 20000
SECONDS ?= 60
MIDAS ?= build/midas

BIN      := $(VENV)/bin
PY       := $(BIN)/python
STAMPS   := $(VENV)/.stamps
INSTALL  := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation
SOURCES  := adapters engine tests $(wildcard bench examples tools)
PYTEST   := $(PY) -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-authoring setup-postgres setup-replay setup-spark java setup-dev demo midas serve test check format format-check lint types walls proto proto-check \
        packs mutants conformance fuzz bench bench-audit bench-replay faults differential requirements clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# --- set-up: each step leaves a stamp and is not repeated until its inputs change ---------------

setup: $(STAMPS)/project ## make .venv with the runtime and the command .venv/bin/pactolus

setup-authoring: setup $(STAMPS)/authoring ## add what proving and comparing rule packs needs

setup-postgres: setup $(STAMPS)/postgres ## add what keeping the audit log in PostgreSQL needs

setup-replay: setup $(STAMPS)/replay ## add what evaluating recorded decisions again needs

setup-spark: setup $(STAMPS)/spark ## add what replays on Apache Spark need (and a Java runtime, which is yours to install)

java: ## install the Java runtime that Spark needs where it is missing (Debian, as CI does)
	@sh tools/install_java.sh

setup-dev: setup $(STAMPS)/dev ## add what testing and checking need

# A shim named python3.12 may exist and fail, so each candidate is asked for its version.
$(STAMPS)/venv:
	@if [ ! -x $(PY) ]; then \
	  python=$$(sh tools/find_python.sh "$(PYTHON)") || exit 1; \
	  echo "making $(VENV) with $$python"; \
	  "$$python" -m venv $(VENV) || exit 1; \
	fi
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: requirements/build.txt $(STAMPS)/venv
	@echo "installing the build tools"
	@$(INSTALL) -r requirements/build.txt
	@touch $@

$(STAMPS)/runtime: requirements/runtime.txt $(STAMPS)/build
	@echo "installing the runtime (durable-rules is compiled)"
	@$(INSTALL) -r requirements/runtime.txt || { \
	  echo "the runtime could not be installed; compiling durable-rules needs a C compiler and the" >&2; \
	  echo "headers of $$($(PY) -V) (Debian: gcc and python3-dev)" >&2; exit 1; }
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	@echo "installing pactolus itself, editable"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(STAMPS)/authoring: requirements/authoring.txt $(STAMPS)/project
	@echo "installing the solver that proofs of rule packs need"
	@$(INSTALL) -r requirements/authoring.txt
	@touch $@

$(STAMPS)/postgres: requirements/postgres.txt $(STAMPS)/project
	@echo "installing the driver for PostgreSQL"
	@$(INSTALL) -r requirements/postgres.txt
	@touch $@

$(STAMPS)/replay: requirements/replay.txt $(STAMPS)/project
	@echo "installing what replays and their reports need"
	@$(INSTALL) -r requirements/replay.txt
	@touch $@

$(STAMPS)/spark: requirements/spark.txt $(STAMPS)/replay
	@echo "installing Apache Spark (large; a Java runtime is needed to run it)"
	@$(INSTALL) -r requirements/spark.txt
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/authoring $(STAMPS)/postgres $(STAMPS)/spark
	@echo "installing what tests and checks need"
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

$(STAMPS)/fuzz: requirements/fuzz.txt $(STAMPS)/dev
	@echo "installing the fuzzer"
	@$(INSTALL) -r requirements/fuzz.txt
	@touch $@

# --- using it ------------------------------------------------------------------------------------

demo: setup ## start a server, send every example, print each decision, read the records back
	@$(PY) examples/demo.py

midas: setup-replay ## evaluate a synthetic cohort with both packs, print the trial's tables from the answers (MIDAS=folder, made anew)
	@rm -rf $(MIDAS)
	@mkdir -p $(MIDAS)
	@$(BIN)/pactolus cohort midas $(MIDAS)/cohort
	@$(BIN)/pactolus replay $(MIDAS)/cohort/post-induction --pack midas-consolidation --at 2024-06-01T12:00:00Z \
	  --data $(MIDAS)/data --report $(MIDAS)/consolidation --reason "make midas"
	@$(BIN)/pactolus replay $(MIDAS)/cohort/pre-maintenance --pack midas-endpoint --at 2025-06-01T12:00:00Z \
	  --data $(MIDAS)/data --report $(MIDAS)/endpoint --reason "make midas"
	@$(BIN)/pactolus cohort tables $(MIDAS)/cohort --consolidation $(MIDAS)/consolidation --endpoint $(MIDAS)/endpoint

serve: setup ## serve on 127.0.0.1 (PORT=50051)
	@$(BIN)/pactolus serve --port $(PORT)

# --- checking it ---------------------------------------------------------------------------------

test: setup-dev ## run the tests, on every core (T=path, K=pattern: those alone, on one)
	@$(PYTEST) $(if $(T)$(K),,--numprocesses auto --dist loadfile) $(T) $(if $(K),-k "$(K)")

check: format-check lint types walls proto-check packs conformance test ## everything that must be green before a change is done

format: setup-dev ## write the code the way the formatter wants it
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

format-check: setup-dev ## see that `make format` has nothing to do
	@$(BIN)/ruff format --check $(SOURCES)

lint: setup-dev ## look for mistakes (ruff)
	@$(BIN)/ruff check $(SOURCES)

types: setup-dev ## check the types (mypy --strict)
	@$(BIN)/mypy

walls: setup-dev ## see that no import goes against the flow
	@$(BIN)/lint-imports --no-logo

proto: setup-dev ## write the stubs under proto/gen
	@$(PY) tools/generate_proto.py

proto-check: setup-dev ## lint the .proto files, see that the stubs are what they generate
	@$(BIN)/buf lint
	@$(PY) tools/generate_proto.py --check

packs: setup-dev ## load every rule pack and run its cases through both engines
	@$(PYTEST) -v tests/cases

conformance: setup-dev ## show every answer to FHIR validators of others (needs Node; skipped without, never in CI)
	@sh tools/conformance/run.sh $(PY)

# --- slower proofs and measurements --------------------------------------------------------------

mutants: setup ## plant small mistakes in every rule pack and see whether its cases notice (minutes)
	@for pack in rules/*/pack.yaml; do $(BIN)/pactolus rules mutate $$(dirname $$pack) --require 95 || exit 1; done

bench: setup ## measure Evaluate against a no-op on the same server, write JSON
	@$(PY) bench/bench.py

bench-audit: setup-dev ## measure the audit log: appending against plain inserts, verifying, proving, PostgreSQL against COPY
	@$(PY) bench/audit_append.py
	@$(PY) bench/audit_verify.py
	@$(PY) bench/audit_postgres.py

bench-replay: setup-dev ## measure replays per runner over a log of 6,000 decisions: rate, start-up, memory, equal roots
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		$(PY) bench/replay_log.py "$$folder/log" 6000 && $(PY) bench/replay.py "$$folder/log" --records 2048,6000

faults: setup-dev ## kill, cut the power, fill and fail the disk, jump the clock (KILLS=200 IMAGES=1000; half an hour or more)
	@PACTOLUS_KILLS=$(KILLS) PACTOLUS_IMAGES=$(IMAGES) $(PYTEST) -s tests/faults

differential: setup-dev ## compare durable-rules with the definition on generated pairs (PAIRS=20000)
	@PACTOLUS_PAIRS=$(PAIRS) $(PYTEST) tests/properties

fuzz: setup-dev $(STAMPS)/fuzz ## fuzz the FHIR reader, guided by coverage (SECONDS=60)
	@$(PY) -m tests.fuzz.fuzz_reader -max_total_time=$(SECONDS)

# --- housekeeping --------------------------------------------------------------------------------

COMPILE := ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
           --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

requirements: setup-dev ## write requirements/*.txt anew from the .in files (UPGRADE=1 takes newer versions)
	@cd requirements && for part in build runtime authoring postgres replay spark dev fuzz; do \
	  $(COMPILE) $(if $(UPGRADE),--upgrade) --output-file $$part.txt $$part.in || exit 1; done

clean: ## remove caches and the virtual environment; recorded decisions in pactolus-data stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
