#include "arrays/files.h"

#include <string>

#include "arrays/npy.h"
#include "arrays/npz.h"
#include "arrays/safetensors.h"
#include "support/rounding.h"
#include "support/text.h"

namespace spikeloom {

namespace {

/// As a Python string literal in single quotes, whatever the file is called.
std::string python_string(std::string_view text) {
  std::string out = "'";
  for (const char c : escaped(text, Quotes::keep, 200)) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

Error pickle(const std::string& name) {
  const std::string target = name.substr(0, name.rfind('.')) + ".npz";
  return file_error(name, "a pickle can run any program when it is opened, so it is never read",
                    ".npz or .safetensors", {},
                    "in Python:\n"
                    "import torch, numpy\n"
                    "state = torch.load(" +
                        python_string(name) +
                        ", map_location='cpu', weights_only=True)\n"
                        "numpy.savez(" +
                        python_string(target) + ", **{k: v.numpy() for k, v in state.items()})");
}

}  // namespace

std::optional<ArrayFileKind> array_file_kind(std::string_view file_name) {
  std::string name(file_name);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (name.ends_with(".npy")) return ArrayFileKind::npy;
  if (name.ends_with(".npz")) return ArrayFileKind::npz;
  if (name.ends_with(".safetensors")) return ArrayFileKind::safetensors;
  for (const char* ending : {".pt", ".pth", ".pkl", ".pickle", ".ckpt"})
    if (name.ends_with(ending)) return ArrayFileKind::pickle;
  return {};
}

Result<Tensor> read_array(const Bytes& bytes, ArrayFileKind kind, std::string_view member,
                          const TensorLimits& limits) {
  const NearestRounding rounding;  // to float32; the program around us may have chosen another
  if (kind == ArrayFileKind::pickle) return pickle(bytes.name);
  if (bytes.size > limits.file_bytes) {
    Error error = file_error(bytes.name, "the file is too large", "at most " + bytes_text(limits.file_bytes),
                             bytes_text(bytes.size));
    error.diagnostics[0].kind = ErrorKind::limit;
    return error;
  }
  switch (kind) {
    case ArrayFileKind::npz:
      return read_npz(bytes, member, limits);
    case ArrayFileKind::safetensors:
      return read_safetensors(bytes, member, limits);
    default:
      break;
  }
  if (!member.empty())
    return file_error(bytes.name, "a .npy file holds one array, which has no name", "the file alone",
                      "':" + escaped(member, Quotes::keep, 80) + "' behind it");
  ByteStream stream = stream_of(bytes);
  return read_npy(stream, limits.elements);
}

}  // namespace spikeloom
