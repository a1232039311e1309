"""A slider over the periods of a measure, with a button that plays them one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.pages.components import served


def period_slider(labels: Sequence[str], chosen: str, *, sets: str, of: str, key: str) -> None:
    """Draw it; `labels` are oldest first. What is chosen goes to the address, under the name `sets`.

    Each step is an ordinary rerun, so that sentence, map and table always speak of the same period. `of` names the
    measure for those who hear it.
    """
    # A tuple, as on the map.
    served("period_slider")(key=key, data={"labels": tuple(labels), "chosen": chosen, "sets": sets, "of": of})
