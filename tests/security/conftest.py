"""One server for all of this folder, over a database whose every word is a payload, with secrets it must not tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.hosting.helpers import OURS
from tests.hosting.running import Running, running
from tests.security import payloads

# As operators set them, for whatever else runs on such a machine.
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "hush-41c7-of-a-cloud",
    "STREAMLIT_SERVER_COOKIE_SECRET": "hush-93d0-of-the-cookies",
    "PGPASSWORD": "hush-77aa-of-a-database",
}


@dataclass(frozen=True)
class Names:
    """What the hostile database calls what readers choose."""

    council: str
    """One called a picture from elsewhere, as Markdown would have it."""
    measure: str
    """One called that too, and ranked."""
    other: str
    """One called a link that is a script."""
    vacancies: str
    """The vacancy rate, whatever it is called."""
    leeds: str
    commitment: str


@pytest.fixture(scope="session")
def hostile(database_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real figures under hostile names."""
    return payloads.write(database_path, tmp_path_factory.mktemp("hostile") / "monitor.duckdb")


def chosen(database: Path) -> Names:
    """Names to choose by."""
    called = "FROM metric WHERE polarity <> 'neutral' AND unit = '%' AND NOT england_only AND contains(title, '{}')"
    asked = (
        """SELECT name FROM area WHERE contains(name, '![i](') AND kind = 'local_authority' AND end_date IS NULL
        ORDER BY name""",
        f"SELECT title {called.format('![i](')} ORDER BY position",
        f"SELECT title {called.format('[click](')} ORDER BY position",
        "SELECT title FROM metric WHERE metric_id = 'vacancy_rate'",
        "SELECT name FROM area WHERE area_id = '383'",
        "SELECT commitment FROM commitment WHERE contains(commitment, '![i](')",
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        return Names(*(row[0] for row in (connection.execute(one).fetchone() for one in asked) if row))


@pytest.fixture(scope="session")
def names(hostile: Path) -> Names:
    """Names to choose by."""
    return chosen(hostile)


@pytest.fixture(scope="session")
def server(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product over them, with a few places, under two names."""
    log = tmp_path_factory.mktemp("log") / "server.log"
    with running(hostile, log, MONITOR_SESSIONS="12", MONITOR_HOSTS=f"localhost 127.0.0.1 {OURS}", **SECRETS) as found:
        found.wait_for("ready")
        yield found
