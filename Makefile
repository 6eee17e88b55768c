# Every target makes what it needs first: on a fresh machine, Python and make are enough.
#
#   make run    LinkHub on http://127.0.0.1:8000 (PORT=, HOST=, LINKHUB_HOME=)
#   make test   the tests, without those that need a browser or minutes
#   make bench  ratios to COPY, empty views and joins (SIZE=10000,100000, ARGS=)

VENV = .venv
PY = $(VENV)/bin/python
FAST = not browser and not slow and not faults and not soak
# Numbers of runs that `bench` fills its database with, ascending.
SIZE = 10000,100000

# Checks load the settings but connect to nothing; they are made as a production start would be.
CHECKING = SECRET_KEY=checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ \
	DATABASE_URL=postgresql:///no-database REDIS_URL=unix:///no-redis LINKHUB_HTTPS=1

.PHONY: run test test-browser test-client test-model test-slow test-faults test-soak test-oidc test-airflow check check-logql check-grafana check-kubernetes bench bench-large bench-events format \
	screenshots pins clean venv venv-dev

run: venv
	@exec $(PY) manage.py serve

test: venv-dev
	$(PY) -m pytest -n 2 -m "$(FAST)" $(ARGS)

test-browser: venv-dev
	@CHROMIUM="$$($(PY) scripts/chromium.py)" && export CHROMIUM && \
		$(PY) -m pytest -m browser $(ARGS)

# The walks of tests/model, longer than in `make test`: 2,000 steps, each held against the reference.
test-model: venv-dev
	MODEL_STEPS=$${MODEL_STEPS:-2000} $(PY) -m pytest -n 2 tests/model $(ARGS)

# The client with the real W&B, against a real web process, on every Python that is here, and
# with flytekit in an environment of its own.
test-client: venv-dev
	$(PY) -m pytest -m "slow or not slow" tests/client tests/links/backlinks $(ARGS)
	$(PY) scripts/test_client.py .venv-client

test-slow: venv-dev
	$(PY) -m pytest -m slow $(ARGS)

# Faults in real processes under load; the whole suite writes its figures in docs/.
test-faults: venv-dev
	$(if $(ARGS),,FIGURES=1 )$(PY) -m pytest -m faults tests/faults $(ARGS)

# Steady load at half of what this machine can: MINUTES= (10). Pages while RETENTION_RUNS= (100000)
# runs are removed. Whole, it writes its figures in docs/.
test-soak: venv-dev
	$(if $(ARGS),,FIGURES=1 )$(PY) -m pytest -m soak -s tests/faults tests/runs/keeping $(ARGS)

# Signing in at a real identity provider, which npm brings.
test-oidc: venv-dev
	$(PY) -m pytest -m slow tests/oidc $(ARGS)

# The real Airflow 3 with its OpenLineage provider, in an environment of its own.
test-airflow: venv-dev
	@python=$$(scripts/find-python) && $(PY) scripts/airflow_venv.py .venv-airflow "$$python"
	AIRFLOW_VENV=.venv-airflow $(PY) -m pytest -m slow tests/airflow $(ARGS)

check: venv-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(CHECKING) $(PY) -m mypy linkhub
	$(PY) -m mypy --config-file client/pyproject.toml client/src
	find templates -name '*.html' -exec $(VENV)/bin/djade --check --target-version 5.2 {} +
	$(CHECKING) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(CHECKING) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m pytest tests/project

# Needs npm as well: the grammar that it reads our queries with is Grafana's.
check-logql: venv-dev
	$(PY) -m scripts.logql.check $(ARGS)

# As above, with Grafana's reading of addresses (a bigger package of theirs).
check-grafana: venv-dev
	$(PY) -m scripts.logql.check_links $(ARGS)

# The manifests in deploy/ by Kubernetes' schema, which is large and needed for nothing else.
check-kubernetes: venv-dev
	$(PY) -m pip install --quiet --upgrade --target .venv-kubernetes kubernetes-validate==1.37.0
	PYTHONPATH=.venv-kubernetes $(PY) -m pytest -m slow tests/ops/test_kubernetes.py $(ARGS)

bench: venv-dev
	$(PY) -m benchmarks --runs $(SIZE) $(ARGS)

bench-large: venv-dev
	$(PY) -m benchmarks --runs 10000,1000000 --actions 1 --edited 100000 --backlog 20000 $(ARGS)

# OpenLineage events for a minute, beside an empty view that inserts a row.
bench-events: venv-dev
	$(PY) -m benchmarks.events $(ARGS)

format: venv-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	find templates -name '*.html' -exec $(VENV)/bin/djade --target-version 5.2 {} +

screenshots: venv-dev
	@CHROMIUM="$$($(PY) scripts/chromium.py)" && export CHROMIUM && $(PY) scripts/screenshots.py

pins: venv-dev
	$(PY) scripts/pins.py

clean:
	rm -rf $(VENV) .venv-client .venv-kubernetes .venv-airflow .mypy_cache .pytest_cache .ruff_cache .hypothesis

venv:
	@python=$$(scripts/find-python) && "$$python" scripts/venv.py $(VENV) requirements.txt

venv-dev:
	@python=$$(scripts/find-python) && "$$python" scripts/venv.py $(VENV) requirements-dev.txt
