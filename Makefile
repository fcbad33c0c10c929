# Needs make and Python 3.11 or newer, nothing else. `make` alone prints what there is.
.DEFAULT_GOAL := help
.PHONY: help run test test-fast lint bench coverage mutants demo clean ready ready-dev
MAKEFLAGS += --no-print-directory

PORT ?= 8000
ARGS ?=
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV_PYTHON := .venv/bin/python
export PORT

help:
	@echo "make run        start everything; Ctrl-C stops it        (PORT=8000, SPM_DATA_DIR=.data)"
	@echo "make test       lint and all tests, browser journeys too (ARGS='-k name' goes to pytest)"
	@echo "make test-fast  the tests without browser and slow ones"
	@echo "make lint       ruff, mypy, import-linter, djlint, missing migrations"
	@echo "make bench      one JSON object a line                   (ARGS='metrics --deals 100000')"
	@echo "make coverage   every branch of the incentive engine is run by a test, or this fails"
	@echo "make mutants    changes the engine and shows what no test notices     (ARGS='tiers draws')"
	@echo "make demo       load the demo organization               (ARGS='--reps 20')"
	@echo "make clean      remove what can be made again; the data folder stays"

ready:
	@$(or $(PYTHON),python3) -I spm/bootstrap.py

ready-dev:
	@$(or $(PYTHON),python3) -I spm/bootstrap.py dev

run: ready
	@exec $(VENV_PYTHON) -m spm.up

test: lint
	@$(VENV_PYTHON) -m tests.chromium
	@$(VENV_PYTHON) -m pytest -n 2 --dist loadfile --max-worker-restart 1 $(ARGS)

test-fast: ready-dev
	@$(VENV_PYTHON) -m pytest -n 2 --dist loadfile --max-worker-restart 1 -m "not browser and not slow" $(ARGS)

lint: ready-dev
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check --quiet .
	@$(VENV_PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@$(VENV_PYTHON) -m djlint --quiet --lint templates
	@SPM_DATA_DIR="$${SPM_DATA_DIR:-.data}/test" $(VENV_PYTHON) manage.py makemigrations --check --dry-run

bench: ready-dev
	@exec $(VENV_PYTHON) manage.py bench $(or $(ARGS),all) --format json

coverage: ready-dev
	@$(VENV_PYTHON) -m pytest -q -m "not slow" --cov=incentives/engine --cov-branch --cov-fail-under=100 \
		--cov-report=term-missing:skip-covered tests/incentives

mutants: ready-dev
	@$(VENV_PYTHON) -m tests.incentives.mutants $(ARGS)

demo: ready
	@exec $(VENV_PYTHON) manage.py demo $(ARGS)

clean:
	@rm -rf .venv .ruff_cache .mypy_cache .import_linter_cache .hypothesis staticfiles test-results htmlcov .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name '*.mo' -path '*/locale/*' -delete
