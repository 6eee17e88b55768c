"""What the bench asks Airflow about: a workflow of one task, whose runs nobody executes."""

from datetime import UTC, datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG("fifty_runs", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False):
    EmptyOperator(task_id="step")
