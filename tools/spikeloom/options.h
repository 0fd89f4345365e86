// Options of a verb: what --help shows, and where a parsed command line goes. CLI11 reads the words; its
// headers, which take seconds to compile, are known to options.cpp and to the command itself alone.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace spikeloom::tool {

/// An option that was declared; methods say more of it and return it.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  const Option& required() const;
  /// What --help writes for the value: N, FILE.
  const Option& value_name(const std::string& name) const;
  /// All that --help writes behind the option's name.
  const Option& usage(const std::string& text) const;
  /// The heading of --help that it stands below.
  const Option& group(const std::string& heading) const;
  const Option& one_of(std::vector<std::string> words) const;
  const Option& one_number_of(std::vector<unsigned> numbers) const;
  /// Both ends included; instantiated for unsigned, std::uint64_t and double.
  template <class Number>
  const Option& between(Number least, Number most) const;
  const Option& positive() const;
  /// `check` gives "" or what is wrong with the text.
  const Option& check(std::function<std::string(const std::string&)> check) const;
  /// One value behind each mention, so that a positional may follow.
  const Option& one_value_each() const;
  /// A list may be written as one word.
  const Option& split_at(char delimiter) const;
  const Option& needs(const Option& other) const;
  const Option& excludes(const Option& other) const;

 private:
  CLI::Option* option_;
};

class OptionSet {
 public:
  explicit OptionSet(CLI::App& app) : app_(app) {}
  /// `names` as CLI11 has them: "--json", "-o,--output", "file" for a positional.
  Option flag(const std::string& names, bool& into, const std::string& help);
  /// Instantiated in options.cpp for each type that a verb has.
  template <class Value>
  Option option(const std::string& names, Value& into, const std::string& help);

 private:
  CLI::App& app_;
};

}  // namespace spikeloom::tool
