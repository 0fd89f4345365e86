// Names, types and use of everything in a neuron file, over every combination of its options.
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "equations/declarations.h"
#include "json/json.h"

namespace spikeloom {
namespace {

/// What an expression may see.
enum class Scope { given, fixed, update, spike };

enum class Kind { parameter, option, port, state };

/// Nothing: unknown, because something was reported.
using MaybeType = std::optional<Type>;

struct Local {
  MaybeType type;
  const Line* line;
};

/// Where a name is defined: a line, and the choices that lead to it.
struct Definition {
  const Line* line;
  std::string when;  // "reset is zero"; empty: always
};

class Checker {
 public:
  Checker(const NeuronModel& model, const NeuronText& text, const Declarations& declared, Report& report)
      : model_(model),
        text_(text),
        declared_(declared),
        report_(report),
        used_parameters_(model.parameters.size()),
        used_ports_(model.ports.size()),
        updated_(model.states.size()),
        used_options_(model.options.size()) {
    const auto name = [&](Kind kind, const auto& list) {
      for (std::size_t i = 0; i < list.size(); ++i) named_.emplace(list[i].name, std::pair(kind, i));
    };
    name(Kind::parameter, model.parameters);
    name(Kind::option, model.options);
    name(Kind::port, model.ports);
    name(Kind::state, model.states);
  }

  void run() {
    collect(text_.update, "");
    collect(text_.on_spike, "");
    check_given();
    check_fixed();
    check_frame();
    for_each_variant(model_.options, [&](const Variant& variant) { check_variant(variant); });
    if (!declared_.broken) check_use();
  }

 private:
  // ---- reporting: each problem of a place once, whatever variant it is found in

  void problem(const Place& place, int column, std::string what, std::string hint = {}) {
    if (!seen_.emplace(place.pointer, column, what).second) return;
    Diagnostic d = place;
    d.text_column = column;
    d.what = std::move(what);
    d.hint = std::move(hint);
    report_.add(std::move(d));
  }

  void collect(const Items& items, const std::string& when) {
    for (const Item& item : items) {
      if (item.option < 0) {
        definitions_[item.line.name].push_back({&item.line, when});
        continue;
      }
      used_options_[item.option] = true;
      const OptionInfo& option = model_.options[item.option];
      for (std::size_t k = 0; k < item.branches.size(); ++k)
        collect(item.branches[k],
                when + (when.empty() ? "" : " and ") + option.name + " is " + option.values[k]);
    }
  }

  // ---- expressions

  /// What is visible while one expression is read.
  struct Context {
    const Place& place;
    Scope scope;
    const std::map<std::string, Local>* locals = nullptr;
    const Variant* variant = nullptr;
  };

  MaybeType type_of(const Expression& e, const Context& context) {
    std::vector<MaybeType> types(e.terms.size());
    for (std::size_t i = 0; i < e.terms.size(); ++i) {
      const Term& term = e.terms[i];
      if (!term.name.empty())
        types[i] = type_of_name(term, context);
      else
        types[i] = type_of_operation(term, types, context);
    }
    return types.empty() ? MaybeType() : types.back();
  }

  MaybeType type_of_operation(const Term& term, const std::vector<MaybeType>& types, const Context& context) {
    if ((term.op == Op::Uniform || term.op == Op::Normal) && context.scope < Scope::update)
      problem(context.place, term.column, "a random number cannot stand here", only_fixed());
    for (int k = 0; k < term.arity(); ++k)
      if (takes_condition(term.op, k) && types[term.arg[k]] == Type::Real)
        problem(context.place, term.column, needs_condition(notation(term.op).symbol));
    if (term.op != Op::Select) return result_type(term.op);
    const MaybeType yes = types[term.arg[1]], no = types[term.arg[2]];
    if (!yes || !no) return {};
    return *yes == Type::Bool && *no == Type::Bool ? Type::Bool : Type::Real;
  }

  static std::string needs_condition(std::string_view who) {
    return "'" + std::string(who) + "' needs a condition, found a number; write x != 0";
  }

  static std::string only_fixed() { return "only parameters, dt and literals can"; }

  MaybeType type_of_name(const Term& term, const Context& context) {
    const std::string& name = term.name;
    const bool fixed = context.scope < Scope::update;
    if (name == "dt") return Type::Real;
    if (name == "t" && !fixed) return Type::Real;
    if (name == "fired" && !fixed) return type_of_fired(term, context);
    if (const auto named = named_.find(name); named != named_.end()) {
      const auto [kind, i] = named->second;
      if (kind == Kind::parameter) {
        used_parameters_[i] = true;
        if (context.scope != Scope::given)
          known_in_every_way(term, model_.parameters[i], context);
        else if (!given_known_.contains(name))
          problem(
              context.place, term.column, "'" + name + "' is not known here",
              "known are what the key names, what lines above compute, and parameters without alternatives");
        return Type::Real;
      }
      if (kind == Kind::port && !fixed) used_ports_[i] = true;
      if ((kind == Kind::port || kind == Kind::state) && !fixed) return Type::Real;
    }
    if (context.locals)
      if (const auto local = context.locals->find(name); local != context.locals->end()) {
        used_lines_.insert(local->second.line);
        return local->second.type;
      }
    unknown_name(term, context);
    return {};
  }

  MaybeType type_of_fired(const Term& term, const Context& context) {
    if (context.scope == Scope::spike)
      problem(context.place, term.column, "the spike condition cannot use 'fired', which repeats it");
    else
      fired_must_be_known(context.place, term.column);
    return Type::Bool;
  }

  void fired_must_be_known(const Place& place, int column) {
    if (!model_.spikes)
      return problem(place, column, "'fired' needs a spike condition, and this neuron has an output");
    const char* what = nullptr;
    for (const Term& term : text_.spike.terms) {
      if (term.name.empty()) {
        if (term.op == Op::Uniform || term.op == Op::Normal) what = "a random number";
        continue;
      }
      if (definitions_.contains(term.name) && !is(Kind::state, term.name)) what = "a local";
      if (is(Kind::port, term.name)) what = "an input";
    }
    if (what)
      problem(place, column,
              std::string("the spike condition uses ") + what +
                  ", so 'fired' is not known at the start of a step");
  }

  bool is(Kind kind, const std::string& name) const {
    const auto named = named_.find(name);
    return named != named_.end() && named->second.first == kind;
  }

  void known_in_every_way(const Term& term, const ParameterInfo& info, const Context& context) {
    // A line of `given` that could not be read may have told what is missing here.
    if (info.group < 0 || declared_.broken) return;
    const GivenGroup& group = model_.given[info.group];
    for (std::size_t w = 0; w < group.ways.size(); ++w) {
      if (known_in_way(info.group, w, info.name)) continue;
      const std::vector<std::string>& names = group.ways[w].names;
      problem(context.place, term.column,
              "'" + info.name + "' is not known when " + list_of(names) +
                  (names.size() > 1 ? " are" : " is") + " given in its place");
    }
  }

  bool known_in_way(int group, std::size_t way, const std::string& name) const {
    const std::vector<std::string>& names = model_.given[group].ways[way].names;
    if (std::ranges::find(names, name) != names.end()) return true;
    return std::ranges::find(text_.given[group][way], name, &Line::name) != text_.given[group][way].end();
  }

  void unknown_name(const Term& term, const Context& context) {
    const std::string& name = term.name;
    if (declared_.broken_names.contains(name)) return;
    // Once for all variants; looking for a near name takes its time.
    if (!unknown_.emplace(&context.place, term.column).second) return;
    const bool fixed = context.scope < Scope::update;
    if (is(Kind::option, name))
      return problem(context.place, term.column, "'" + name + "' is an option, not a value",
                     "write a choice: { \"" + name + "\": { ... } } in place of a line");
    if (fixed && (is(Kind::state, name) || name == "t" || name == "fired" || definitions_.contains(name) ||
                  is(Kind::port, name)))
      return problem(context.place, term.column, "'" + name + "' cannot stand here", only_fixed());
    const std::string what = "unknown name '" + name + "'";
    if (const auto found = definitions_.find(name); !fixed && found != definitions_.end()) {
      for (const Definition& d : found->second) used_lines_.insert(d.line);
      return problem(context.place, term.column, what, where_defined(name, found->second, context));
    }
    if (name == "noise") return problem(context.place, term.column, what, "write normal(0)");
    std::vector<std::string> known;
    for (const ParameterInfo& p : model_.parameters) known.push_back(p.name);
    if (!fixed) {
      for (const PortInfo& p : model_.ports) known.push_back(p.name);
      for (const StateInfo& s : model_.states) known.push_back(s.name);
      if (context.locals)
        for (const auto& [local, definition] : *context.locals) known.push_back(local);
      known.insert(known.end(), {"fired", "t"});
    }
    known.push_back("dt");
    const std::string near = json::nearest(name, known);
    if (near.empty())
      problem(context.place, term.column, what, "known: " + list_of(known, ", "));
    else
      problem(context.place, term.column, what + "; did you mean '" + near + "'?");
  }

  std::string where_defined(const std::string& name, const std::vector<Definition>& all,
                            const Context& context) {
    // A line that runs in this variant stands further down; otherwise it runs in others only.
    std::vector<const Line*> lines = lines_of(text_.update, *context.variant);
    const std::vector<const Line*> last = lines_of(text_.on_spike, *context.variant);
    lines.insert(lines.end(), last.begin(), last.end());
    for (const Definition& d : all)
      if (std::ranges::find(lines, d.line) != lines.end())
        return "'" + name + "' is defined at " + d.line->place.pointer;
    std::vector<std::string> when;
    for (const Definition& d : all) when.push_back(d.when);
    return "'" + name + "' is defined only when " + list_of(when, " or ");
  }

  // ---- parameters

  void check_given() {
    std::set<std::string, std::less<>> before;  // known whatever way was taken in earlier groups
    for (const ParameterInfo& p : model_.parameters)
      if (p.group < 0) before.insert(p.name);
    for (std::size_t g = 0; g < model_.given.size(); ++g) {
      const GivenGroup& group = model_.given[g];
      for (std::size_t w = 0; w < group.ways.size(); ++w) {
        given_known_ = before;
        given_known_.insert(group.ways[w].names.begin(), group.ways[w].names.end());
        for (const Line& line : text_.given[g][w]) check_given_line(line, group);
      }
      for (const std::string& name : group.members) {
        bool always = true;
        for (std::size_t w = 0; w < group.ways.size(); ++w)
          always = always && known_in_way(static_cast<int>(g), w, name);
        if (always) before.insert(name);
      }
    }
  }

  void check_given_line(const Line& line, const GivenGroup& group) {
    type_of(line.value, {line.place, Scope::given});
    if (given_known_.contains(line.name))
      problem(line.place, line.column, "'" + line.name + "' is already known here");
    else if (std::ranges::find(group.members, line.name) == group.members.end())
      problem(line.place, line.column,
              "'" + line.name + "' cannot be assigned; only " + list_of(group.members, " or ") + " can");
    given_known_.insert(line.name);
  }

  void check_fixed() {
    for (const Requirement& r : text_.require)
      if (type_of(r.condition, {r.place, Scope::fixed}) == Type::Real)
        problem(r.place, r.condition.root().column, needs_condition("require"));
    for (std::size_t i = 0; i < text_.initial.size(); ++i)
      type_of(text_.initial[i], {text_.initial_places[i], Scope::fixed});
  }

  // ---- options that the frame serves

  void check_frame() {
    for (std::size_t i = 0; i < model_.options.size(); ++i) {
      const OptionInfo& option = model_.options[i];
      const Place& place = declared_.options[i];
      const bool chosen = used_options_[i];
      if (option.name == "reset" && !chosen && model_.spikes && !declared_.broken) {
        used_options_[i] = true;
        if (compared_state(model_) < 0)
          problem(place, 0, "the standard reset needs a spike condition that compares a state",
                  "write mem > threshold, or a choice on reset");
        else if (const std::string odd = not_standard(option); !odd.empty())
          problem(place, 0, "the standard reset does not know '" + odd + "'", "write a choice on reset");
        else
          fired_must_be_known(place, 0);
      }
      if (option.name == "reset_delay") check_reset_delay(option, place, chosen);
    }
  }

  static std::string not_standard(const OptionInfo& option) {
    for (const std::string& value : option.values)
      if (value != "subtract" && value != "zero" && value != "none") return value;
    return {};
  }

  void check_reset_delay(const OptionInfo& option, const Place& place, bool chosen) {
    if (declared_.broken) return;
    const std::size_t i = static_cast<std::size_t>(&option - model_.options.data());
    used_options_[i] = true;
    const OptionInfo* reset = model_.option("reset");
    if (chosen)
      problem(place, 0, "no choice can be made on 'reset_delay'; its lines are the frame's");
    else if (!option.boolean)
      problem(place, 0, "the values of 'reset_delay' are true and false");
    else if (!reset || !not_standard(*reset).empty())
      problem(place, 0, "'reset_delay' needs an option 'reset' with values among subtract, zero and none");
    else if (!model_.spikes || compared_state(model_) < 0)
      problem(place, 0, "'reset_delay' needs a spike condition that compares a state");
    else
      fired_must_be_known(place, 0);
  }

  // ---- one variant

  void check_variant(const Variant& variant) {
    std::map<std::string, Local> locals;
    for (const Line* line : lines_of(text_.update, variant)) check_line(*line, locals, variant);
    if (!text_.spike.terms.empty()) {
      const Context context{text_.spike_place, Scope::spike, &locals, &variant};
      if (type_of(text_.spike, context) == Type::Real)
        problem(text_.spike_place, text_.spike.root().column, needs_condition("spike"));
    }
    if (!text_.output.terms.empty())
      type_of(text_.output, {text_.output_place, Scope::update, &locals, &variant});
    for (const Line* line : lines_of(text_.on_spike, variant)) check_line(*line, locals, variant);
  }

  void check_line(const Line& line, std::map<std::string, Local>& locals, const Variant& variant) {
    const MaybeType type = type_of(line.value, {line.place, Scope::update, &locals, &variant});
    const std::string& name = line.name;
    if (is(Kind::state, name)) {
      updated_[named_.at(name).second] = true;
      return;
    }
    if (is(Kind::parameter, name) || is(Kind::option, name) || is(Kind::port, name))
      return problem(line.place, line.column,
                     "'" + name + "' cannot be assigned; only states and new local names can");
    if (is_reserved(name)) return problem(line.place, line.column, "'" + name + "' is reserved");
    if (const auto [at, fresh] = locals.try_emplace(name, Local{type, &line}); !fresh) {
      used_lines_.insert(&line);
      problem(line.place, line.column, "'" + name + "' is already defined",
              "at " + at->second.line->place.pointer + "; a local is assigned once");
    }
  }

  // ---- what nobody uses, in any variant

  void check_use() {
    const auto unused = [&](const Place& place, int column, const char* kind, const std::string& name) {
      problem(place, column, std::string(kind) + " '" + name + "' is never used");
    };
    for (std::size_t i = 0; i < used_parameters_.size(); ++i)
      if (!used_parameters_[i]) unused(declared_.parameters[i], 0, "parameter", model_.parameters[i].name);
    for (std::size_t i = 0; i < used_options_.size(); ++i)
      if (!used_options_[i]) unused(declared_.options[i], 0, "option", model_.options[i].name);
    for (std::size_t i = 0; i < used_ports_.size(); ++i) {
      if (used_ports_[i]) continue;
      if (declared_.default_port)
        problem(declared_.ports[i], 0, "port 'input' is never used", "write \"inputs\": {} for a source");
      else
        unused(declared_.ports[i], 0, "port", model_.ports[i].name);
    }
    for (std::size_t i = 0; i < updated_.size(); ++i)
      if (!updated_[i])
        problem(declared_.states[i], 0,
                "state '" + model_.states[i].name + "' is never updated; make it a parameter");
    for (const auto& [name, all] : definitions_) {
      if (is(Kind::state, name) || is(Kind::parameter, name) || is(Kind::option, name) || is_reserved(name) ||
          is(Kind::port, name))
        continue;
      for (const Definition& d : all)
        if (!used_lines_.contains(d.line)) unused(d.line->place, d.line->column, "local", name);
    }
  }

  const NeuronModel& model_;
  const NeuronText& text_;
  const Declarations& declared_;
  Report& report_;
  std::unordered_map<std::string, std::pair<Kind, std::size_t>> named_;
  std::map<std::string, std::vector<Definition>> definitions_;
  std::set<std::string, std::less<>> given_known_;
  std::vector<bool> used_parameters_, used_ports_, updated_, used_options_;
  std::set<const Line*> used_lines_;
  std::set<std::pair<const Place*, int>> unknown_;
  std::set<std::tuple<std::string, int, std::string>> seen_;
};

}  // namespace

void check_neuron(const NeuronModel& model, const NeuronText& text, const Declarations& declared,
                  Report& report) {
  Checker(model, text, declared, report).run();
}

}  // namespace spikeloom
