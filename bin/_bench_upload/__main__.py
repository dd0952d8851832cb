"""Send a file of 2 GB to a site that is killed, and 20 files beside an answer that streams.

The first part prints how much memory the site takes for the upload, and whether the stored bytes are those that were
sent. The second prints the time between two tokens, as the reader of an answer sees it: with and without the uploads.
"""

from __future__ import annotations

import argparse

from .beside import Files, beside_an_answer
from .killing import through_kills


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="daphne", choices=("daphne", "uvicorn"))
    parser.add_argument("--part", default="both", choices=("both", "kills", "answer"))
    parser.add_argument("--megabytes", type=int, default=2048, help="size of the file of the first part")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--files", type=int, default=20, help="files at once of the second part")
    parser.add_argument("--each", type=int, default=200, help="megabytes of each of these")
    parser.add_argument("--rate", type=int, default=5, help="megabytes a second of each of these")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if given.part != "answer":
        through_kills(given.server, given.megabytes, given.kills)
    if given.part != "kills":
        beside_an_answer(given.server, Files(given.files, given.each, given.rate), given.runs)


if __name__ == "__main__":
    main()
