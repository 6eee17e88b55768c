"""Icons of tools: a symbol of `static/icons.svg`, else a drawn monogram."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

BRANDS = frozenset(
    {
        *("airflow", "argo", "bigquery", "buildkite", "circleci", "confluence", "dask"),
        *("databricks", "datadog", "docker", "duckdb", "elastic", "github", "gitlab"),
        *("googlecloud", "grafana", "huggingface", "jaeger", "jenkins", "jira", "jupyter"),
        *("kibana", "kubernetes", "linear", "mlflow", "neptune", "newrelic", "notion", "nvidia"),
        *("opensearch", "opentelemetry", "pagerduty", "prefect", "prometheus", "python"),
        *("pytorch", "rancher", "ray", "sentry", "snowflake", "spark", "splunk", "temporal"),
        *("tensorflow", "wandb"),
    }
)
PLAIN = frozenset({"book", "chart", "clock", "file", "folder", "link", "logs", "star", "terminal"})
ALIASES = {
    "apacheairflow": "airflow",
    "elasticsearch": "elastic",
    "gcp": "googlecloud",
    "googlebigquery": "bigquery",
    "k8s": "kubernetes",
    "loki": "grafana",
    "otel": "opentelemetry",
    "weightsandbiases": "wandb",
}
HUES = 6


@dataclass(frozen=True, slots=True)
class Icon:
    """`symbol` is an id in the sprite; without one, `letter` is drawn in one of six hues."""

    symbol: str = ""
    letter: str = ""
    hue: int = 1


def find_icon(name: str, *candidates: str) -> Icon:
    """The first candidate that the sprite holds, else the monogram of `name`."""
    for candidate in candidates:
        if symbol := _symbol(candidate):
            return Icon(symbol=symbol)
    letter = next((char for char in name if char.isalnum()), "•").upper()
    return Icon(letter=letter, hue=crc32(name.encode()) % HUES + 1)


def _symbol(candidate: str) -> str:
    word = "".join(char for char in candidate.lower() if char.isalnum())
    word = ALIASES.get(word, word)
    if word in BRANDS:
        return word
    return f"ui-{word}" if word in PLAIN else ""
