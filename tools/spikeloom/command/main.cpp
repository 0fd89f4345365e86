// The spikeloom command: finds the verb, reads its options, runs it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "support/check.h"
#include "support/text.h"
#include "terminal.h"
#include "verb.h"

#ifdef __GLIBC__  // which any header of the library says
#include <malloc.h>
#endif

namespace spikeloom::tool {
namespace {

constexpr int kUsage = static_cast<int>(ErrorKind::usage);
constexpr int kLimit = static_cast<int>(ErrorKind::limit);
constexpr int kIo = static_cast<int>(ErrorKind::io);
constexpr int kInternal = static_cast<int>(ErrorKind::internal);

int usage_error(const Terminal& terminal, std::string what, std::string hint) {
  return fail(terminal, Error(ErrorKind::usage, std::move(what), std::move(hint)));
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& names,
                         const std::string& otherwise) {
  const std::string near = nearest_name(word, names);
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  return flags;
}

/// The first word that no option answers to, in our words; CLI11 has no hints. 0 if there is none.
int check_words(const Terminal& terminal, const std::vector<std::string>& words, const CLI::App& app) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) names.emplace_back(verb.name);
  if (words[0].starts_with("-")) {
    const auto flags = flags_of(app);
    if (words[0] == "-h" || std::ranges::find(flags, words[0]) != flags.end()) return 0;
    return usage_error(terminal, "unknown option '" + escaped(words[0]) + "'",
                       did_you_mean(words[0], flags, "a verb comes first: " + listed(names)));
  }
  if (std::ranges::find(names, words[0]) == names.end())
    return usage_error(terminal, "unknown verb '" + escaped(words[0]) + "'",
                       did_you_mean(words[0], names, "known: " + listed(names, "and")));
  const auto flags = flags_of(*app.get_subcommand(words[0]));
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--") break;
    if (!words[i].starts_with("--")) continue;
    const std::string flag = words[i].substr(0, words[i].find('='));
    if (std::ranges::find(flags, flag) == flags.end())
      return usage_error(terminal, "unknown option '" + escaped(flag) + "' of " + words[0],
                         did_you_mean(flag, flags, "spikeloom " + words[0] + " --help shows all options"));
  }
  return 0;
}

int command(const Terminal& terminal, const std::vector<std::string>& words) {
  CLI::App app("Compiles spiking neural networks to native code and runs them.", "spikeloom");
  app.require_subcommand(1);
  app.set_version_flag("--version", SPIKELOOM_VERSION);
  app.get_formatter()->column_width(34);
  app.footer(
      "spikeloom VERB --help explains a verb, with examples.\n"
      "Exit codes: 0 ok, 1 mismatch, 2 usage, 3 invalid file, 4 unsupported, 5 limit, 6 I/O, 70 internal,\n"
      "130 interrupted.");
  Action action;
  for (const Verb& verb : verbs()) {
    CLI::App* sub = app.add_subcommand(verb.name, verb.summary);
    sub->footer(std::string("Examples:\n") + verb.example);
    Action own;
    OptionSet options(*sub);
    // The others' options would only cost every start a millisecond.
    if (!words.empty() && words[0] == verb.name) verb.declare(options, own);
    sub->callback([&action, own] { action = own; });
  }
  if (words.empty()) {
    terminal.data(app.help());
    return kUsage;
  }
  if (const int code = check_words(terminal, words, app); code != 0) return code;
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    terminal.data(chosen.empty() ? app.help() : chosen.front()->help("spikeloom"));
    return 0;
  } catch (const CLI::CallForVersion& version) {
    terminal.data(std::string(version.what()) + "\n");
    return 0;
  } catch (const CLI::ParseError& problem) {
    return usage_error(
        terminal, escaped(problem.what()),
        words[0].starts_with("-") ? "" : "spikeloom " + words[0] + " --help shows all options");
  }
  return action(terminal);
}

/// The last line of defence: whatever went wrong, people read a sentence and scripts a number.
int guarded(const Terminal& terminal, const std::vector<std::string>& words) {
  try {
    const int code = command(terminal, words);
    if (!terminal.flush()) {
      terminal.say("error: cannot write to standard output");
      return code == 0 ? kIo : code;
    }
    return code;
  } catch (const InternalError& problem) {
    terminal.say(problem.what());
    return kInternal;
  } catch (const std::bad_alloc&) {
    terminal.say("error: out of memory");
    return kLimit;
  } catch (const std::exception& problem) {
    terminal.say(std::string("internal error: ") + escaped(problem.what()) +
                 "; please report it with the graph");
    return kInternal;
  }
}

/// Heaps grow by megabytes and keep what was freed. As they are, those of threads grow by single pages, each
/// with a system call for which other threads wait, which takes 4 % of compiling a network.
void keep_heaps() {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
}

}  // namespace
}  // namespace spikeloom::tool

int main(int count, char** words) {
  spikeloom::tool::keep_heaps();
  const std::vector<std::string> rest(words + std::min(count, 1), words + count);
  return spikeloom::tool::guarded(spikeloom::tool::Terminal::detect(), rest);
}
