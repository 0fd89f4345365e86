"""W6: networks of random connections, here and as Brian2's C++ standalone code, one thread each.

Both draw synapses by the same rule, each its own, and run the same equations; the rates show that the work is the same.
Here and there take turns; what counts is the time of a processor for the steps alone, a simulated second, the quickest of
some runs: Brian2's as its own code reports it, ours as the system counts it for the command, less what one step takes.
Usage: sparse.py SPIKELOOM FOLDER [ROW...]   rows: cuba-4k brunel-10k brunel-100k
"""
import json
import pathlib
import resource
import subprocess
import sys

import brian2 as b
import numpy

b.prefs.logging.console_log_level = "ERROR"
b.prefs.core.default_float_dtype = numpy.float32
RUNS = 5
SECONDS = {"cuba-4k": 1.0, "brunel-10k": 1.0, "brunel-100k": 0.2}
REPEATS = {"cuba-4k": 10, "brunel-10k": 2, "brunel-100k": 2}  # of ours, in one run


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


def brian_cuba():
    cells = b.NeuronGroup(4000, """
        dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt (unless refractory)
        dge/dt = -ge / (5*ms) : volt
        dgi/dt = -gi / (10*ms) : volt""", threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * b.ms, method="exact")
    cells.v = "-60*mV + rand() * 10*mV"
    exc = b.Synapses(cells[:3200], cells, on_pre="ge += 1.62*mV", delay=0.1 * b.ms)
    inh = b.Synapses(cells[3200:], cells, on_pre="gi -= 9*mV", delay=0.1 * b.ms)
    exc.connect(p=0.02)
    inh.connect(p=0.02)
    return cells, [exc, inh]


def brian_brunel(neurons):
    excitatory = neurons * 4 // 5
    cells = b.NeuronGroup(neurons, f"dv/dt = ({DRIVE}*mV - v) / (20*ms) : volt (unless refractory)",
                          threshold="v > 20*mV", reset="v = 10*mV", refractory=2 * b.ms, method="exact")
    cells.v = "rand() * 20*mV"
    exc = b.Synapses(cells[:excitatory], cells, on_pre=f"v += {J}*mV", delay=1.5 * b.ms)
    inh = b.Synapses(cells[excitatory:], cells, on_pre=f"v -= {G * J}*mV", delay=1.5 * b.ms)
    exc.connect(p=800 / excitatory)
    inh.connect(p=200 / (neurons - excitatory))
    return cells, [exc, inh]


def size(row):
    return {"cuba-4k": 4000, "brunel-10k": 10000, "brunel-100k": 100000}[row]


class Ours:
    def __init__(self, spikeloom, row, folder):
        if row == "cuba-4k":
            self.graph = str(pathlib.Path(__file__).parents[2] / "graphs" / "cuba" / "network.json")
        else:
            self.graph = f"{folder}/{row}.json"
            pathlib.Path(self.graph).write_text(json.dumps(brunel(size(row)), indent=1))
        self.spikeloom, self.row, self.spikes = spikeloom, row, 0

    def cpu(self, steps):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run([self.spikeloom, "run", self.graph, "--steps", str(steps), "--json"],
                              check=True, capture_output=True, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.spikes = json.loads(told)["spikes"]["cells"]["total"]
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def run(self):
        steps = round(SECONDS[self.row] * 10000)
        # Synapses are drawn and code is made or found in both; what is left are the steps.
        start, whole = self.cpu(1), self.cpu(steps * REPEATS[self.row] + 1)
        return (whole - start) / SECONDS[self.row] / REPEATS[self.row]

    def rate(self):
        return self.spikes / size(self.row) / SECONDS[self.row] / REPEATS[self.row]


class Brian:
    def __init__(self, row, folder):
        self.folder, self.row = folder, row
        b.set_device("cpp_standalone", build_on_run=False, directory=folder)
        b.defaultclock.dt = 0.1 * b.ms
        cells, synapses = brian_cuba() if row == "cuba-4k" else brian_brunel(size(row))
        self.monitor = b.SpikeMonitor(cells, record=False)
        # The counter of spikes is there as ours counts them too.
        b.Network([cells, self.monitor] + synapses).run(SECONDS[row] * b.second)
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
        ours, brian = Ours(spikeloom, row, folder), Brian(row, f"{folder}/{row}")
        runs = 2 if size(row) == 100000 else RUNS
        pairs = [(ours.run(), brian.run()) for _ in range(runs)]
        here, there = min(p[0] for p in pairs), min(p[1] for p in pairs)
        print(f"| `W6/{row}` | {here:.3g} | {there:.3g} | {there / here:.3g} | {ours.rate():.3g} Hz | {brian.rate():.3g} Hz |",
              flush=True)
        b.device.reinit()
        b.device.activate()


main()
