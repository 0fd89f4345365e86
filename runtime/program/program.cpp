#include "spikeloom/loaded_program.h"

#include <string>

#include "spikeloom/driver.h"

namespace spikeloom {

Result<Program> Program::load(const spikeloom_table* table, const spikeloom_kernel* kernels,
                              const unsigned char* constants, std::shared_ptr<const void> owner) {
  const auto refuse = [](std::string why) {
    return Error(ErrorKind::invalid, "not a sound program: " + std::move(why),
                 "it was damaged, or made for another version of the runtime");
  };
  if (const int reason = spikeloom_check_table(table)) return refuse(spikeloom_table_problem(reason));
  if (table->constant_bytes != 0 && (!constants || reinterpret_cast<std::uintptr_t>(constants) % 64 != 0))
    return refuse("the constants are missing or not aligned to 64 bytes");
  for (std::uint32_t i = 0; i < table->kernels; ++i)
    if (!kernels || !kernels[i]) return refuse("kernel " + std::to_string(i) + " is missing");

  Program program;
  program.table_ = table;
  program.kernels_ = kernels;
  program.constants_ = constants;
  program.owner_ = std::move(owner);
  return program;
}

const spikeloom_signal* Program::find(std::string_view wanted) const {
  for (const spikeloom_signal& s : signals())
    if (s.role != SPIKELOOM_OUTPUT && name(s) == wanted) return &s;
  return nullptr;
}

const spikeloom_signal* Program::find_output(std::string_view wanted) const {
  for (const spikeloom_signal& s : signals())
    if (s.role == SPIKELOOM_OUTPUT && name(s) == wanted) return &s;
  return nullptr;
}

std::vector<const spikeloom_signal*> Program::constant_inputs() const {
  std::vector<const spikeloom_signal*> found;
  for (const spikeloom_signal& s : signals())
    if (s.role == SPIKELOOM_INPUT && s.constant) found.push_back(&s);
  return found;
}

std::vector<const spikeloom_signal*> Program::varying_inputs() const {
  std::vector<const spikeloom_signal*> found;
  for (const spikeloom_signal& s : signals())
    if (s.role == SPIKELOOM_INPUT && !s.constant) found.push_back(&s);
  return found;
}

}  // namespace spikeloom
