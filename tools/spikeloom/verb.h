// What a verb is: a name, its options, and what it does with them.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "spikeloom/result.h"
#include "spikeloom/terminal.h"

namespace CLI {
class App;
}

namespace spikeloom::tool {

/// Exit codes are those of ErrorKind; 0 is success.
using Action = std::function<int(const Terminal&)>;

struct Verb {
  const char* name;
  const char* summary;
  const char* example;  // command lines, shown below --help
  /// Declares options and positionals; sets the action that uses them.
  void (*declare)(CLI::App& app, Action& action);
};

/// In the order of --help; main.cpp's table of contents.
std::span<const Verb> verbs();

void declare_check(CLI::App& app, Action& action);
void declare_describe(CLI::App& app, Action& action);
void declare_run(CLI::App& app, Action& action);
void declare_verify(CLI::App& app, Action& action);
void declare_bench(CLI::App& app, Action& action);
void declare_profile(CLI::App& app, Action& action);
void declare_convert(CLI::App& app, Action& action);
void declare_plot(CLI::App& app, Action& action);
void declare_import(CLI::App& app, Action& action);
void declare_export(CLI::App& app, Action& action);
void declare_neurons(CLI::App& app, Action& action);
void declare_schema(CLI::App& app, Action& action);
void declare_doctor(CLI::App& app, Action& action);

/// Shows an error to people, and with `as_json` also to programs (on stdout), and gives the exit code.
int fail(const Terminal& terminal, const Error& error, bool as_json = false);

/// {"ok": false, "diagnostics": [ ... ]}: what --json prints about problems.
std::string diagnostics_json(bool ok, std::span<const Diagnostic> problems);

}  // namespace spikeloom::tool
