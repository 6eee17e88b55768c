"""What Airflow runs for the test: mapped tasks, a retry, and a task that fails until it is let."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, get_current_context, task

with DAG(
    "linkhub_check",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    tags=["check"],
    catchup=False,
):

    @task(retries=1, retry_delay=timedelta(seconds=1))
    def unsteady() -> list[int]:
        if get_current_context()["ti"].try_number == 1:
            raise RuntimeError("the first time")
        return [0, 1, 2]

    @task
    def square(number: int) -> int:
        return number * number

    @task
    def report(numbers: list[int]) -> None:
        if not Path(os.environ["CHECK_MAY_PASS"]).exists():
            raise RuntimeError("not yet")

    report(square.expand(number=unsteady()))
