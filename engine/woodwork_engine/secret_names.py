"""Which settings hold secrets, by their names and by what their values look like."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?:.*_)?(?:api_?key|secret|secret_key|password|passwd|token|access_key|private_key)", re.IGNORECASE
)
_VALUE = re.compile(r"(?:sk-|ghp_|github_pat_|xox[abp]-|AKIA)[A-Za-z0-9_-]{8}")


def is_secret(name: str, value: str) -> bool:
    """Whether the setting *name* with the text *value* is a secret that should not be shown."""
    return bool(_NAME.fullmatch(name) or _VALUE.match(value))
