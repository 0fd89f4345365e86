// The driver for ordinary test runs: seeds, changed at random for a short while. Run n of a seed is always
// the same.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kLongest = 1u << 14;  // bytes of an input

std::uint64_t g_seed = 1;
volatile std::uint64_t g_run = 0;

/// What broke it, also when the process dies.
void tell_run(int signal) {
  char text[200];
  const int length =
      std::snprintf(text, sizeof text, "\nbroken by SPIKELOOM_SEED=%llu SPIKELOOM_RUN=%llu (signal %d)\n",
                    static_cast<unsigned long long>(g_seed), static_cast<unsigned long long>(g_run), signal);
  if (::write(2, text, static_cast<std::size_t>(length)) < 0) std::_Exit(2);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : fallback;
}

/// Pieces of the formats that random bytes would rarely hit.
const std::string kPieces[] = {"{",          "}",
                               "[",          "]",
                               "\"",         ":",
                               ",",          "(",
                               ")",          "-1",
                               "1e309",      "1e39",
                               "0",          "null",
                               "true",       "18446744073709551616",
                               "4294967296", "\\u0000",
                               "\"node\"",   "\"delay\"",
                               "\"from\"",   "\"shape\"",
                               "\"type\"",   "\"random\"",
                               "fired",      "exp(",
                               "?",          "and",
                               "\xff",       "PK\1\2",
                               "PK\5\6",     "PK\6\6",
                               "PK\6\7",     "'descr'",
                               "<f8",        ">i2",
                               "True",       "\"data_offsets\"",
                               "\"F16\"",    "~",
                               "/",          "[0:1]"};

class Mutator {
 public:
  Mutator(const std::vector<std::string>& seeds, std::uint64_t run)
      : seeds_(seeds), random_(g_seed * 0x9e3779b97f4a7c15u + run) {}

  std::string make() {
    std::string input = seeds_[below(seeds_.size())];
    for (std::uint64_t n = below(8); n > 0; --n) change(input);
    if (input.size() > kLongest) input.resize(kLongest);
    return input;
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  std::size_t place(const std::string& s) { return below(s.size() + 1); }

  void change(std::string& s) {
    switch (below(8)) {
      case 0:  // a bit
        if (!s.empty()) s[below(s.size())] ^= static_cast<char>(1u << below(8));
        break;
      case 1:  // a byte
        if (!s.empty()) s[below(s.size())] = static_cast<char>(below(256));
        break;
      case 2:  // a piece of a format
        s.insert(place(s), kPieces[below(std::size(kPieces))]);
        break;
      case 3:  // cut out
        if (!s.empty()) s.erase(below(s.size()), 1 + below(16));
        break;
      case 4: {  // doubled
        const std::size_t from = place(s);
        s.insert(place(s), s.substr(from, below(64)));
        break;
      }
      case 5: {  // part of another seed
        const std::string& other = seeds_[below(seeds_.size())];
        s.insert(place(s), other.substr(place(other), below(128)));
        break;
      }
      case 6:  // a number of 1, 2, 4 or 8 bytes that is an edge
        if (s.size() >= 8) {
          const std::uint64_t edges[] = {0,      1,          0x7f,       0xff,  0x7fff,
                                         0xffff, 0x7fffffff, 0xffffffff, ~0ull, ~0ull >> 1};
          const std::uint64_t value = edges[below(std::size(edges))];
          const std::size_t bytes = std::size_t{1} << below(4), at = below(s.size() - bytes + 1);
          for (std::size_t i = 0; i < bytes; ++i) s[at + i] = static_cast<char>(value >> 8 * i & 255);
        }
        break;
      default:  // cut short
        if (below(4) == 0) s.resize(place(s));
        break;
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_;
};

/// Run 0 and those that follow are the seeds as they are.
std::string input_of(const std::vector<std::string>& seeds, std::uint64_t number) {
  return number < seeds.size() ? seeds[number] : Mutator(seeds, number).make();
}

void run(const std::string& input, std::uint64_t number) {
  g_run = number;
  // A copy of its own on the heap, so that a sanitizer sees reads beyond its end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> seeds;
  std::vector<std::filesystem::path> files;
  if (count > 1)
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    seeds.push_back(text.str());
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", count > 1 ? arguments[1] : "(no folder given)");
    return 1;
  }
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS, SIGALRM}) std::signal(signal, tell_run);
  g_seed = number_from("SPIKELOOM_SEED", 1);
  if (std::getenv("SPIKELOOM_RUN")) {
    const std::uint64_t number = number_from("SPIKELOOM_RUN", 0);
    const std::string input = input_of(seeds, number);
    std::fwrite(input.data(), 1, input.size(), stdout);
    std::fflush(stdout);
    run(input, number);
    return 0;
  }
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(number_from("SPIKELOOM_SECONDS", 2));
  std::uint64_t runs = 0;
  while (runs < seeds.size() || std::chrono::steady_clock::now() < end) {
    ::alarm(20);  // one run that takes so long hangs
    run(input_of(seeds, runs), runs);
    ++runs;
  }
  std::printf("%llu inputs, SPIKELOOM_SEED=%llu\n", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(g_seed));
  return 0;
}
