// The parsed lines of a neuron file, and the lines of one variant of it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "equations/neuron.h"
#include "equations/syntax.h"

namespace spikeloom {

/// Where something stands: file, line, column and pointer; the words are filled in when it is reported.
using Place = Diagnostic;

struct Line {
  std::string name;
  int column = 1;  // of the name, in the text
  Expression value;
  Place place;
};

/// A line, or a choice on one option with lines for each of its values.
struct Item {
  Line line;
  int option = -1;                          // index of NeuronModel::options; -1: a line
  std::vector<std::vector<Item>> branches;  // one per value of the option
};
using Items = std::vector<Item>;

struct Requirement {
  Expression condition;
  std::string otherwise;
  Place place;
};

struct NeuronText {
  Items update, on_spike;
  Expression spike, output;  // one of them is empty
  Place spike_place, output_place;
  std::vector<std::vector<std::vector<Line>>> given;  // [group][way]: the lines that compute the rest
  std::vector<Requirement> require;
  std::vector<Expression> initial;  // per state; empty: 0
  std::vector<Place> initial_places;
};

/// One value of every option, as indices.
using Variant = std::vector<std::size_t>;
/// Calls visit(variant) for every combination, the defaults first.
template <class Visit>
void for_each_variant(const std::vector<OptionInfo>& options, Visit visit) {
  Variant variant(options.size());
  for (;;) {
    visit(variant);
    std::size_t i = options.size();
    while (i > 0 && ++variant[i - 1] == options[i - 1].values.size()) variant[--i] = 0;
    if (i == 0) return;
  }
}

/// The lines of a variant, in the order in which they run.
std::vector<const Line*> lines_of(const Items& items, const Variant& variant);
/// Whether any choice names the option.
bool has_choice(const Items& items, int option);

/// `spike` as a > b or a >= b, with < and <= swapped; left is empty if it has another form.
struct Comparison {
  Expression left, right;
};
Comparison comparison_of(const Expression& spike);
/// Index of the state that the spike condition compares, or -1.
int compared_state(const NeuronModel& model);

/// "beta", "beta and R", "alpha, beta and R".
std::string list_of(std::span<const std::string> names, const char* last = " and ");

}  // namespace spikeloom
