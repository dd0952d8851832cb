"""A QR code as the path of an SVG, which a template draws."""

from __future__ import annotations

from dataclasses import dataclass

from qrcode import QRCode


@dataclass(frozen=True)
class Qr:
    """A square of ``size`` units, and the path of what is dark in it."""

    size: int
    path: str

    @classmethod
    def of(cls, text: str) -> Qr:
        """Return the code of a text, with the light edge that readers need."""
        code = QRCode(border=4)
        code.add_data(text)
        rows = code.get_matrix()
        dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
        return cls(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
