"""Brian2, C++ standalone, one sample. Its own time of the run is taken: neither code generation nor compilation.

A layer reads the spikes of the one before it a step later, as Brian2's schedule has it; the work is the same.
"""
import json
import math
import sys

import brian2 as b
import numpy

from rows import rows

b.prefs.logging.console_log_level = "ERROR"
RUNS = 7
UPDATES = {
    "lif": "mem = beta*mem + x + current - fired*threshold_value\n",
    "synaptic": "syn = alpha*syn + x + current\nmem = beta*mem + syn - fired*threshold_value\n",
    "alpha": "syn = (alpha*syn + x + current)*(1 - fired)\ninh = (beta*inh - x - current)*(1 - fired)\n"
             "mem = gain*(syn + inh)\n",
}
MODEL = "mem : 1\nsyn : 1\ninh : 1\nx : 1 (constant)\ncurrent : 1\nfired : 1"


def population(stage):
    values = {"alpha": stage["alpha"], "beta": stage["beta"], "threshold_value": stage["threshold"]}
    if stage["kind"] == "alpha":
        values["gain"] = numpy.log(stage["alpha"]) / (numpy.log(stage["beta"]) - numpy.log(stage["alpha"])) + 1
    group = b.NeuronGroup(stage["outputs"], MODEL, threshold="mem > threshold_value", reset="fired = 1",
                          namespace=values)
    group.run_regularly(UPDATES[stage["kind"]] + "current = 0\nfired = 0", when="groups")
    return group


def connect(source, target, weight):
    synapses = b.Synapses(source, target, "w : 1", on_pre="current_post += w")
    synapses.connect()
    # Pairs are ordered by source, then target.
    synapses.w = weight.T.flatten()
    return synapses


def run(row, folder):
    b.set_device("cpp_standalone", build_on_run=False, directory=folder)
    b.defaultclock.dt = 1 * b.ms
    b.prefs.core.default_float_dtype = numpy.float32
    # A run must be long enough for a clock of microseconds.
    repeats = 1 if row.constant else 20
    parts, source = [], None
    groups = [population(stage) for stage in row.stages]
    parts += groups
    if row.constant:
        first = row.weights[0]
        # What depends on a constant input alone is given as a current.
        current = row.input[0] if first is None or row.recurrent else first @ row.input[0]
        groups[0].x = current
    else:
        steps, neurons = numpy.nonzero(numpy.tile(row.input[:, 0], (repeats, 1)))
        source = b.SpikeGeneratorGroup(row.input.shape[2], neurons, steps * b.ms)
        parts += [source, connect(source, groups[0], row.weights[0])]
    if row.recurrent:
        parts.append(connect(groups[0], groups[0], row.weights[0]))
    for i in range(1, len(groups)):
        parts.append(connect(groups[i - 1], groups[i], row.weights[i]))
    net = b.Network(parts)
    net.run(row.steps * repeats * b.ms)
    b.device.build(directory=folder, compile=True, run=False, debug=False)
    # It knows the time that passes only: the quickest of some runs is the one that others disturbed least.
    seconds = math.inf
    for _ in range(RUNS):
        b.device.run(folder, with_output=False, run_args=[])
        seconds = min(seconds, b.device._last_run_time)
    b.device.reinit()
    b.device.activate(build_on_run=False, directory=folder)
    return seconds, row.steps * repeats


results = {}
for number, row in enumerate(rows(sys.argv[1])):
    if row.batch == 1:
        seconds, steps = run(row, f"{sys.argv[2]}/{number}")
        results[row.name] = {"time": row.scaled(seconds, steps)}
json.dump(results, sys.stdout)
