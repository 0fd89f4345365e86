#include "expected.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>

#include "array_file.h"
#include "arrays/files.h"
#include "arrays/npz.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

/// A recorded array before it is known what it is.
struct Found {
  std::string file, name;
  Shape shape;
  std::function<Result<void>(std::uint64_t, std::span<float>)> read;
};

Result<Found> found_in_npy(const std::string& path) {
  TRY(ArrayFile opened, ArrayFile::open(path));
  auto file = std::make_shared<ArrayFile>(std::move(opened));
  return Found{path, std::filesystem::path(path).stem().string(), file->shape(),
               [file](std::uint64_t first, std::span<float> into) { return file->read(first, into); }};
}

Result<std::vector<Found>> find_arrays(const std::string& path) {
  std::vector<Found> found;
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, problem)) {
      const std::string file = entry.path().string();
      if (entry.path().extension() != ".npy" || file.ends_with(".events.npy")) continue;
      TRY(Found array, found_in_npy(file));
      found.push_back(std::move(array));
    }
    if (problem)
      return Error(ErrorKind::io, "cannot read the folder '" + escaped(path) + "': " + problem.message());
    std::ranges::sort(found, {}, &Found::name);
  } else if (array_file_kind(path) == ArrayFileKind::npz) {
    TRY(const InputFile file, InputFile::open(path));
    const Bytes bytes = bytes_of(file);
    TRY(std::vector<std::string> names, npz_members(bytes));
    // Ours has the classes of the samples beside the data; alone they may be a signal of that name.
    if (names.size() > 1) std::erase(names, "labels");
    for (const std::string& name : names) {
      TRY(Tensor tensor, read_array(bytes, ArrayFileKind::npz, name, TensorLimits{}));
      auto values = std::make_shared<Tensor>(std::move(tensor));
      found.push_back(
          {path, name, values->shape, [values](std::uint64_t first, std::span<float> into) -> Result<void> {
             std::copy_n(values->values.begin() + static_cast<std::ptrdiff_t>(first), into.size(),
                         into.begin());
             return {};
           }});
    }
  } else {
    TRY(Found array, found_in_npy(path));
    found.push_back(std::move(array));
  }
  return found;
}

Result<Signal> signal_of(const Model& model, const Found& array) {
  std::vector<std::string> names;
  for (const ModelOutput& output : model.outputs) {
    if (output.name == array.name) return output.signal;
    names.push_back(output.name);
  }
  std::string name = array.name;
  if (name.ends_with(".spk")) name.resize(name.size() - 4);
  Signal signal;
  std::string near;
  if (model.find(name, signal, &near) && signal.of == Signal::Of::node) return signal;
  if (near.empty()) near = nearest_name(array.name, names);
  return Error(ErrorKind::usage,
               "'" + escaped(array.file) + "' holds '" + escaped(array.name) +
                   "', which is no output or signal of the network",
               near.empty() ? "names are those of run --out: an output, lif1.mem, lif1.spk"
                            : "did you mean '" + near + "'?");
}

}  // namespace

Result<std::vector<Expected>> open_expected(const std::string& path, const Model& model,
                                            std::uint32_t samples) {
  TRY(std::vector<Found> arrays, find_arrays(path));
  if (arrays.empty())
    return Error(ErrorKind::invalid, "'" + escaped(path) + "' holds no arrays to compare with");
  std::vector<Expected> all;
  for (Found& array : arrays) {
    TRY(const Signal signal, signal_of(model, array));
    const Shape& shape = model.shape(signal);
    const auto fits = [&](bool with_samples, const Shape& one) {
      Shape wanted = one;
      if (with_samples) wanted.insert(wanted.begin(), samples);
      wanted.insert(wanted.begin(), array.shape.empty() ? 0 : array.shape[0]);
      return array.shape == wanted;
    };
    const Shape flat{model.size(signal)};
    if (!(fits(true, shape) || fits(true, flat) ||
          (samples == 1 && (fits(false, shape) || fits(false, flat))))) {
      Diagnostic d;
      d.file = array.file;
      d.what = "'" + escaped(array.name) + "' does not fit '" + model.name_of(signal) + "'";
      d.expected =
          "[steps, " + std::to_string(samples) + ", ...] with " + to_string(shape) + " for one sample";
      d.got = to_string(array.shape);
      return Error(std::vector<Diagnostic>{std::move(d)});
    }
    all.push_back({array.name, signal, array.shape[0], samples, std::move(array.read)});
  }
  return all;
}

Result<void> ExpectedRecorder::record(const Block& block) {
  got_.resize(n_);
  for (std::uint32_t step = 0; step < block.steps; ++step) {
    const std::uint64_t at = block.first_step + step;
    if (at >= expected_.steps) break;
    wanted_.resize(n_ * block.samples);
    TRY_VOID(expected_.read((at * expected_.samples + first_sample_) * n_, wanted_));
    for (std::uint32_t sample = 0; sample < block.samples; ++sample) {
      block.copy_row(step, sample, got_);
      for (std::size_t i = 0; i < n_; ++i) {
        const float got = got_[i], wanted = wanted_[sample * n_ + i];
        ++compared_;
        if (same_bits(got, wanted) || got == wanted) continue;
        const double apart = std::abs(static_cast<double>(got) - static_cast<double>(wanted));
        if (!exact_) {
          largest_ = std::max(largest_, std::isnan(apart) ? HUGE_VAL : apart);
          if (apart <= tolerance_.absolute + tolerance_.relative * std::abs(static_cast<double>(wanted)))
            continue;
        }
        ++different_;
        const Difference d{
            expected_.signal, at, first_sample_ + sample, static_cast<std::uint32_t>(i), got, wanted};
        if (!first_ || at < first_->step) first_ = d;
      }
    }
  }
  return {};
}

}  // namespace spikeloom::tool
