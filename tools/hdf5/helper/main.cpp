// spikeloom-hdf5: opens an HDF5 file for the process that started it and hands back what is in it (wire.h),
// under limits that this process sets for itself before the library sees a byte. Not meant to be started by
// hand.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "hdf5/helper/walk.h"
#include "hdf5/lzf.h"

namespace spikeloom::hdf5 {
namespace {

constexpr int kAnswer = 3;
[[maybe_unused]] constexpr std::uint64_t kOwn =
    256ull << 20;  // bytes of address space that the program itself takes

void set_limit(int which, std::uint64_t most) {
  const rlimit limit = {most, most};
  ::setrlimit(static_cast<__rlimit_resource>(which), &limit);
}

void confine(const Limits& limits) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left to read the answer
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, 0);
  // A damaged file can keep the library turning for ever: little time until it is known how much there is to
  // read (Budget::take).
  const rlimit time = {limits.cpu_seconds, limits.cpu_seconds + limits.bytes / kValueBytesASecond};
  ::setrlimit(RLIMIT_CPU, &time);
#if !defined(SPIKELOOM_SANITIZED)  // which reserves terabytes of addresses
  set_limit(RLIMIT_AS, limits.bytes + limits.memory + kOwn);
#endif
}

void send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::write(kAnswer, bytes.data(), bytes.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) ::_exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// The filter of LZF: unpacks only. 0 is failure.
std::size_t lzf_filter(unsigned flags, std::size_t, const unsigned[], std::size_t bytes, std::size_t* size,
                       void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0) return 0;
  const std::span<const unsigned char> packed(static_cast<const unsigned char*>(*buffer), bytes);
  const auto unpacked = lzf_size(packed);
  if (!unpacked || *unpacked == 0) return 0;
  auto* const into = static_cast<unsigned char*>(H5allocate_memory(*unpacked, false));
  if (into == nullptr) return 0;
  if (!lzf_unpack(packed, {into, *unpacked})) {
    H5free_memory(into);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = into;
  *size = *unpacked;
  return *unpacked;
}

void prepare_library() {
  static const H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, 32000, 0, 1, "lzf", nullptr, nullptr, lzf_filter};
  if (H5dont_atexit() < 0 || H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) < 0 ||
      H5PLset_loading_state(0) < 0 || H5Zregister(&lzf) < 0)
    throw Refusal{ErrorKind::io, "", "the HDF5 library does not start", ""};
}

void answer(const std::string& path, const std::vector<Part>& parts, const Limits& limits, Encoder& out) {
  prepare_library();
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 <= 0)
    throw Refusal{ErrorKind::invalid, "", "this is not an HDF5 file",
                  "the first bytes of one are \\x89HDF\\r\\n\\x1a\\n"};
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.ok())
    throw Refusal{ErrorKind::invalid, "", "the HDF5 library cannot open this file",
                  "it may be damaged or cut short"};
  hsize_t size = 0;
  if (H5Fget_filesize(file.id(), &size) < 0) throw damaged("/");
  Budget budget{limits, size, 0, 0};
  walk(file.id(), parts, budget, out);
}

bool number(const char* word, std::uint64_t& value) {
  const std::string_view text(word);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size();
}

bool read_part(std::string_view word, Part& part) {
  const std::size_t first = word.find(':'), second = word.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  part.path = word.substr(second + 1);
  return number(std::string(word.substr(0, first)).c_str(), part.first) &&
         number(std::string(word.substr(first + 1, second - first - 1)).c_str(), part.rows);
}

int serve(int count, char** words) {
  Limits limits;
  std::uint64_t seconds = 0, depth = 0, name = 0;
  std::vector<Part> parts;
  bool ok = count >= 9 && std::string_view(words[1]) == "1" && number(words[3], limits.bytes) &&
            number(words[4], limits.objects) && number(words[5], depth) && number(words[6], name) &&
            number(words[7], seconds) && number(words[8], limits.memory);
  for (int i = 9; ok && i < count; ++i) ok = read_part(words[i], parts.emplace_back());
  if (!ok) {
    std::fputs("spikeloom-hdf5 reads HDF5 files for spikeloom, which starts it\n", stderr);
    return 2;
  }
  limits.depth = depth;
  limits.name = name;
  limits.cpu_seconds = static_cast<unsigned>(seconds);
  confine(limits);
  Encoder out(send);
  try {
    answer(words[2], parts, limits, out);
    out.finish();
  } catch (const Refusal& refusal) {
    out.refuse(refusal.kind, refusal.place, refusal.what, refusal.hint);
  } catch (const std::bad_alloc&) {
    out.refuse(ErrorKind::invalid, "", "reading this HDF5 file takes more memory than it may", "");
  }
  // The library is not asked to tidy up: what the file did to it ends here.
  ::_exit(0);
}

}  // namespace
}  // namespace spikeloom::hdf5

int main(int count, char** words) {
  return spikeloom::hdf5::serve(count, words);
}
