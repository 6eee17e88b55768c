"""Build `static/icons.svg` from the unpacked npm packages simple-icons and lucide-static.

    npx svgo --precision 2 --multipass --folder PATH/TO/simple-icons/icons
    python scripts/icons.py PATH/TO/simple-icons PATH/TO/lucide-static

The first takes away digits that no screen shows: a third of the sprite, which every first visit
loads. Brands are filled, interface icons are stroked; both take the text's colour.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

BRANDS = {
    "airflow": "apacheairflow",
    "argo": "argo",
    "bigquery": "googlebigquery",
    "buildkite": "buildkite",
    "circleci": "circleci",
    "confluence": "confluence",
    "dask": "dask",
    "databricks": "databricks",
    "datadog": "datadog",
    "docker": "docker",
    "duckdb": "duckdb",
    "elastic": "elasticsearch",
    "github": "github",
    "gitlab": "gitlab",
    "googlecloud": "googlecloud",
    "grafana": "grafana",
    "huggingface": "huggingface",
    "jaeger": "jaeger",
    "jenkins": "jenkins",
    "jira": "jira",
    "jupyter": "jupyter",
    "kibana": "kibana",
    "kubernetes": "kubernetes",
    "linear": "linear",
    "mlflow": "mlflow",
    "neptune": "neptune",
    "newrelic": "newrelic",
    "notion": "notion",
    "nvidia": "nvidia",
    "opensearch": "opensearch",
    "opentelemetry": "opentelemetry",
    "pagerduty": "pagerduty",
    "prefect": "prefect",
    "prometheus": "prometheus",
    "python": "python",
    "pytorch": "pytorch",
    "rancher": "rancher",
    "ray": "ray",
    "sentry": "sentry",
    "snowflake": "snowflake",
    "spark": "apachespark",
    "splunk": "splunk",
    "temporal": "temporal",
    "tensorflow": "tensorflow",
    "wandb": "weightsandbiases",
}
INTERFACE = {
    "ui-badge": "badge-check",
    "ui-book": "book-open",
    "ui-bookmark": "bookmark",
    "ui-chart": "chart-line",
    "ui-chevron": "chevron-right",
    "ui-clock": "clock",
    "ui-close": "x",
    "ui-columns": "columns-3",
    "ui-compare": "git-compare",
    "ui-copy": "copy",
    "ui-down": "chevron-down",
    "ui-download": "download",
    "ui-external": "arrow-up-right",
    "ui-feed": "rss",
    "ui-file": "file-text",
    "ui-filter": "funnel",
    "ui-folder": "folder",
    "ui-link": "link",
    "ui-logs": "scroll-text",
    "ui-moon": "moon",
    "ui-more": "ellipsis",
    "ui-pin": "pin",
    "ui-plus": "plus",
    "ui-previous": "chevron-left",
    "ui-search": "search",
    "ui-settings": "settings",
    "ui-share": "share-2",
    "ui-star": "star",
    "ui-sun": "sun",
    "ui-system": "monitor",
    "ui-terminal": "square-terminal",
    "ui-tree": "list-tree",
    "ui-unpin": "pin-off",
    "ui-user": "circle-user-round",
    "ui-workflow": "workflow",
}
VIEW_BOX = 'viewBox="0 0 24 24"'


def body(svg: str) -> str:
    """What stands inside the root element, without title, comments and white space."""
    inner = re.sub(r"<!--.*?-->|<title>.*?</title>", "", svg, flags=re.S)
    inner = re.sub(r"^\s*<svg[^>]*>|</svg>\s*$", "", inner, flags=re.S)
    return re.sub(r"\s+", " ", inner).replace(" />", "/>").strip()


def symbols(simple: Path, lucide: Path) -> list[str]:
    brands = [
        f'<symbol id="{name}" {VIEW_BOX} fill="currentColor">'
        f"{body((simple / 'icons' / f'{file}.svg').read_text())}</symbol>"
        for name, file in sorted(BRANDS.items())
    ]
    interface = [
        f'<symbol id="{name}" {VIEW_BOX} fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">'
        f"{body((lucide / 'icons' / f'{file}.svg').read_text())}</symbol>"
        for name, file in sorted(INTERFACE.items())
    ]
    return brands + interface


def main(simple: str, lucide: str) -> None:
    static = Path(__file__).resolve().parent.parent / "static"
    lines = "\n".join(symbols(Path(simple), Path(lucide)))
    (static / "icons.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
