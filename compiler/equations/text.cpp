#include "equations/text.h"

namespace spikeloom {
namespace {

void append_lines(const Items& items, const Variant& variant, std::vector<const Line*>& lines) {
  for (const Item& item : items) {
    if (item.option < 0)
      lines.push_back(&item.line);
    else
      append_lines(item.branches[variant[item.option]], variant, lines);
  }
}

}  // namespace

std::vector<const Line*> lines_of(const Items& items, const Variant& variant) {
  std::vector<const Line*> lines;
  append_lines(items, variant, lines);
  return lines;
}

bool has_choice(const Items& items, int option) {
  for (const Item& item : items) {
    if (item.option == option) return true;
    for (const Items& branch : item.branches)
      if (has_choice(branch, option)) return true;
  }
  return false;
}

Comparison comparison_of(const Expression& spike) {
  if (spike.terms.empty() || !spike.root().name.empty()) return {};
  const Term& root = spike.root();
  if (root.op == Op::Gt || root.op == Op::Ge) return {spike.part(root.arg[0]), spike.part(root.arg[1])};
  if (root.op == Op::Lt || root.op == Op::Le) return {spike.part(root.arg[1]), spike.part(root.arg[0])};
  return {};
}

int compared_state(const NeuronModel& model) {
  const Comparison comparison = comparison_of(model.text->spike);
  if (comparison.left.terms.empty()) return -1;
  for (std::size_t i = 0; i < model.states.size(); ++i)
    if (comparison.left.root().name == model.states[i].name) return static_cast<int>(i);
  return -1;
}

std::string list_of(std::span<const std::string> names, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? last : ", ") + names[i];
  return text;
}

const ParameterInfo* NeuronModel::parameter(std::string_view n) const {
  for (const ParameterInfo& p : parameters)
    if (p.name == n) return &p;
  return nullptr;
}

const OptionInfo* NeuronModel::option(std::string_view n) const {
  for (const OptionInfo& o : options)
    if (o.name == n) return &o;
  return nullptr;
}

}  // namespace spikeloom
