"""A plain PyTorch loop over steps, each neuron's equations written as snnTorch writes them. One thread."""
import json
import math
import statistics
import sys
import time

import torch

from rows import rows

torch.set_num_threads(1)
torch.set_grad_enabled(False)


class Neuron:
    def __init__(self, stage, shape):
        self.kind = stage["kind"]
        self.alpha, self.beta, self.threshold = stage["alpha"], stage["beta"], stage["threshold"]
        if self.kind == "alpha":
            self.gain = math.log(self.alpha) / (math.log(self.beta) - math.log(self.alpha)) + 1
        self.mem = torch.zeros(shape)
        self.syn = torch.zeros(shape)
        self.inh = torch.zeros(shape)

    def step(self, current):
        fired = (self.mem > self.threshold).float()
        if self.kind == "lif":
            self.mem = self.beta * self.mem + current - fired * self.threshold
        elif self.kind == "synaptic":
            self.syn = self.alpha * self.syn + current
            self.mem = self.beta * self.mem + self.syn - fired * self.threshold
        else:
            self.syn = (self.alpha * self.syn + current) * (1 - fired)
            self.inh = (self.beta * self.inh - current) * (1 - fired)
            self.mem = self.gain * (self.syn + self.inh)
        return (self.mem > self.threshold).float()


def run(row, data, weights):
    neurons = [Neuron(s, (row.batch, s["outputs"])) for s in row.stages]
    spikes = torch.zeros(row.batch, row.stages[-1]["outputs"])
    total = 0.0
    for step in range(row.steps):
        x = data if row.constant else data[step]
        for neuron, weight in zip(neurons, weights):
            if row.recurrent:
                x = neuron.step(x + torch.nn.functional.linear(spikes, weight))
            elif weight is None:
                x = neuron.step(x)
            else:
                x = neuron.step(torch.nn.functional.linear(x, weight))
        spikes = x
        total += float(spikes.sum())
    return total


results = {}
for row in rows(sys.argv[1]):
    data = torch.from_numpy(row.input)
    weights = [None if w is None else torch.from_numpy(w) for w in row.weights]
    total = run(row, data, weights)
    times = []
    while len(times) < 5:
        start = time.thread_time()
        run(row, data, weights)
        times.append(time.thread_time() - start)
    results[row.name] = {"time": row.scaled(statistics.median(times)), "spikes": total}
json.dump(results, sys.stdout)
