"""Whether a bus is observed by OpenTelemetry; what it takes is loaded only then (bus.md J3)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from woodwork_engine.bus.otel import Telemetry

_ENDPOINTS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
)


def configured_telemetry() -> Telemetry | None:
    """Return telemetry by the providers that this program has set; None where it has set none."""
    if "opentelemetry" not in sys.modules:  # whoever sets a provider has imported it
        return None
    from woodwork_engine.bus.otel import configured  # costs as much as the rest of the bus, for few

    return configured()


def export_as_asked(environment: Mapping[str, str], report: Callable[[str], None]) -> None:
    """Set providers that export to the collector that *environment* names, by the standard variables of OTLP.

    Does nothing where it names none, or the program has providers already. *report* is told what goes wrong, now and
    later, from any thread.
    """
    asked = any(environment.get(name) for name in _ENDPOINTS)
    if asked and environment.get("OTEL_SDK_DISABLED", "").strip().lower() != "true":
        from woodwork_engine.bus.otel import export_to_collector  # the same

        export_to_collector(environment, report)
