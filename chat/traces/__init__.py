"""Traces of turns for MLflow, exported in the background (``MLFLOW_EXPERIMENT``)."""
