// The code generator out of its library, which stands beside the program or where it was installed.
#include <dlfcn.h>
#include <link.h>

#include <exception>
#include <filesystem>
#include <system_error>

#include "native/code_generator_version.h"
#include "native/generator.h"
#include "support/text.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "libspikeloom_codegen.so";

/// The folder of the program or library that this code is in.
fs::path own_folder() {
  static const char anchor = 0;
  Dl_info info{};
  link_map* object = nullptr;
  if (::dladdr1(&anchor, &info, reinterpret_cast<void**>(&object), RTLD_DL_LINKMAP) == 0 || !object)
    return {};
  // The program itself has no name there: its own is whatever who started it wrote.
  std::error_code problem;
  const fs::path file = fs::canonical(*object->l_name ? object->l_name : "/proc/self/exe", problem);
  if (problem) return {};
  return file.parent_path();
}

Error missing(const std::string& why) {
  return Error(ErrorKind::unsupported, "the code generator cannot be loaded: " + why,
               "build or install " + std::string(kLibrary) + " together with this program");
}

Result<const CodeGenerator*> load() {
  const fs::path here = own_folder();
  std::error_code problem;
  for (const fs::path& folder : {here, here / "lib", here / ".." / SPIKELOOM_LIBRARY_FOLDER}) {
    const fs::path file = folder / kLibrary;
    if (!fs::exists(file, problem)) continue;
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return missing(escaped(::dlerror()));
    using Open = const CodeGenerator* (*)(const char*);
    const auto open = reinterpret_cast<Open>(::dlsym(library, "spikeloom_code_generator"));
    const CodeGenerator* generator = open ? open(kCodeGeneratorVersion) : nullptr;
    if (!generator) return missing("'" + escaped(file.string()) + "' is of another build");
    return generator;
  }
  return missing("there is no " + std::string(kLibrary) + " in '" + escaped(here.string()) + "'");
}

}  // namespace

Result<const CodeGenerator*> code_generator() {
  static const Result<const CodeGenerator*> generator = load();
  return generator;
}

std::jthread load_code_generator_early() {
  const auto load = [] {
    try {
      static_cast<void>(code_generator());
    } catch (const std::exception&) {
      // Whoever needs it tries again, and hears of it.
    }
  };
  try {
    return std::jthread(load);
  } catch (const std::system_error&) {  // no thread to be had
    return {};
  }
}

}  // namespace spikeloom
