"""What becomes of an engine that fails by itself."""

from __future__ import annotations

import pytest

from woodwork_engine.kinds import KindRegistry
from woodwork_engine.runtime import Engine


class Broken(KindRegistry):
    """A registry that cannot be read."""

    def get(self, header):
        raise RuntimeError(f"no {header} today")


def test_an_engine_that_fails_by_itself_says_why(tmp_path):
    file = tmp_path / "main.ww"
    file.write_text("a = echo {}\n")
    engine = Engine(str(file), kinds=Broken())
    assert engine.failure() is None
    engine.start()
    with pytest.raises(RuntimeError, match="no echo today"):
        engine.ended().result(timeout=10)
    assert str(engine.failure()) == "no echo today"
