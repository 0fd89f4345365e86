#include "options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>

namespace spikeloom::tool {

const Option& Option::required() const {
  option_->required();
  return *this;
}

const Option& Option::value_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

const Option& Option::usage(const std::string& text) const {
  option_->option_text(text);
  return *this;
}

const Option& Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

const Option& Option::one_of(std::vector<std::string> words) const {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

const Option& Option::one_number_of(std::vector<unsigned> numbers) const {
  option_->check(CLI::IsMember(std::move(numbers)));
  return *this;
}

template <class Number>
const Option& Option::between(Number least, Number most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}
template const Option& Option::between(unsigned, unsigned) const;
template const Option& Option::between(std::uint64_t, std::uint64_t) const;
template const Option& Option::between(double, double) const;

const Option& Option::positive() const {
  option_->check(CLI::PositiveNumber);
  return *this;
}

const Option& Option::check(std::function<std::string(const std::string&)> check) const {
  option_->check(std::move(check));
  return *this;
}

const Option& Option::one_value_each() const {
  option_->allow_extra_args(false);
  return *this;
}

const Option& Option::split_at(char delimiter) const {
  option_->delimiter(delimiter);
  return *this;
}

const Option& Option::needs(const Option& other) const {
  option_->needs(other.option_);
  return *this;
}

const Option& Option::excludes(const Option& other) const {
  option_->excludes(other.option_);
  return *this;
}

Option OptionSet::flag(const std::string& names, bool& into, const std::string& help) {
  return Option(app_.add_flag(names, into, help));
}

template <class Value>
Option OptionSet::option(const std::string& names, Value& into, const std::string& help) {
  return Option(app_.add_option(names, into, help));
}
template Option OptionSet::option(const std::string&, std::string&, const std::string&);
template Option OptionSet::option(const std::string&, std::vector<std::string>&, const std::string&);
template Option OptionSet::option(const std::string&, std::uint32_t&, const std::string&);
template Option OptionSet::option(const std::string&, std::uint64_t&, const std::string&);
template Option OptionSet::option(const std::string&, double&, const std::string&);
template Option OptionSet::option(const std::string&, std::optional<std::uint32_t>&, const std::string&);
template Option OptionSet::option(const std::string&, std::optional<std::uint64_t>&, const std::string&);
template Option OptionSet::option(const std::string&, std::optional<float>&, const std::string&);
template Option OptionSet::option(const std::string&, std::optional<double>&, const std::string&);

}  // namespace spikeloom::tool
