"""Counters for OpenTelemetry, read back through its SDK."""

import subprocess
import sys
from itertools import product

import pytest

import cookiegate
from cookiegate import Action, Category, ConfigError
from cookiegate.report.metrics import Counters


@pytest.fixture
def metrics(package):
    """Counters, and a function that returns what was counted: the metric and its points."""
    sdk, export = package("opentelemetry.sdk.metrics"), package("opentelemetry.sdk.metrics.export")
    reader = export.InMemoryMetricReader()
    provider = sdk.MeterProvider(metric_readers=[reader])

    def read():
        (resource,) = reader.get_metrics_data().resource_metrics
        (scope,) = resource.scope_metrics
        (metric,) = scope.metrics
        return scope.scope, metric, {tuple(sorted(p.attributes.items())): p.value for p in metric.data.data_points}

    yield Counters(provider), read
    provider.shutdown()


def attributes(action, category, reason):
    return (("cookiegate.action", action), ("cookiegate.category", category), ("cookiegate.reason", reason))


def test_decisions_are_counted_by_action_category_and_reason(metrics, exchange):
    counters, read = metrics
    counters(exchange(b"sid=1", b"stat=1", b"new=1"))
    counters(exchange(b"sid=1", b"stat=1", granted=("statistics",)))
    counters(exchange())
    assert read()[2] == {
        attributes("rewrite", "necessary", "necessary"): 2,
        attributes("drop", "statistics", "no-consent"): 1,
        attributes("rewrite", "statistics", "granted"): 1,
        attributes("drop", "none", "unregistered"): 1,
    }


def test_metric_is_named_by_the_conventions(metrics, exchange):
    counters, read = metrics
    counters(exchange(b"sid=1"))
    scope, metric, _ = read()
    assert (scope.name, scope.version) == ("cookiegate", cookiegate.__version__)
    assert (metric.name, metric.unit) == ("cookiegate.decisions", "{decision}")
    assert metric.data.is_monotonic


def test_endless_names_make_no_more_points(metrics, exchange):
    counters, read = metrics
    for number in range(300):
        counters(exchange(f"n{number}=secret".encode(), f"ia_mkt_{number}=secret".encode()))
    points = read()[2]
    assert sorted(points.values()) == [300, 300]
    assert "secret" not in repr(points)


def test_every_decision_that_can_be_has_attributes():
    counters = Counters()
    known = counters._attributes
    assert len(known) == len(Action) * (len(Category) + 1) * len(cookiegate.Reason)
    for key in product(Action, (*Category, None), cookiegate.Reason):
        assert set(known[key]) == {"cookiegate.action", "cookiegate.category", "cookiegate.reason"}


def test_without_an_sdk_nothing_happens(exchange):
    Counters()(exchange(b"sid=1"))


def test_without_opentelemetry_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", None)
    with pytest.raises(ConfigError) as caught:
        Counters()
    assert caught.value.problems == ("Counters: opentelemetry-api is not installed; pip install 'cookiegate[otel]'",)


def test_report_needs_no_package(tmp_path):
    code = "import sys, cookiegate.report, cookiegate.report.metrics; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "False\n"
