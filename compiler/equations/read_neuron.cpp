// The JSON of a neuron file -> NeuronModel: declarations and parsed lines.
#include <algorithm>
#include <cmath>

#include "equations/declarations.h"
#include "equations/lexer.h"
#include "equations/parse.h"

namespace spikeloom {
namespace {

using json::Fields;
using json::Kind;
using json::Value;

constexpr std::size_t kParameterLimit = 64, kStateLimit = 32, kPortLimit = 16, kLinesLimit = 256,
                      kVariantLimit = 256;

class NeuronReader {
 public:
  NeuronReader(Value file, Report& report) : file_(file), report_(report) { declared_.file = file.at(""); }

  std::shared_ptr<const NeuronModel> read(const std::string& name) {
    const std::size_t errors = report_.errors();
    Fields fields(file_, report_);
    if (!fields.valid()) return nullptr;
    model_->name = name;
    model_->doc = fields.string("doc", "");
    model_->source = fields.string("source", "");
    read_parameters(fields.take("parameters", Kind::object));
    read_options(fields.take("options", Kind::object));
    read_ports(fields.take("inputs", Kind::object));
    read_states(fields.take("state", Kind::object));
    read_given(fields.take("given"));
    read_requirements(fields.take("require", Kind::object));
    section_lines_ = 0;
    text_->update = read_items(fields.take("update"), 0);
    read_main(fields.take("spike", Kind::string), fields.take("output", Kind::string));
    section_lines_ = 0;
    const Value on_spike = fields.take("on_spike");
    text_->on_spike = read_items(on_spike, 0);
    if (on_spike && !model_->spikes) report_.add(on_spike.at("'on_spike' needs 'spike'"));
    fields.translate("states", "state");
    fields.translate("params", "parameters");
    fields.translate("ports", "inputs");
    fields.translate("threshold", "spike");
    fields.translate("equations", "update");
    fields.finish();

    if (terms_ > kTermLimit) {
      report_.add(file_.at("the equations have " + std::to_string(terms_) +
                           " operations after expansion; the limit is 10000"));
      too_much_ = true;
    }
    if (!too_much_) {
      model_->text = text_;
      check_neuron(*model_, *text_, declared_, report_);
    }
    if (report_.errors() > errors) return nullptr;
    const Comparison comparison = comparison_of(text_->spike);
    model_->has_comparison = !comparison.left.terms.empty();
    model_->compares_state = compared_state(*model_) >= 0;
    return model_;
  }

 private:
  /// Whether the name may be declared; it is reported if not.
  bool declare(Value section, std::size_t i, const char* in) {
    const std::string& name = section.key(i);
    if (!is_identifier(name)) {
      report_.add(section.at_key(i, "'" + json::escape(name) + "' is not a name",
                                 "a letter, then letters, digits or _, at most 63 characters"));
      return false;
    }
    const bool option = std::string_view(in) == "options" && (name == "reset" || name == "reset_delay");
    if (is_reserved(name) && !option) {
      report_.add(section.at_key(i, "'" + name + "' is reserved"));
      declared_.broken_names.insert(name);
      return false;
    }
    for (const auto& [known, where] : names_)
      if (known == name) {
        report_.add(section.at_key(i, "'" + name + "' is already declared in " + where));
        return false;
      }
    names_.emplace_back(name, in);
    return true;
  }

  void at_most(Value section, std::size_t limit, const char* what) {
    if (section.size() <= limit) return;
    report_.add(
        section.at(std::to_string(section.size()) + " " + what + "; the limit is " + std::to_string(limit)));
    too_much_ = true;
  }

  std::optional<float> finite(Value v) {
    if (!v || v.is(Kind::null)) return {};
    if (!v.is(Kind::number)) {
      report_.add(v.at("this must be a number", "a number", v.describe()));
      return {};
    }
    const auto value = static_cast<float>(v.number());
    if (!std::isfinite(value) || (value == 0 && v.number() != 0)) {
      report_.add(v.at(std::string(v.literal()) + " is outside the range of float32"));
      return {};
    }
    return value;
  }

  /// [low, high] with null for an open end.
  bool interval(Value v, std::optional<float>& low, std::optional<float>& high) {
    if (!v) return false;
    if (!v.is(Kind::array) || v.size() != 2) {
      report_.add(v.at("this must be two bounds", "[low, high], null for no bound", v.describe()));
      return false;
    }
    low = finite(v[0]);
    high = finite(v[1]);
    if (low && high && *low > *high) report_.add(v.at("the lower bound is above the upper one"));
    return true;
  }

  void read_parameters(Value section) {
    at_most(section, kParameterLimit, "parameters");
    for (std::size_t i = 0; i < section.size() && !too_much_; ++i) {
      ParameterInfo info;
      info.name = section.key(i);
      const bool fits = declare(section, i, "parameters");
      Fields fields(section[i], report_);
      info.doc = fields.string("doc", "");
      const Value fallback = fields.take("default");
      info.fallback = finite(fallback);
      std::optional<float> low, high;
      if (interval(fields.take("range"), low, high)) info.low = low, info.high = high;
      if (const auto above = finite(fields.take("above", Kind::number))) info.above = *above;
      interval(fields.take("clamp"), info.clamp_low, info.clamp_high);
      fields.finish();
      if (info.fallback &&
          ((info.low && *info.fallback < *info.low) || (info.high && *info.fallback > *info.high) ||
           (info.above && *info.fallback <= *info.above)))
        report_.add(fallback.at("the default of '" + info.name + "' is out of its range"));
      if (!fits) continue;
      model_->parameters.push_back(std::move(info));
      declared_.parameters.push_back(section[i].at(""));
    }
  }

  void read_options(Value section) {
    std::size_t variants = 1;
    for (std::size_t i = 0; i < section.size() && !too_much_; ++i) {
      OptionInfo info;
      info.name = section.key(i);
      const bool fits = declare(section, i, "options");
      read_values(section[i], info);
      if (!fits || info.values.empty()) {
        declared_.broken = true;
        continue;
      }
      variants *= info.values.size();
      model_->options.push_back(std::move(info));
      declared_.options.push_back(section[i].at(""));
      if (variants <= kVariantLimit) continue;
      report_.add(section.at(std::to_string(variants) + " combinations of options; the limit is 256"));
      too_much_ = true;
    }
  }

  void read_values(Value list, OptionInfo& info) {
    const std::string expected = "a list of values, the first is the default";
    if (!list.is(Kind::array) || list.size() == 0) {
      report_.add(list.at("'" + info.name + "' must list its values", expected, list.describe()));
      return;
    }
    info.boolean = list[0].is(Kind::boolean);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Value v = list[i];
      std::string value;
      if (info.boolean ? v.is(Kind::boolean) : v.is(Kind::string) && is_identifier(v.string())) {
        value = info.boolean ? (v.boolean() ? "true" : "false") : v.string();
      } else {
        report_.add(v.at("a value of '" + info.name + "' is either a name, or all are true and false",
                         info.boolean ? "true or false" : "a name", v.describe()));
        info.values.clear();
        return;
      }
      if (std::ranges::find(info.values, value) != info.values.end())
        report_.add(v.at("'" + value + "' is already a value of '" + info.name + "'"));
      else
        info.values.push_back(std::move(value));
    }
  }

  void read_ports(Value section) {
    if (!section) {
      declared_.default_port = file_.find("inputs") ? false : true;
      model_->ports = {{"input", "the sum of what reaches the neuron in this step"}};
      for (const auto& [known, where] : names_)
        if (known == "input")
          report_.add(file_.at(std::string("'input' is already declared in ") + where, {}, {},
                               "without \"inputs\" there is one port, called input"));
      names_.emplace_back("input", "inputs");
      declared_.ports.push_back(file_.at(""));
      return;
    }
    at_most(section, kPortLimit, "inputs");
    for (std::size_t i = 0; i < section.size() && !too_much_; ++i) {
      if (!declare(section, i, "inputs")) continue;
      if (!section[i].is(Kind::string))
        report_.add(
            section[i].at("the text that explains an input is missing", "a string", section[i].describe()));
      model_->ports.push_back({section.key(i), section[i].is(Kind::string) ? section[i].string() : ""});
      declared_.ports.push_back(section[i].at(""));
    }
  }

  void read_states(Value section) {
    at_most(section, kStateLimit, "states");
    for (std::size_t i = 0; i < section.size() && !too_much_; ++i) {
      const bool fits = declare(section, i, "state");
      StateInfo info{section.key(i), {}};
      Expression initial;
      Place place = section[i].at("");
      if (section[i].is(Kind::string)) {
        info.doc = section[i].string();
      } else {
        Fields fields(section[i], report_);
        info.doc = fields.string("doc", "");
        if (const Value v = fields.take("initial")) {
          place = v.at("");
          initial = read_initial(v);
        }
        fields.finish();
      }
      if (!fits) continue;
      model_->states.push_back(std::move(info));
      declared_.states.push_back(section[i].at(""));
      text_->initial.push_back(std::move(initial));
      text_->initial_places.push_back(std::move(place));
    }
  }

  Expression read_initial(Value v) {
    if (v.is(Kind::string)) return expression(v.string(), v.at(""));
    const std::optional<float> value = finite(v);
    if (!value) return {};
    Term term;
    term.value = *value;
    return {{term}};
  }

  void read_main(Value spike, Value output) {
    const bool has_spike = static_cast<bool>(file_.find("spike"));
    const bool has_output = static_cast<bool>(file_.find("output"));
    model_->spikes = has_spike;
    if (has_spike == has_output)
      report_.add(file_.at(std::string("a neuron has either 'spike' or 'output', found ") +
                           (has_spike ? "both" : "neither")));
    if (spike) {
      text_->spike_place = spike.at("");
      text_->spike = expression(spike.string(), text_->spike_place);
    }
    if (output) {
      text_->output_place = output.at("");
      text_->output = expression(output.string(), text_->output_place);
    }
  }

  void problem(Place place, const TextProblem& p) {
    place.text_column = p.column;
    place.what = p.what;
    place.hint = p.hint;
    report_.add(std::move(place));
    declared_.broken = true;
  }

  Expression expression(std::string_view text, const Place& place) {
    TextProblem p;
    std::optional<Expression> e = parse_expression(text, {}, p);
    if (!e) {
      problem(place, p);
      return {};
    }
    terms_ += e->terms.size();
    return *std::move(e);
  }

  std::optional<Line> read_line(Value v, std::size_t nesting) {
    if (++section_lines_ == kLinesLimit + 1)
      report_.add(v.at("more than 256 lines in one section", {}, {}, "split the model"));
    TextProblem p;
    std::optional<ParsedLine> parsed;
    if (section_lines_ <= kLinesLimit) parsed = parse_line(v.string(), {.nesting = nesting}, p);
    if (!parsed) {
      if (section_lines_ <= kLinesLimit) problem(v.at(""), p);
      declared_.broken = true;
      // The name is what later lines would miss.
      Lexer lexer(std::string_view(v.string()).substr(0, kLineLimit), true);
      const Token name = lexer.next();
      if (name.kind == Token::Kind::name) declared_.broken_names.emplace(name.text);
      return {};
    }
    terms_ += parsed->value.terms.size();
    return Line{std::move(parsed->name), parsed->column, std::move(parsed->value), v.at("")};
  }

  Items read_items(Value v, std::size_t nesting) {
    Items items;
    if (!v) return items;
    if (v.is(Kind::array)) {
      for (std::size_t i = 0; i < v.size(); ++i) {
        if (v[i].is(Kind::array)) {
          report_.add(
              v[i].at("a list of lines holds lines and choices", "a line or a choice", v[i].describe()));
          continue;
        }
        Items one = read_items(v[i], nesting);
        std::ranges::move(one, std::back_inserter(items));
      }
    } else if (v.is(Kind::string)) {
      if (auto line = read_line(v, nesting)) items.push_back({*std::move(line), -1, {}});
    } else if (v.is(Kind::object)) {
      if (auto choice = read_choice(v, nesting + 1)) items.push_back(*std::move(choice));
    } else {
      report_.add(
          v.at("this must be a line, a choice, or a list of them", "\"name = expression\"", v.describe()));
      declared_.broken = true;
    }
    return items;
  }

  std::optional<Item> read_choice(Value v, std::size_t nesting) {
    if (nesting > kNestingLimit) {
      report_.add(v.at("nested deeper than 64"));
      declared_.broken = true;
      return {};
    }
    if (v.size() != 1) {
      report_.add(
          v.at("a choice names one option", "{ \"option\": { \"value\": lines, ... } }", v.describe()));
      declared_.broken = true;
      return {};
    }
    std::vector<std::string> names;
    for (const OptionInfo& o : model_->options) names.push_back(o.name);
    const auto option = std::ranges::find(names, v.key(0));
    if (option == names.end()) {
      if (!is_reserved(v.key(0)) || v.key(0) == "reset_delay")
        unknown(v, 0, "option", names);
      else
        report_.add(v.at_key(0, "'" + v.key(0) + "' is not an option"));
      declared_.broken = true;
      return {};
    }
    Item item;
    item.option = static_cast<int>(option - names.begin());
    const OptionInfo& info = model_->options[item.option];
    item.branches.resize(info.values.size());
    Fields values(v[0], report_);
    if (!values.valid()) {
      declared_.broken = true;
      return {};
    }
    for (std::size_t k = 0; k < info.values.size(); ++k) {
      const Value lines = values.take(info.values[k]);
      if (lines) {
        item.branches[k] = read_items(lines, nesting);
      } else {
        report_.add(v[0].at("'" + info.values[k] + "' is missing", {}, {}, "[] stands for nothing to do"));
        declared_.broken = true;
      }
    }
    for (std::size_t k = 0; k < v[0].size(); ++k)
      if (std::ranges::find(info.values, v[0].key(k)) == info.values.end())
        unknown(v[0], k, "value", info.values);
    return item;
  }

  void unknown(Value object, std::size_t i, const std::string& what, std::span<const std::string> names) {
    const std::string text = "unknown " + what + " '" + json::escape(object.key(i)) + "'";
    const std::string near = json::nearest(object.key(i), names);
    if (near.empty())
      report_.add(object.at_key(i, text, {}, {},
                                names.empty() ? "none is declared" : "known: " + list_of(names, ", ")));
    else
      report_.add(object.at_key(i, text + "; did you mean '" + near + "'?"));
  }

  void read_given(Value v) {
    if (!v) return;
    const bool list = v.is(Kind::array);
    if (!list && !v.is(Kind::object)) {
      report_.add(v.at("'given' must be an object or a list of objects", "an object", v.describe()));
      return;
    }
    for (std::size_t g = 0; g < (list ? v.size() : 1); ++g) {
      const Value group = list ? v[g] : v;
      if (Fields(group, report_).valid()) read_group(group);
    }
  }

  void read_group(Value group) {
    if (group.size() > kParameterLimit) {
      at_most(group, kParameterLimit, "ways of giving parameters");
      return;
    }
    GivenGroup info;
    const int index = static_cast<int>(model_->given.size());
    std::vector<std::vector<Line>> ways;
    for (std::size_t i = 0; i < group.size(); ++i) {
      GivenWay way = read_way(group, i, index, info.members);
      for (const GivenWay& other : info.ways)
        if (std::ranges::is_permutation(other.names, way.names))
          report_.add(group.at_key(i, "'" + json::escape(group.key(i)) + "' is already listed"));
      info.ways.push_back(std::move(way));
      section_lines_ = 0;
      std::vector<Line> lines;
      for (Item& item : read_items(group[i], 0)) {
        if (item.option < 0)
          lines.push_back(std::move(item.line));
        else
          report_.add(group[i].at("a choice cannot stand here; parameters are the same for every option"));
      }
      ways.push_back(std::move(lines));
    }
    if (info.ways.empty()) {
      report_.add(group.at("'given' names no parameter", "{ \"beta\": [], ... }"));
      return;
    }
    model_->given.push_back(std::move(info));
    text_->given.push_back(std::move(ways));
    declared_.given.push_back(group.at(""));
  }

  /// The names of "beta, R".
  GivenWay read_way(Value group, std::size_t i, int index, std::vector<std::string>& members) {
    GivenWay way;
    const std::string& key = group.key(i);
    for (std::size_t at = 0; at <= key.size();) {
      const std::size_t end = std::min(key.find(',', at), key.size());
      const std::size_t first = std::min(key.find_first_not_of(" \t", at), end);
      std::size_t last = end;
      while (last > first && (key[last - 1] == ' ' || key[last - 1] == '\t')) --last;
      const std::string name = key.substr(first, last - first);
      at = end + 1;
      const auto info = std::ranges::find(model_->parameters, name, &ParameterInfo::name);
      if (info == model_->parameters.end()) {
        if (declared_.broken_names.contains(name)) continue;
        Diagnostic d = group.at_key(i, "unknown parameter '" + json::escape(name) + "'");
        std::vector<std::string> names;
        for (const ParameterInfo& p : model_->parameters) names.push_back(p.name);
        if (const std::string near = json::nearest(name, names); !near.empty())
          d.what += "; did you mean '" + near + "'?";
        d.text_column = static_cast<int>(first) + 1;
        report_.add(std::move(d));
        declared_.broken = true;
        continue;
      }
      if (std::ranges::find(way.names, name) != way.names.end()) {
        report_.add(group.at_key(i, "'" + name + "' stands here twice"));
        continue;
      }
      way.names.push_back(name);
      if (info->group >= 0 && info->group != index)
        report_.add(group.at_key(i, "'" + name + "' already belongs to another group"));
      if (info->fallback)
        report_.add(group.at_key(i, "'" + name + "' can be given in several ways, so it has no default"));
      info->group = index;
      if (std::ranges::find(members, name) == members.end()) members.push_back(name);
    }
    return way;
  }

  void read_requirements(Value section) {
    for (std::size_t i = 0; i < section.size(); ++i) {
      if (!section[i].is(Kind::string)) {
        report_.add(section[i].at("the text of the error is missing", "a string", section[i].describe()));
        continue;
      }
      Place place = section.at_key(i, "");
      Expression condition = expression(section.key(i), place);
      if (condition.terms.empty()) continue;
      text_->require.push_back({std::move(condition), section[i].string(), std::move(place)});
    }
    if (section.size() > kLinesLimit) {
      report_.add(section.at("more than 256 conditions"));
      too_much_ = true;
    }
  }

  Value file_;
  Report& report_;
  std::shared_ptr<NeuronModel> model_ = std::make_shared<NeuronModel>();
  std::shared_ptr<NeuronText> text_ = std::make_shared<NeuronText>();
  Declarations declared_;
  std::vector<std::pair<std::string, const char*>> names_;
  std::size_t section_lines_ = 0, terms_ = 0;
  bool too_much_ = false;
};

}  // namespace

bool is_reserved(std::string_view name) {
  static const std::vector<std::string_view> words = {
      "dt", "t", "fired", "and", "or", "not", "held", "before", "spike", "late", "output", "refractory",
      "graded", "spk", "winner", "quantize", "type", "from", "shape", "doc", "label", "initial", "inhibition",
      "reset_delay", "refractory_ms",
      // Fields that later versions give to nodes.
      "precision", "plasticity", "place"};
  if (std::ranges::find(words, name) != words.end()) return true;
  const std::vector<std::string> functions = function_names();
  return std::ranges::find(functions, name) != functions.end();
}

std::shared_ptr<const NeuronModel> read_neuron(const std::string& name, json::Value file, Report& report) {
  return NeuronReader(file, report).read(name);
}

}  // namespace spikeloom
