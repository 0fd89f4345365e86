// The models that ship, parsed on first use.
#include <algorithm>
#include <mutex>

#include "equations/neuron.h"
#include "equations/neuron_files.h"
#include "support/check.h"

namespace spikeloom {
namespace {

const NeuronFile* find_file(std::string_view name) {
  const auto file = std::ranges::find(neuron_files(), name, &NeuronFile::name);
  return file == neuron_files().end() ? nullptr : &*file;
}

std::shared_ptr<const NeuronModel> read_file(const NeuronFile& file) {
  Report report;
  const auto document = json::Document::parse(file.text, std::string(file.name) + ".json");
  SPIKELOOM_CHECK(document.ok(), "equations", document.ok() ? "" : document.error().text());
  std::shared_ptr<const NeuronModel> model = read_neuron(std::string(file.name), (*document)->root(), report);
  SPIKELOOM_CHECK(model, "equations", report.error().text());
  return model;
}

}  // namespace

std::shared_ptr<const NeuronModel> builtin_neuron(std::string_view name) {
  // Immutable once made; the lock is for the first use by several threads.
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const NeuronModel>, std::less<>> models;
  const NeuronFile* file = find_file(name);
  if (!file) return nullptr;
  const std::lock_guard lock(mutex);
  auto& model = models[std::string(name)];
  if (!model) model = read_file(*file);
  return model;
}

std::vector<std::string> builtin_neuron_names() {
  std::vector<std::string> names;
  for (const NeuronFile& file : neuron_files()) names.emplace_back(file.name);
  return names;
}

std::string_view builtin_neuron_text(std::string_view name) {
  const NeuronFile* file = find_file(name);
  return file ? file->text : std::string_view();
}

}  // namespace spikeloom
