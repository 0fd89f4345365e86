"""The workloads as `loom --export` writes them."""
import json
import pathlib

import numpy


class Row:
    def __init__(self, folder):
        self.folder = folder
        self.__dict__.update(json.loads((folder / "workload.json").read_text()))
        self.input = numpy.load(folder / "input.npy")
        self.weights = [numpy.load(folder / (s["linear"] + ".npy")) if s["linear"] else None for s in self.stages]

    def scaled(self, seconds, steps=None):
        """Microseconds a sample and step; of W4, nanoseconds an update."""
        runs = self.batch * (steps or self.steps)
        if self.per_update:
            return seconds * 1e9 / runs / self.stages[0]["outputs"]
        return seconds * 1e6 / runs


def rows(folder):
    for path in sorted(pathlib.Path(folder).rglob("workload.json")):
        yield Row(path.parent)
