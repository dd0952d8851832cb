"""From a question to its cited text: docs/answers.md."""
