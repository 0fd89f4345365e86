// Arrays as inputs: which axis is what, and blocks of them.
#include <algorithm>
#include <cmath>

#include "array_file.h"
#include "input_reader.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

using Axes = std::vector<std::string>;

/// "[steps, samples, 64]"
std::string shape_words(const Axes& axes, const Shape& shape) {
  std::string words = "[";
  for (const std::string& axis : axes) words += (words.size() > 1 ? ", " : "") + axis;
  for (const std::size_t extent : shape) words += (words.size() > 1 ? ", " : "") + std::to_string(extent);
  return words + "]";
}

bool ends_with(const Shape& whole, const Shape& end) {
  return whole.size() >= end.size() && std::equal(end.rbegin(), end.rend(), whole.rbegin());
}

/// The classes of samples [first, first + count) where an .npz has them beside the data, as ours do.
std::vector<std::int64_t> labels_beside(const std::string& path, std::uint64_t in_file, std::uint64_t first,
                                        std::uint32_t count) {
  const auto archive = path.find(".npz");
  if (archive == std::string::npos) return {};
  const auto file = ArrayFile::open(path.substr(0, archive + 4) + ":labels");
  if (!file || !file->is_integer() || file->shape() != Shape{in_file}) return {};
  std::vector<float> values(count);
  if (!file->read(first, values)) return {};
  return {values.begin(), values.end()};
}

/// What a first axis that is not time would look like.
std::string axis_hint(const Shape& got, const ModelInput& input, const DataRequest& request) {
  if (!input.constant && got == input.shape)
    return "this is one sample without a time axis; if it is the same in every step, give the input "
           "\"time\": \"constant\" in the graph";
  if (input.constant && got.size() == input.shape.size() + 2 && ends_with(got, input.shape))
    return "the graph calls this input constant; without \"time\": \"constant\" it may vary with time";
  const std::size_t elements = element_count(input.shape);
  if (!got.empty() && got.back() == elements && input.shape.size() > 1)
    return "reshape the last axis to " + to_string(input.shape);
  if (request.rules.layout == Layout::samples_first)
    return "axes are samples first, as --layout btn says, then time, then the shape of one sample";
  return "axes are time first, then samples, then the shape of one sample";
}

class ArrayInput final : public InputReader {
 public:
  ArrayInput(ArrayFile array, std::string input) : array_(std::move(array)), input_(std::move(input)) {}
  std::string array_type() const { return array_.type(); }
  /// Says where steps and samples lie in the file.
  void arrange(const DataRequest& request, const Shape& shape, bool is_constant) {
    const bool are_samples_first = request.rules.layout == Layout::samples_first && !is_constant;
    if (!is_constant) steps = shape[has_samples && are_samples_first ? 1 : 0];
    samples_in_file_ = has_samples ? shape[is_constant || are_samples_first ? 0 : 1] : 1;
    step_stride_ = n * (are_samples_first ? 1 : samples_in_file_);
    sample_stride_ = n * (are_samples_first ? steps : 1);
  }
  Result<void> take(const data::SampleRange& range) {
    if (!has_samples) return {};
    const std::uint64_t end = range.end.value_or(samples_in_file_);
    if (range.first >= samples_in_file_ || end > samples_in_file_ || end <= range.first)
      return file_error(
          file, "there are no such samples",
          samples_in_file_ == 0 ? "the file has none" : "a part of 0:" + std::to_string(samples_in_file_),
          std::to_string(range.first) + ":" + (range.end ? std::to_string(end) : ""));
    if (end - range.first > UINT32_MAX)
      return file_error(file, "this array has " + std::to_string(samples_in_file_) + " samples");
    first_sample_ = range.first;
    samples = static_cast<std::uint32_t>(end - range.first);
    labels = labels_beside(file, samples_in_file_, first_sample_, samples);
    return {};
  }

  Result<void> read(std::uint64_t first_step, std::uint32_t count_steps, std::uint32_t first,
                    std::uint32_t count, std::span<float> rows) const override {
    const std::size_t row = n * count;
    if (!has_samples) {
      // Read once, then the same for every sample: from behind, so that nothing is overwritten unread.
      TRY_VOID(read_checked(first_step * n, rows.first(n * count_steps)));
      if (count == 1) return {};
      for (std::size_t s = count_steps; s-- > 0;)
        for (std::size_t sample = count; sample-- > 0;)
          if (s + sample > 0) std::copy_n(rows.data() + s * n, n, rows.data() + s * row + sample * n);
      return {};
    }
    const std::uint64_t at = (first_sample_ + first) * sample_stride_ + first_step * step_stride_;
    if (sample_stride_ == n && count == samples_in_file_) return read_checked(at, rows);
    if (sample_stride_ == n) {
      for (std::uint32_t s = 0; s < count_steps; ++s)
        TRY_VOID(read_checked(at + s * step_stride_, rows.subspan(s * row, row)));
      return {};
    }
    std::vector<float> of_sample(n * count_steps);
    for (std::uint32_t sample = 0; sample < count; ++sample) {
      TRY_VOID(read_checked(at + sample * sample_stride_, of_sample));
      for (std::uint32_t s = 0; s < count_steps; ++s)
        std::copy_n(of_sample.data() + s * n, n, rows.data() + s * row + sample * n);
    }
    return {};
  }

 private:
  Result<void> read_checked(std::uint64_t first, std::span<float> into) const {
    TRY_VOID(array_.read(first, into));
    for (std::size_t i = 0; i < into.size(); ++i)
      if (!std::isfinite(into[i]))
        return file_error(file,
                          "input '" + input_ + "' is not finite at " + place_of(first + i, array_.shape()),
                          "finite numbers within the range of float32",
                          std::isnan(into[i]) ? "nan"
                          : into[i] > 0       ? "inf"
                                              : "-inf");
    return {};
  }

  ArrayFile array_;
  std::string input_;
  std::uint64_t samples_in_file_ = 1, first_sample_ = 0, step_stride_ = 0, sample_stride_ = 0;
};

}  // namespace

Result<std::unique_ptr<InputReader>> open_array_input(const ModelInput& input, const std::string& path,
                                                      const DataRequest& request) {
  TRY(ArrayFile array, ArrayFile::open(path));
  const Shape shape = array.shape();
  const bool are_samples_first = request.rules.layout == Layout::samples_first;
  const Axes with_samples = input.constant      ? Axes{"samples"}
                            : are_samples_first ? Axes{"samples", "steps"}
                                                : Axes{"steps", "samples"};
  const Axes without = input.constant ? Axes{} : Axes{"steps"};
  const std::size_t extra = shape.size() - std::min(shape.size(), input.shape.size());
  const bool fits =
      ends_with(shape, input.shape) && (extra == with_samples.size() || extra == without.size());
  if (!fits)
    return file_error(path, "this array does not fit input '" + input.name + "'",
                      shape_words(with_samples, input.shape) + " or " + shape_words(without, input.shape),
                      to_string(shape), axis_hint(shape, input, request));
  auto reader = std::make_unique<ArrayInput>(std::move(array), input.name);
  reader->file = path;
  reader->type = reader->array_type();
  reader->n = input.size;
  reader->has_samples = extra == with_samples.size();
  reader->arrange(request, shape, input.constant);
  TRY_VOID(reader->take(request.rules.samples));
  return std::unique_ptr<InputReader>(std::move(reader));
}

}  // namespace spikeloom::tool
