"""Fixtures of the web tests: the application on the real rulebook and a database of its own."""

import pytest

from rsiwg import resources, rulebook
from rsiwg.settings import Settings
from rsiwg.store.migrate import upgrade
from rsiwg.web import create_app
from rsiwg.web.service import EXTENSION


@pytest.fixture(scope="session")
def book():
    """The rulebook as shipped; loaded once, since it is never changed."""
    return rulebook.load(resources.GEODATA)


@pytest.fixture
def make_app(book, tmp_path):
    """Makes applications that differ in a setting; each has its tables unless told otherwise."""
    made = []

    def make(*, migrated=True, with_book=None, **settings):
        given = {
            "secret_key": "for tests only, 16+",
            "database_url": f"sqlite:///{tmp_path}/web-{len(made)}.db",
            "screenings": tmp_path / "screenings",
        }
        app = create_app(
            Settings(**given | settings), book=with_book or book, start_screening=lambda _settings: None
        )
        made.append(app)
        if migrated:
            upgrade(app.extensions[EXTENSION].engine)
        return app

    yield make
    for app in made:
        app.extensions[EXTENSION].engine.dispose()


@pytest.fixture
def app(make_app):
    """The application with default settings."""
    return make_app()


@pytest.fixture
def client(app):
    """A client that closes what it opened."""
    with app.test_client() as client:
        yield client
