// Trees as an HDF5 file gives them, as lists of spikes; the file itself is opened elsewhere.
#include <gtest/gtest.h>

#include "data/bin.h"
#include "data/hdf5_events.h"

namespace spikeloom::data {
namespace {

hdf5::Array numbers(const std::vector<double>& values, Shape shape) {
  hdf5::Array array;
  array.type = hdf5::Type::f64;
  array.shape = std::move(shape);
  array.has_values = true;
  array.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  return array;
}

hdf5::Array lists(const std::vector<double>& values, const std::vector<std::uint64_t>& lengths) {
  hdf5::Array array = numbers(values, {lengths.size()});
  array.is_ragged = true;
  array.lengths = lengths;
  return array;
}

hdf5::Array text(const std::string& word) {
  hdf5::Array array;
  array.type = hdf5::Type::text;
  array.has_values = true;
  array.texts = {word};
  return array;
}

hdf5::Object dataset(hdf5::Array array) {
  hdf5::Object object;
  object.kind = hdf5::Object::Kind::dataset;
  object.array = std::move(array);
  return object;
}

/// "sample/time:neuron" of all events, or the error.
std::string words(const hdf5::Object& root, const std::string& member = "") {
  const auto found = Hdf5Events::find("f", root, member);
  if (!found) return found.error().text();
  const auto events = found->events(root, 0, found->samples(), {});
  if (!events) return events.error().text();
  std::string all;
  for (std::size_t sample = 0; sample < events->samples(); ++sample)
    for (std::uint64_t i = events->starts[sample]; i < events->starts[sample + 1]; ++i) {
      const Event& e = events->events[i];
      all += (all.empty() ? "" : " ") + std::to_string(sample) + "/" +
             std::to_string(static_cast<int>(e.time)) + ":" + std::to_string(e.neuron);
    }
  return all;
}

hdf5::Object shd() {
  hdf5::Object root;
  root.children["spikes"].children["times"] = dataset(lists({1, 2, 3}, {2, 0, 1}));
  root.children["spikes"].children["units"] = dataset(lists({5, 6, 699}, {2, 0, 1}));
  root.children["labels"] = dataset(numbers({7, 8, 9}, {3}));
  return root;
}

TEST(Hdf5Events, ListsOfSamplesAreThoseOfTheHeidelbergDigits) {
  EXPECT_EQ(words(shd()), "0/1:5 0/2:6 2/3:699");
  const auto found = Hdf5Events::find("f", shd(), "");
  const auto events = found->events(shd(), 0, 3, {});
  EXPECT_EQ(events->labels, (std::vector<std::int64_t>{7, 8, 9}));
  EXPECT_EQ(events->unit, TimeUnit::s);
  const auto parts = found->parts(1, 2);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].path, "/spikes/times");
  EXPECT_EQ(parts[2].first, 1u);
}

TEST(Hdf5Events, NirDataHoldsEventsOrAGrid) {
  hdf5::Object root, node;
  root.attributes["__type__"] = text("NIRGraphData");
  hdf5::Object& events = node.children["observables"].children["spikes"];
  events.attributes["__type__"] = text("EventData");
  events.attributes["t_max"] = numbers({9}, {});
  events.children["idx"] = dataset(numbers({4, -1, 2, 3}, {2, 2}));
  events.children["time"] = dataset(numbers({1, 1e300, 5, 6}, {2, 2}));
  root.children["nodes"].children["in"] = node;
  EXPECT_EQ(words(root), "0/1:4 1/5:2 1/6:3");
  hdf5::Object& grid = root.children["nodes"].children["out"].children["observables"].children["spikes"];
  grid.attributes["__type__"] = text("TimeGriddedData");
  grid.attributes["dt"] = numbers({0.001}, {});
  grid.children["data"] = dataset(numbers({0, 1, 1, 0, 0, 0}, {1, 3, 2}));
  EXPECT_EQ(words(root, "out"), "0/0:1 0/1:0");
  EXPECT_EQ(words(root),
            "error: 'f': which signal of the file is meant?\n  expected  FILE:NODE/KEY\n"
            "  hint      it has in/spikes and out/spikes");
  const auto found = Hdf5Events::find("f", root, "out/spikes");
  auto gridded = found->events(root, 0, 1, {});
  EXPECT_EQ(gridded->dt_ms, 1.0);
  const Binned binned = *bin(*std::move(gridded), {});
  EXPECT_TRUE(binned.has_end);
  EXPECT_EQ(binned.steps, 3u);
}

TEST(Hdf5Events, NirDataSaysHowManyNeuronsThereAre) {
  hdf5::Object root;
  root.attributes["__type__"] = text("NIRGraphData");
  hdf5::Object& events = root.children["nodes"].children["in"].children["observables"].children["spikes"];
  events.attributes["__type__"] = text("EventData");
  events.attributes["n_neurons"] = numbers({5}, {});
  events.children["idx"] = dataset(numbers({4, 2}, {1, 2}));
  events.children["time"] = dataset(numbers({1, 5}, {1, 2}));
  EXPECT_EQ(words(root), "0/1:4 0/5:2");
  const auto found = Hdf5Events::find("f", root, "");
  EXPECT_EQ(found->events(root, 0, 1, {})->shape, Shape{5});
  events.attributes["n_neurons"] = numbers({4}, {});
  EXPECT_EQ(
      words(root),
      "error: 'f': event 0 is of a neuron that is not there\n  expected  below n_neurons, 4\n  got       4");
  for (const double wrong : {0.0, 2.5, -3.0, 1e300}) {
    events.attributes["n_neurons"] = numbers({wrong}, {});
    EXPECT_TRUE(words(root).starts_with(
        "error: 'f': 'n_neurons' of 'nodes/in/observables/spikes' is no number of neurons"))
        << words(root);
  }
}

TEST(Hdf5Events, AFileThatHasBecomeAnotherOneIsRefused) {
  const auto found = Hdf5Events::find("f", shd(), "");
  hdf5::Object other = shd();
  other.children["spikes"].children["units"] = dataset(lists({5, 6}, {2, 0, 1}));
  EXPECT_FALSE(found->events(other, 0, 3, {}).ok());
  other.children["spikes"].children["units"] = dataset(numbers({5, 6, 7}, {3}));
  EXPECT_FALSE(found->events(other, 0, 3, {}).ok());
  other.children.erase("spikes");
  EXPECT_EQ(found->events(other, 0, 3, {}).error().text(), "error: 'f': 'spikes/times' cannot be read");
}

TEST(Hdf5Events, ASpikeOutOfRangeIsNamed) {
  hdf5::Object root = shd();
  root.children["spikes"].children["times"] = dataset(lists({1, -2, 3}, {2, 0, 1}));
  EXPECT_EQ(words(root),
            "error: 'f': the time of event 1 is out of range\n  expected  a number of at least 0\n"
            "  got       -2.000000");
  root = shd();
  root.children["spikes"].children["units"] = dataset(lists({1, 0.5, 3}, {2, 0, 1}));
  EXPECT_TRUE(words(root).starts_with("error: 'f': the neuron of event 1 is out of range")) << words(root);
}

}  // namespace
}  // namespace spikeloom::data
