"""OpenLineage's run events as documents: Airflow, Dagster, Spark, dbt, Flink and their like."""
