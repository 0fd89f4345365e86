// What a verb is: a name, its options, and what it does with them.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "spikeloom/result.h"
#include "spikeloom/terminal.h"

namespace spikeloom::tool {

class OptionSet;

/// Exit codes are those of ErrorKind; 0 is success.
using Action = std::function<int(const Terminal&)>;

struct Verb {
  const char* name;
  const char* summary;
  const char* example;  // command lines, shown below --help
  /// Declares options and positionals; sets the action that uses them.
  void (*declare)(OptionSet& set, Action& action);
};

/// In the order of --help; main.cpp's table of contents.
std::span<const Verb> verbs();

void declare_check(OptionSet& set, Action& action);
void declare_describe(OptionSet& set, Action& action);
void declare_run(OptionSet& set, Action& action);
void declare_verify(OptionSet& set, Action& action);
void declare_bench(OptionSet& set, Action& action);
void declare_profile(OptionSet& set, Action& action);
void declare_convert(OptionSet& set, Action& action);
void declare_plot(OptionSet& set, Action& action);
void declare_import(OptionSet& set, Action& action);
void declare_export(OptionSet& set, Action& action);
void declare_neurons(OptionSet& set, Action& action);
void declare_schema(OptionSet& set, Action& action);
void declare_doctor(OptionSet& set, Action& action);

/// Shows an error to people, and with `as_json` also to programs (on stdout), and gives the exit code.
int fail(const Terminal& terminal, const Error& error, bool as_json = false);

/// {"ok": false, "diagnostics": [ ... ]}: what --json prints about problems.
std::string diagnostics_json(bool ok, std::span<const Diagnostic> problems);

}  // namespace spikeloom::tool
