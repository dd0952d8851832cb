"""Traces of turns for MLflow, sent beside the site's work (``MLFLOW_EXPERIMENT``)."""
