# SPDX-License-Identifier: MIT
"""The drawings: inline SVG, drawn for a phone, so that they only grow."""

import io
import re

import matplotlib
import numpy

import compare
from results import OURS

matplotlib.use("svg")
# pylint: disable=wrong-import-position
from matplotlib import pyplot  # noqa: E402

matplotlib.rcParams.update({
    "svg.fonttype": "none",
    "svg.hashsalt": "ksync",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "axes.axisbelow": True,
    "figure.constrained_layout.use": True,
})

WIDTH = 5.0  # inches; 360 points
# Told apart by colour-blind readers too, and each has its own mark.
STYLES = {
    OURS: ("#000000", "o"),
    "pthread": ("#d55e00", "s"),
    "pthread-adaptive": ("#e69f00", "D"),
    "pthread-errorcheck": ("#8c510a", "P"),
    "pthread-spin": ("#d55e00", "s"),
    "std-mutex": ("#999999", "h"),
    "nsync": ("#56b4e9", "^"),
    "abseil": ("#009e73", "v"),
    "rust-std": ("#0072b2", "<"),
    "rust-arc": ("#0072b2", "<"),
    "sem_t": ("#d55e00", "s"),
    "parking_lot": ("#cc79a7", ">"),
    "counting_semaphore": ("#009e73", "v"),
    "ck-fas": ("#56b4e9", "X"),
    "shared_ptr": ("#009e73", "v"),
    "cas-loop": ("#e69f00", "D"),
}
OTHER = ("#777777", "*")


def _style(impl):
    colour, mark = STYLES.get(impl, OTHER)
    return {"color": colour, "marker": mark,
            "linewidth": 2.4 if impl == OURS else 1.2,
            "markersize": 6 if impl == OURS else 5,
            "zorder": 5 if impl == OURS else 3}


def _svg(figure):
    """The drawing as text that can stand in a page beside others."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={
        "Date": None, "Creator": None, "Format": None, "Type": None})
    pyplot.close(figure)
    text = out.getvalue()
    text = text[text.index("<svg"):]
    # Only the box decides the size, and names repeat from drawing to drawing.
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", text)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text


def alone(results, scenario):
    """Nanoseconds for one operation, from the fastest to the slowest."""
    rows = []
    for impl in [OURS, *results.impls(scenario.family)]:
        rates = results.rates(scenario, impl)
        if rates:
            found = compare.median([1e9 / rate for rate in rates])
            rows.append((found, min(1e9 / rate for rate in rates), impl))
    rows.sort(key=lambda row: -row[0].value)
    figure, axes = pyplot.subplots(figsize=(WIDTH, 0.7 + 0.3 * len(rows)))
    for height, (found, least, impl) in enumerate(rows):
        limit = results.is_limit(scenario.family, impl)
        colour = "#777777" if limit else STYLES.get(impl, OTHER)[0]
        axes.barh(height, found.value, height=0.7, color=colour,
                  alpha=0.75 if impl == OURS else 0.5,
                  hatch="//" if limit else None, edgecolor="white")
        axes.plot([found.low, found.high], [height, height],
                  color="#222222", linewidth=1.5)
        axes.plot(least, height, marker="|", color="#222222", markersize=9)
        axes.annotate(f"{found.value:.1f}", (found.high, height),
                      xytext=(5, 0), textcoords="offset points",
                      va="center", fontsize=9)
    axes.set_yticks(range(len(rows)), [impl for _, _, impl in rows])
    axes.grid(axis="y", visible=False)
    axes.set_xlim(0, 1.12 * max(found.high for found, _, _ in rows))
    axes.set_xlabel("nanoseconds, less is better")
    return _svg(figure)


def _curve(results, axes, scenarios, impl, positions):
    at, middle, low, high = [], [], [], []
    for scenario in scenarios:
        rates = results.rates(scenario, impl)
        if not rates:
            continue
        found = compare.median([rate / 1e6 for rate in rates])
        at.append(positions[scenario.threads])
        middle.append(found.value)
        low.append(found.low)
        high.append(found.high)
    if not at:
        return
    style = _style(impl)
    axes.plot(at, middle, **style)
    axes.fill_between(at, low, high, color=style["color"], alpha=0.15,
                      linewidth=0)


def contended(results, scenarios):
    """Throughput over threads for one section length."""
    threads = sorted({scenario.threads for scenario in scenarios})
    positions = {count: index for index, count in enumerate(threads)}
    cpus = int(results.facts.get("cpus_allowed", "1"))
    figure, axes = pyplot.subplots(figsize=(WIDTH, 2.9))
    for impl in _drawn(results, scenarios):
        _curve(results, axes, scenarios, impl, positions)
    crowded = [positions[count] for count in threads if count > cpus]
    if crowded and min(crowded) > 0:
        axes.axvspan(min(crowded) - 0.5, len(threads) - 0.7,
                     color="#000000", alpha=0.04, linewidth=0)
        axes.annotate("more threads than processors",
                      (len(threads) - 0.72, 0.99),
                      xycoords=("data", "axes fraction"), ha="right",
                      va="top", fontsize=8, color="#555555")
    axes.set_xlim(-0.3, len(threads) - 0.7)
    axes.set_xticks(range(len(threads)), [str(count) for count in threads])
    axes.set_ylim(0, axes.get_ylim()[1] * 1.08)
    axes.set_xlabel("threads")
    axes.set_ylabel("million operations a second")
    return _svg(figure)


def _drawn(results, scenarios):
    """Ours last, so that it lies on top."""
    impls = [impl for impl in results.impls(scenarios[0].family)
             if any(results.rates(one, impl) for one in scenarios)]
    return [*impls, OURS]


def legend(results, scenarios):
    """Of all drawings of a family, once."""
    impls = list(reversed(_drawn(results, scenarios)))
    columns = 3
    rows = int(numpy.ceil(len(impls) / columns))
    figure = pyplot.figure(figsize=(WIDTH, 0.15 + 0.22 * rows))
    handles = [pyplot.Line2D([], [], label=impl, **_style(impl))
               for impl in impls]
    figure.legend(handles=handles, loc="center", ncol=columns, frameon=False,
                  fontsize=10)
    return _svg(figure)
