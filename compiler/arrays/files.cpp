#include "arrays/files.h"

#include <string>

#include "support/text.h"

namespace spikeloom {

std::optional<ArrayFileKind> array_file_kind(std::string_view file_name) {
  std::string name(file_name);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.ends_with(".npy")) return ArrayFileKind::npy;
  if (name.ends_with(".npz")) return ArrayFileKind::npz;
  if (name.ends_with(".safetensors")) return ArrayFileKind::safetensors;
  for (const char* pickle : {".pt", ".pth", ".pkl", ".pickle", ".ckpt"})
    if (name.ends_with(pickle)) return ArrayFileKind::pickle;
  return {};
}

Result<Tensor> read_array(const InputFile& file, ArrayFileKind, std::string_view, const TensorLimits&) {
  return Error(ErrorKind::unsupported, "'" + escaped(file.name()) + "' cannot be read yet");
}

}  // namespace spikeloom
