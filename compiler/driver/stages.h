// Around every stage of the pipeline: its time, its text if asked for, and in debug builds its check.
#pragma once

#include <chrono>

#include "driver/pipeline.h"

namespace spikeloom {

class Stages {
 public:
  explicit Stages(const PipelineOptions& options) : options_(options) {}

  bool wants(const std::string& stage) const { return options_.show && options_.dump.count(stage) > 0; }

  /// Runs `work`, which gives a value that may have print() and verify().
  template <class Work>
  auto operator()(const std::string& stage, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    auto value = work();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    if (options_.compile.report) options_.compile.report->stages.push_back({stage, time.count()});
    if (options_.show) options_.show(stage, time.count() * 1e3, text(stage, value));
    return value;
  }

  void show(const std::string& stage, const std::string& text) const {
    if (wants(stage)) options_.show(stage, 0, text);
  }

 private:
  template <class Value>
  std::string text(const std::string& stage, const Value& value) const {
    if constexpr (requires { value->print(); }) {
      if (wants(stage) && value) return value->print();
    } else if constexpr (requires { value.print(); }) {
      if (wants(stage)) return value.print();
    }
    return {};
  }

  const PipelineOptions& options_;
};

/// Checks what a stage gave, in builds that ask for it.
template <class Value>
void check_stage([[maybe_unused]] const Value& value) {
#ifdef SPIKELOOM_CHECK_STAGES
  verify(value);
#endif
}

}  // namespace spikeloom
