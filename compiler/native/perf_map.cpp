#include "native/perf_map.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <map>
#include <system_error>

#include "support/text.h"

namespace spikeloom {
namespace {

constexpr std::size_t kMostNodes = 4;  // named beside a kernel

/// "lif1, lif2 and 3 more": whose stages run this kernel.
std::string nodes_of(const Plan& plan, std::size_t kernel) {
  std::string text;
  std::size_t nodes = 0;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (plan.stages[i].kernel != kernel) continue;
    if (++nodes <= kMostNodes) text += (nodes == 1 ? "" : ", ") + escaped(plan.stage_names[i]);
  }
  if (nodes > kMostNodes) text += " and " + std::to_string(nodes - kMostNodes) + " more";
  return text;
}

std::string hex(std::uint64_t number) {
  char digits[16];
  return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

Error cannot_write(const std::filesystem::path& file, int code) {
  const std::string shown = "'" + escaped(file.native(), Quotes::keep, 300) + "'";
  if (code == EEXIST)
    return Error(ErrorKind::io, "the perf map " + shown + " exists already", "remove it first");
  return Error(ErrorKind::io,
               "cannot write the perf map " + shown + ": " + std::system_category().message(code));
}

}  // namespace

Result<void> write_perf_map(const std::filesystem::path& file, const Plan& plan, const Objects& objects,
                            const LoadedCode& code) {
  std::map<std::string, std::size_t> kernels;
  for (std::size_t i = 0; i < plan.kernels.size(); ++i) kernels[plan.kernels[i].symbol] = i;
  std::string text;
  for (const ObjectFunction& f : functions_of(objects.files)) {
    const std::uintptr_t address = code.address_of(f.name);
    if (address == 0) continue;
    text += hex(address) + ' ' + hex(f.size) + ' ' + f.name;
    if (const auto kernel = kernels.find(f.name); kernel != kernels.end())
      text += ' ' + nodes_of(plan, kernel->second);
    text += '\n';
  }
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return cannot_write(file, errno);
  int problem = 0;
  for (std::size_t done = 0; done < text.size() && problem == 0;) {
    const ssize_t put = ::write(descriptor, text.data() + done, text.size() - done);
    if (put > 0)
      done += static_cast<std::size_t>(put);
    else if (errno != EINTR)
      problem = errno;
  }
  if (::close(descriptor) != 0 && problem == 0) problem = errno;
  if (problem != 0) return cannot_write(file, problem);
  return {};
}

}  // namespace spikeloom
