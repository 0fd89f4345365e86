#include <sstream>

#include "schedule/plan.h"

namespace spikeloom {
namespace {

const char* word(std::uint32_t element) {
  switch (element) {
    case SPIKELOOM_BITS:
      return "bits";
    case SPIKELOOM_WORDS:
      return "words";
    case SPIKELOOM_BYTES:
      return "bytes";
    default:
      return "float32";
  }
}

std::string size_text(std::uint64_t bytes) {
  std::ostringstream out;
  out.precision(3);
  if (bytes < 10240)
    out << bytes << " B";
  else if (bytes < (10u << 20))
    out << static_cast<double>(bytes) / 1024 << " KiB";
  else
    out << static_cast<double>(bytes) / (1 << 20) << " MiB";
  return out.str();
}

void print_buffer(std::ostream& out, const Plan& plan, std::uint32_t id) {
  const spikeloom_buffer& b = plan.buffers[id];
  out << "b" << id << " " << word(b.element) << "[" << b.count << "]";
  if (b.slots > 1) out << " x " << b.slots << " steps";
}

std::string how(const spikeloom_segment& s) {
  if (s.once) return ", once";
  if (s.longest == 0) return ", whole blocks";
  return s.longest == 1 ? ", step by step" : ", blocks of " + std::to_string(s.longest) + " steps";
}

}  // namespace

std::string Plan::print() const {
  std::ostringstream out;
  out << "plan of " << (name.empty() ? "(no name)" : name) << ": " << target.lanes << " lanes, blocks of "
      << block_steps << (block_steps == 1 ? " step" : " steps") << "\n"
      << "memory: " << size_text(constants->size()) << " shared, " << size_text(arena_per_sample)
      << " for each sample, " << size_text(scratch_per_sample * group) << " of scratch for each thread\n";
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const spikeloom_segment& segment = segments[i];
    out << "segment " << i << how(segment) << "\n";
    for (std::uint32_t k = segment.first_stage; k < segment.first_stage + segment.stages; ++k) {
      const spikeloom_stage& stage = stages[k];
      out << "  " << stage_names[k] << ": " << kernels[stage.kernel].symbol << ", n " << stage.sizes[0];
      for (const std::string& layer : fused[k]) out << ", with " << layer;
      for (const std::string& node : inlined[k]) out << ", with " << node;
      out << ", operands";
      for (std::uint32_t o = stage.first_operand; o < stage.first_operand + stage.operands; ++o) {
        out << " b" << operands[o].buffer;
        if (operands[o].delay > 0) out << "(-" << operands[o].delay << ")";
      }
      out << "\n";
    }
  }
  out << "signals\n";
  for (const PlanSignal& s : signals) {
    out << "  " << s.name << ": ";
    print_buffer(out, *this, s.buffer);
    if (s.history != SPIKELOOM_NONE) {
      out << ", history ";
      print_buffer(out, *this, s.history);
    }
    if (s.constant) out << ", constant";
    out << "\n";
  }
  return std::move(out).str();
}

}  // namespace spikeloom
