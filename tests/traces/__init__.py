"""Traces for MLflow."""
