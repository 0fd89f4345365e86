// Everything that a run records in a single file: .npz, .csv, SONATA, NWB, NIRData. Kept in memory until the
// end, within kRecorderMemory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/recording.h"
#include "engine.h"
#include "recordings.h"

namespace spikeloom::tool {

/// The format of --out, where it names a file and not a folder: by --format or the ending of the name.
Result<std::optional<data::Format>> single_file_format(const std::string& out, const std::string& format);

class SingleFile {
 public:
  /// Writes the file without a step, so that what cannot be written is known before the first one.
  /// `left_out` says what the format has no place for.
  static Result<SingleFile> create(const std::string& path, data::Format format,
                                   const std::vector<RecordedFile>& signals, const Model& model,
                                   const data::RunInfo& info, std::vector<std::string>& left_out);
  SingleFile(SingleFile&&) noexcept;
  SingleFile& operator=(SingleFile&&) noexcept;
  ~SingleFile();

  /// The blocks that follow are of samples [first_sample, ...).
  Result<void> attach(Engine& engine, std::uint32_t first_sample);
  /// After the last part; `steps` were run of each sample. Samples that an interrupted run left unfinished
  /// are left out, but for those of the first part. Gives back what the format did not keep, in words.
  Result<std::string> write(const data::RunInfo& info, const std::vector<std::int64_t>& labels);

 private:
  struct Impl;
  explicit SingleFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spikeloom::tool
