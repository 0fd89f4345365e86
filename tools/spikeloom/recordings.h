// Which files a run writes, and the recorders that fill them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine.h"
#include "network.h"
#include "spikeloom/recorders.h"

namespace spikeloom::tool {

struct RecordedFile {
  std::string file;  // below the folder: "lif1.mem.npy"
  Selection selection;
  Shape shape;  // of one sample
  bool is_output = false;
  bool is_events = false;
};

/// Every output of the graph as <output>.npy and everything of `record` as <node>.<state>.npy, or
/// <node>.spk.npy and, with `events`, <node>.events.npy for spikes. Two files of one name are an error.
Result<std::vector<RecordedFile>> recorded_files(const Model& model, const std::vector<std::string>& record,
                                                 bool events);

/// The files, open. Samples may come in parts, each [first, first + count).
class Recordings {
 public:
  static Result<Recordings> create(const std::filesystem::path& folder, std::vector<RecordedFile> files,
                                   std::uint32_t samples);
  Result<void> attach(Engine& engine, std::uint32_t first_sample);
  /// After the last part.
  Result<void> close();
  const std::vector<RecordedFile>& files() const { return files_; }

 private:
  std::vector<RecordedFile> files_;
  std::vector<std::unique_ptr<NpyWriter>> arrays_;  // one for each file, or null
  std::vector<std::unique_ptr<EventsWriter>> events_;
};

}  // namespace spikeloom::tool
