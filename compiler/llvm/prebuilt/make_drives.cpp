// Writes the C++ source of prebuilt_drives(): every drive for every level, as the code generator makes it.
#include <llvm/Target/TargetMachine.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "llvm/drive.h"
#include "llvm/module_code.h"
#include "llvm/target.h"

namespace spikeloom {
namespace {

ObjectCode object_of(const Level& level, const std::string& symbol) {
  const Cpu cpu = cpu_of(level);
  const auto machine = make_target_machine(cpu);
  if (!machine) throw std::runtime_error("LLVM has no code generator for " + cpu.triple);
  ModuleCode code(cpu, *machine, level.lanes, symbol);
  define_drive(code.builder(), code.module(), symbol);
  return code.generate(*machine).object;
}

void write(std::ostream& out) {
  std::string table;
  std::size_t count = 0;
  out << "#include <array>\n\n#include \"llvm/prebuilt.h\"\n\nnamespace spikeloom {\nnamespace {\n\n";
  for (const Level& level : levels())
    for (const std::string& symbol : all_drives()) {
      const std::string name = "kObject" + std::to_string(count++);
      const ObjectCode object = object_of(level, symbol);
      out << "constexpr unsigned char " << name << "[] = {";
      for (std::size_t i = 0; i < object.size(); ++i)
        out << (i % 32 == 0 ? "\n" : "") << unsigned{object[i]} << ',';
      out << "};\n\n";
      table += "    {\"" + std::string(level.name) + "\", \"" + symbol + "\", " + name + "},\n";
    }
  out << "constexpr std::array<PrebuiltDrive, " << count << "> kDrives = {{\n"
      << table << "}};\n\n}  // namespace\n\nstd::span<const PrebuiltDrive> prebuilt_drives() {\n"
      << "  return kDrives;\n}\n\n}  // namespace spikeloom\n";
}

}  // namespace
}  // namespace spikeloom

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: make_drives FILE\n", stderr);
    return 2;
  }
  try {
    std::ofstream out(arguments[1]);
    spikeloom::write(out);
    if (out.flush()) return 0;
    std::fprintf(stderr, "make_drives: '%s' cannot be written\n", arguments[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "make_drives: %s\n", e.what());
  }
  return 1;
}
