#include "spikeloom/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace spikeloom::tool {
namespace {

constexpr auto kBetweenDraws = std::chrono::milliseconds(100);
constexpr auto kFirstDraw = std::chrono::milliseconds(400);  // what is over sooner needs no bar

}  // namespace

std::string duration_text(double seconds) {
  std::array<char, 48> text{};
  const auto print = [&](const char* form, double value) {
    std::snprintf(text.data(), text.size(), form, value);
  };
  if (seconds < 1e-3)
    print("%.3g us", seconds * 1e6);
  else if (seconds < 1)
    print("%.3g ms", seconds * 1e3);
  else if (seconds < 59.95)
    print("%.1f s", seconds);
  else if (const auto whole = std::llround(std::min(seconds, 1e15)); whole < 3600)
    std::snprintf(text.data(), text.size(), "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text.data(), text.size(), "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  return text.data();
}

std::string progress_line(std::uint64_t done, std::uint64_t total, const std::string& unit, double seconds,
                          unsigned columns) {
  const double share =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  std::array<char, 16> percent{};
  std::snprintf(percent.data(), percent.size(), "%3d %%", static_cast<int>(share * 100));
  std::string words =
      std::string(percent.data()) + "  " + std::to_string(done) + " / " + std::to_string(total) + " " + unit;
  if (share > 0 && share < 1 && seconds > 0)
    words += "  " + duration_text(seconds / share * (1 - share)) + " left";
  if (columns < words.size() + 14) return words.substr(0, columns);
  const std::size_t width = std::min<std::size_t>(40, columns - words.size() - 5);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]  " + words;
}

Progress::Progress(const Terminal& terminal, std::uint64_t total, std::string unit)
    : terminal_(terminal),
      total_(total),
      unit_(std::move(unit)),
      start_(Clock::now()),
      next_draw_(start_ + kFirstDraw) {}

Progress::~Progress() {
  if (is_shown_) terminal_.say_for_now("");
}

void Progress::update(std::uint64_t done) {
  if (!terminal_.shows_progress()) return;
  const auto now = Clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + kBetweenDraws;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  terminal_.say_for_now(progress_line(done, total_, unit_, seconds, terminal_.columns() - 1));
  is_shown_ = true;
}

}  // namespace spikeloom::tool
