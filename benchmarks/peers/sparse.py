"""W6: networks of random connections, here and as Brian2's C++ standalone code, one thread each.

Both run the same equations over the same synapses, drawn here once, from the same initial values; the rates show that the work
is the same. Of 100 000 neurons each draws its own by the same rule. Draws matter: see README.md.
Here and there take turns; what counts is the time of the steps alone, for a simulated second, the quickest of some runs, as each
side's own clock reports it.
Usage: sparse.py SPIKELOOM FOLDER [ROW...]   rows: cuba-4k brunel-10k brunel-100k
"""
import json
import pathlib
import subprocess
import sys

import brian2 as b
import numpy

b.prefs.logging.console_log_level = "ERROR"
b.prefs.core.default_float_dtype = numpy.float32
RUNS = 5
SECONDS = {"cuba-4k": 1.0, "brunel-10k": 1.0, "brunel-100k": 0.2}


class Draw:
    """Synapses and initial values that both sides read. Rows are targets, as in CSR."""

    def __init__(self, neurons, excitatory, probability, folder):
        draw = numpy.random.default_rng(1)
        self.folder, self.start = folder, draw.random(neurons, dtype=numpy.float32)
        self.pairs = {}
        for name, sources in (("exc", excitatory), ("inh", neurons - excitatory)):
            rows = [numpy.flatnonzero(draw.random(sources, dtype=numpy.float32) < probability[name]) for _ in range(neurons)]
            self.pairs[name] = (numpy.repeat(numpy.arange(neurons), [len(r) for r in rows]), numpy.concatenate(rows))
            numpy.save(f"{folder}/{name}-indptr.npy", numpy.cumsum([0] + [len(r) for r in rows]))
            numpy.save(f"{folder}/{name}-indices.npy", self.pairs[name][1])

    def give(self, graph, low, high):
        """Ours reads them from files beside the graph."""
        numpy.save(f"{self.folder}/start.npy", low + (high - low) * self.start)
        graph["nodes"]["cells"]["initial"]["v"] = "start.npy"
        for name in self.pairs:
            layer = graph["nodes"][name]
            for key in ("rule", "probability", "seed"):
                del layer[key]
            layer.update(indptr=f"{name}-indptr.npy", indices=f"{name}-indices.npy")

    def connect(self, exc, inh):
        for name, synapses in (("exc", exc), ("inh", inh)):
            # By source, as the rules of Brian2 make them: by target it takes twice as long.
            target, source = self.pairs[name]
            order = numpy.argsort(source, kind="stable")
            synapses.connect(i=source[order], j=target[order])


def brunel(neurons):
    """Brunel-like: 1000 synapses a neuron, 1.5 ms, constant drive."""
    excitatory = neurons * 4 // 5
    return {
        "spikeloom": 1, "dt": 0.1,
        "neurons": {"cell": {
            "parameters": {"drive": {"default": 0}, "threshold": {"default": 20}, "v_reset": {"default": 10}},
            "state": {"v": {"initial": 0}},
            "update": ["v = drive + exp(-dt / 20) * (v - drive) + input"],
            "spike": "v > threshold", "on_spike": "v = v_reset"}},
        "nodes": {
            "cells": {"type": "cell", "from": ["exc", "inh"], "shape": [neurons], "drive": DRIVE, "refractory_ms": 2,
                      "initial": {"v": {"random": "uniform", "low": 0, "high": 20, "seed": 1, "shape": [neurons]}}},
            "exc": {"type": "sparse", "from": f"cells[0:{excitatory}]", "shape": [neurons, excitatory],
                    "rule": "fixed_probability", "probability": 800 / excitatory, "seed": 2, "weight": J, "delay_ms": 1.5},
            "inh": {"type": "sparse", "from": f"cells[{excitatory}:{neurons}]", "shape": [neurons, neurons - excitatory],
                    "rule": "fixed_probability", "probability": 200 / (neurons - excitatory), "seed": 3, "weight": -G * J,
                    "delay_ms": 1.5}},
        "outputs": {"spikes": "cells"}}


DRIVE, J, G = 24, 0.1, 5


# A neuron of Brian2 may fire again one step earlier than ours after the same refractory period.
STEP = 0.1


def brian_cuba(draw):
    cells = b.NeuronGroup(4000, """
        dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt (unless refractory)
        dge/dt = -ge / (5*ms) : volt
        dgi/dt = -gi / (10*ms) : volt""", threshold="v > -50*mV", reset="v = -60*mV", refractory=(5 + STEP) * b.ms, method="exact")
    cells.v = (-60 + 10 * draw.start) * b.mV
    exc = b.Synapses(cells[:3200], cells, on_pre="ge += 1.62*mV", delay=0.1 * b.ms)
    inh = b.Synapses(cells[3200:], cells, on_pre="gi -= 9*mV", delay=0.1 * b.ms)
    draw.connect(exc, inh)
    return cells, [exc, inh]


def brian_brunel(neurons, draw):
    excitatory = neurons * 4 // 5
    cells = b.NeuronGroup(neurons, f"dv/dt = ({DRIVE}*mV - v) / (20*ms) : volt (unless refractory)",
                          threshold="v > 20*mV", reset="v = 10*mV", refractory=(2 + STEP) * b.ms, method="exact")
    cells.v = 20 * draw.start * b.mV if draw else "rand() * 20*mV"
    exc = b.Synapses(cells[:excitatory], cells, on_pre=f"v += {J}*mV", delay=(1.5 - STEP) * b.ms)
    inh = b.Synapses(cells[excitatory:], cells, on_pre=f"v -= {G * J}*mV", delay=(1.5 - STEP) * b.ms)
    if draw:
        draw.connect(exc, inh)
    else:
        exc.connect(p=800 / excitatory)
        inh.connect(p=200 / (neurons - excitatory))
    return cells, [exc, inh]


def size(row):
    return {"cuba-4k": 4000, "brunel-10k": 10000, "brunel-100k": 100000}[row]


def draw_of(row, folder):
    if row == "cuba-4k":
        return Draw(4000, 3200, {"exc": 0.02, "inh": 0.02}, folder)
    return Draw(10000, 8000, {"exc": 0.1, "inh": 0.1}, folder) if row == "brunel-10k" else None


class Ours:
    def __init__(self, spikeloom, row, draw, folder):
        if row == "cuba-4k":
            graph = json.loads((pathlib.Path(__file__).parents[2] / "graphs" / "cuba" / "network.json").read_text())
        else:
            graph = brunel(size(row))
        if draw:
            draw.give(graph, *((-60, -50) if row == "cuba-4k" else (0, 20)))
        self.graph = f"{folder}/{row}.json"
        pathlib.Path(self.graph).write_text(json.dumps(graph, indent=1))
        self.spikeloom, self.row, self.spikes = spikeloom, row, 0

    def run(self):
        told = json.loads(subprocess.run([self.spikeloom, "run", self.graph, "--steps", str(round(SECONDS[self.row] * 10000)), "--json"],
                                         check=True, capture_output=True, text=True).stdout)
        self.spikes = told["spikes"]["cells"]["total"]
        return told["times"]["run_s"] / SECONDS[self.row]

    def rate(self):
        return self.spikes / size(self.row) / SECONDS[self.row]


class Brian:
    def __init__(self, row, draw, folder):
        self.folder, self.row = folder, row
        b.set_device("cpp_standalone", build_on_run=False, directory=folder)
        b.defaultclock.dt = 0.1 * b.ms
        cells, synapses = brian_cuba(draw) if row == "cuba-4k" else brian_brunel(size(row), draw)
        self.monitor = b.SpikeMonitor(cells, record=False)
        # The counter of spikes is there as ours counts them too.
        network = b.Network([cells, self.monitor] + synapses)
        if row != "cuba-4k":
            # Spikes move the membrane before the threshold is looked at, as here; they travel from the next step on.
            network.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
        network.run(SECONDS[row] * b.second)
        b.device.build(directory=folder, compile=True, run=False, debug=False)

    def run(self):
        b.device.run(self.folder, with_output=False, run_args=[])
        return b.device._last_run_time / SECONDS[self.row]

    def rate(self):
        return self.monitor.num_spikes / size(self.row) / SECONDS[self.row]


def main():
    spikeloom, folder, *asked = sys.argv[1:]
    print("| row | compiled | Brian2 | Brian2 / compiled | rate here | rate there |\n|---|---|---|---|---|---|")
    for row in asked or SECONDS:
        draw = draw_of(row, folder)
        ours, brian = Ours(spikeloom, row, draw, folder), Brian(row, draw, f"{folder}/{row}")
        runs = 2 if size(row) == 100000 else RUNS
        pairs = [(ours.run(), brian.run()) for _ in range(runs)]
        here, there = min(p[0] for p in pairs), min(p[1] for p in pairs)
        print(f"| `W6/{row}` | {here:.3g} | {there:.3g} | {there / here:.3g} | {ours.rate():.3g} Hz | {brian.rate():.3g} Hz |",
              flush=True)
        b.device.reinit()
        b.device.activate()


main()
