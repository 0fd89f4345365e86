#include "recordings.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

/// "block/lif1" is one file name, not a folder.
std::string flat(std::string name) {
  std::ranges::replace(name, '/', '.');
  return name;
}

}  // namespace

Result<std::vector<RecordedFile>> recorded_files(const Model& model, const std::vector<std::string>& record,
                                                 bool events) {
  std::vector<RecordedFile> files;
  for (const ModelOutput& output : model.outputs) {
    RecordedFile file;
    file.file = flat(output.name) + ".npy";
    file.selection = {output.name,
                      model.name_of(output.signal),
                      output.signal,
                      0,
                      static_cast<std::uint32_t>(model.size(output.signal)),
                      false};
    file.shape = model.shape(output.signal);
    file.is_output = true;
    files.push_back(std::move(file));
  }
  for (const std::string& text : record) {
    TRY(Selection selection, select(model, text));
    RecordedFile file;
    const bool is_output_of_neuron = is_neuron_output(model, selection.of);
    file.is_events = events && is_output_of_neuron;
    file.file = flat(selection.signal) +
                (file.is_events        ? ".events"
                 : is_output_of_neuron ? ".spk"
                                       : "") +
                ".npy";
    file.shape = selection.is_sliced ? Shape{selection.count} : model.shape(selection.of);
    file.selection = std::move(selection);
    files.push_back(std::move(file));
  }
  std::map<std::string, const RecordedFile*> seen;
  for (const RecordedFile& file : files) {
    const auto [first, is_new] = seen.emplace(file.file, &file);
    if (is_new) continue;
    const auto words = [](const RecordedFile& f) {
      return (f.is_output ? "output '" : "'") + escaped(f.selection.text) + "'";
    };
    return Error(ErrorKind::usage,
                 words(*first->second) + " and " + words(file) + " would both be written to " + file.file,
                 first->second->is_output ? "rename the output in the graph, or record less"
                                          : "record each signal once");
  }
  return files;
}

Result<Recordings> Recordings::create(const std::filesystem::path& folder, std::vector<RecordedFile> files,
                                      std::uint32_t samples) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem)
    return Error(ErrorKind::io,
                 "cannot make the folder '" + escaped(folder.string()) + "': " + problem.message());
  Recordings recordings;
  for (const RecordedFile& file : files) {
    recordings.arrays_.emplace_back();
    recordings.events_.emplace_back();
    if (file.is_events) {
      TRY(recordings.events_.back(), EventsWriter::create(folder / file.file));
      continue;
    }
    RecordingFile layout;
    layout.shape.emplace();
    for (const std::size_t extent : file.shape) layout.shape->push_back(static_cast<std::uint32_t>(extent));
    layout.samples = samples;
    TRY(recordings.arrays_.back(), NpyWriter::create(folder / file.file, layout));
  }
  recordings.files_ = std::move(files);
  return recordings;
}

Result<void> Recordings::attach(Engine& engine, std::uint32_t first_sample) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const Selection& selection = files_[i].selection;
    if (arrays_[i] != nullptr) {
      TRY_VOID(arrays_[i]->begin(first_sample));
      TRY_VOID(engine.record(selection.signal, *arrays_[i], selection.first, selection.count));
    } else {
      TRY_VOID(events_[i]->begin(first_sample));
      TRY_VOID(engine.record(selection.signal, *events_[i], selection.first, selection.count));
    }
  }
  return {};
}

Result<void> Recordings::close() {
  for (const auto& array : arrays_)
    if (array != nullptr) TRY_VOID(array->close());
  for (const auto& events : events_)
    if (events != nullptr) TRY_VOID(events->close());
  return {};
}

}  // namespace spikeloom::tool
