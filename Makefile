# What .ci/run calls, one step at a time; tests/test_contributing.py compares them.
.PHONY: lint types test docs bench api

lint:
	ruff check .
	ruff format --check .
	vulture

types:
	mypy
	lint-imports
	.ci/verify-types

test:
	pytest -q -n 2 --cov --cov-branch --traced=200 --cov-report= --ignore=tests/audit/browser
	env COOKIEGATE_CONCURRENCY=greenlet pytest -q -n 2 --cov --cov-branch --traced=200 --cov-append --cov-report=term-missing:skip-covered tests/audit/browser

docs:
	python -m sphinx -W --keep-going -n -q docs build/site
	env COOKIEGATE_SITE=build/site pytest -q tests/site tests/test_readme.py tests/test_docs.py tests/test_contributing.py tests/test_threat_model.py

bench:
	python -m benchmarks.instructions
	python -m benchmarks --quick --compare benchmarks/last.json

api:
	python -m tests.public_api
