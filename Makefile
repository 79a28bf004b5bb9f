# `make` alone lists what there is.
PYTHON ?= python3
V := .venv/bin
export PATH := $(CURDIR)/$(V):$(PATH)

.PHONY: help install demo test check lint types bench lock messages clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed node_modules/.installed anxin/portal/static/dist/.built anxin/locale/en/LC_MESSAGES/django.mo  ## everything the system needs, into .venv

.venv/.installed: requirements.txt pyproject.toml
	$(PYTHON) tools/python_version.py
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(V)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

node_modules/.installed: package-lock.json .venv/.installed
	$(V)/python tools/front.py
	touch $@

anxin/portal/static/dist/.built: node_modules/.installed tools/build_front.mjs $(shell find anxin/portal -not -path '*/dist/*' '(' -name '*.html' -o -name '*.css' -o -name '*.mjs' -o -name '*.js' ')')
	$(V)/python tools/front.py --build-only
	touch $@

%.mo: %.po .venv/.installed
	$(V)/pybabel --quiet compile -i $< -o $@ -l en

demo: install  ## a small synthetic province on http://127.0.0.1:8000
	$(V)/anxin demo

test: install .venv/.installed-dev  ## install what tests need and run them all, on SQLite and on PostgreSQL
	$(V)/python tools/test_needs.py
	tools/run_tests

check: lint types  ## lint and types

lint: .venv/.installed-dev
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/lint-imports
	$(V)/python -m django makemigrations --check --dry-run --settings anxin.settings

types: .venv/.installed-dev
	$(V)/mypy anxin

bench: install .venv/.installed-dev  ## measure; prints ratios (bench/README.md keeps the figures)
	$(V)/python -m bench

lock:  ## write the two requirement files anew (needs uv)
	uv pip compile -q --generate-hashes --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --python-version 3.11 requirements-dev.in -c requirements.txt -o requirements-dev.txt

messages: .venv/.installed-dev  ## collect the words of the pages for translation
	$(V)/python tools/messages.py

clean:  ## remove what was built; the data folder stays
	rm -rf .venv node_modules anxin/portal/static/dist build *.egg-info
