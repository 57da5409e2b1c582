"""The figures as pictures: SVG, with text as text."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from bench.measures.burst import of

PLOTS = Path(__file__).parents[2] / "build/bench/plots"
OURS, OTHERS = "#3366cc", "#b0b7c3"
# The same figures make the same file.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pyqueue", "font.size": 9})


def draw(results: dict[str, Any]) -> list[str]:
    """Draws what there are figures for into `PLOTS`; returns them as the README shows them."""
    shutil.rmtree(PLOTS, ignore_errors=True)
    PLOTS.mkdir(parents=True)
    drawn = []
    if "burst" in results:
        burst = results["burst"]
        durable = [name for name, result in burst.items() if result["stored"] == result["traces"]]
        ratios = {name: of(burst, "warmSpeed", name, "dexie") for name in durable}
        drawn.append(_bars("throughput", "traces a second to durable, warm; Dexie's = 1", ratios))
        cpu = {name: result["warmMain"] for name, result in burst.items()}
        drawn.append(_bars("cpu", "CPU of the page's main thread, µs a trace, warm", cpu))
    if "load" in results:
        drawn.append(_load(results["load"]))
    return drawn


def _bars(name: str, title: str, values: dict[str, float]) -> str:
    names = sorted(values, key=lambda writer: values[writer])
    numbers = [values[writer] for writer in names]
    colours = [
        OURS if writer in ("pyqueue", "python", "python_all") else OTHERS for writer in names
    ]
    figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
    bars = axes.barh([writer.replace("_", " ") for writer in names], numbers, color=colours)
    axes.bar_label(bars, fmt="{:.3g}", padding=3)
    axes.set_xscale("log")
    axes.margins(x=0.12)
    return _save(figure, axes, name, title)


def _load(loads: list[dict[str, Any]]) -> str:
    offered = [load["offered"] for load in loads]
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(7, 4.6), sharex=True, layout="constrained", height_ratios=(3, 2)
    )
    above.loglog(offered, offered, ":", color=OTHERS, label="offered")
    above.loglog(offered, [load["perSecond"] for load in loads], "o-", color=OURS, label="durable")
    below.loglog(offered, [load["p99"] for load in loads], "s-", color=OURS)
    pressed = [load["offered"] for load in loads if load["backpressure"]]
    if pressed:
        for axes in (above, below):
            axes.axvline(min(pressed), color="black", linewidth=0.7, label="backpressure begins")
    above.set_ylabel("traces a second")
    above.legend(frameon=False)
    below.set_ylabel("CRITICAL's p99, ms")
    below.set_xlabel("traces offered a second")
    below.spines[["top", "right"]].set_visible(False)
    return _save(figure, above, "load", "throughput and latency over the load")


def _save(figure: Any, axes: Any, name: str, title: str) -> str:
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    return f"![{title}](plots/{name}.svg)"
