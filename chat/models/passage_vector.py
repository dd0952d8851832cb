"""The vectors of passages, made by embedding models."""

from __future__ import annotations

from django.db import models

from .recording import IndexedPassage


class PassageVector(models.Model):
    """The vector of a passage by one embedding model; deleted with its passage.

    ``vector`` holds ``dimensions`` float32 numbers in little-endian order, normalized to the length 1. ``model`` is the
    value of ``EMBEDDINGS`` that it was made with; vectors of different models do not compare.
    """

    passage = models.ForeignKey(IndexedPassage, on_delete=models.CASCADE, related_name="vectors")
    model = models.CharField(max_length=200)
    dimensions = models.PositiveIntegerField()
    vector = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "passage"], name="passage_vector_once"),
            models.CheckConstraint(condition=models.Q(dimensions__gte=1), name="passage_vector_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.passage_id}: {self.dimensions} dimensions of {self.model}"
