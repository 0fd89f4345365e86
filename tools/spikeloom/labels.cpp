#include "labels.h"

#include "array_file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {

Result<std::vector<std::int64_t>> labels_of(const std::string& given, const InputData& data,
                                            const data::SampleRange& samples) {
  if (given == "input") {
    if (!data.labels().empty()) return data.labels();
    return Error(ErrorKind::usage, "the data has no labels of its own",
                 "a folder of folders has them, or --labels FILE.npy");
  }
  TRY(const ArrayFile file, ArrayFile::open(given));
  const Shape shape = file.shape();
  // Labels of a whole data set fit a part of it.
  const std::uint64_t end = samples.first + data.samples();
  const bool is_part = shape.size() == 1 && shape[0] >= end && !samples.is_all();
  if (file.is_events() || !file.is_integer() || (!is_part && shape != Shape{data.samples()})) {
    Diagnostic d;
    d.file = given;
    d.what = "these labels do not fit the samples";
    d.expected = "integers, [" + std::to_string(data.samples()) + "]";
    d.got = file.type() + ", " + to_string(shape);
    return Error(std::vector<Diagnostic>{std::move(d)});
  }
  std::vector<float> values(data.samples());
  TRY_VOID(file.read(is_part ? samples.first : 0, values));
  return std::vector<std::int64_t>(values.begin(), values.end());
}

}  // namespace spikeloom::tool
