#include "property/random_neuron.h"

#include <string>
#include <vector>

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;

/// Writes expressions over the names known so far.
class Writer {
 public:
  Writer(Dice& dice, std::vector<std::string> names) : dice_(dice), names_(std::move(names)) {}

  void know(const std::string& name) { names_.push_back(name); }

  std::string real(int depth) {
    if (depth == 0 || dice_.chance(0.15)) return leaf();
    switch (dice_.below(18)) {
      case 0:
      case 1:
      case 2:
        return "(" + real(depth - 1) + " + " + real(depth - 1) + ")";
      case 3:
      case 4:
        return "(" + real(depth - 1) + " - " + real(depth - 1) + ")";
      case 5:
      case 6:
      case 7:
        return real(depth - 1) + " * " + real(depth - 1);
      case 8:
        return real(depth - 1) + " / (abs(" + real(depth - 1) + ") + 0.5)";
      case 9:
        return "min(" + real(depth - 1) + ", " + real(depth - 1) + ")";
      case 10:
        return "max(" + real(depth - 1) + ", " + real(depth - 1) + ")";
      case 11:
        return "(" + condition(depth - 1) + " ? " + real(depth - 1) + " : " + real(depth - 1) + ")";
      case 12:
        return "(-" + real(depth - 1) + ")";
      case 13:
        return "clamp(" + real(depth - 1) + ", -2, 2)";
      case 14:
        return dice_.of({"exp", "tanh", "sigmoid"}) + std::string("(") + real(depth - 1) + ")";
      case 15:
        return dice_.of({"log", "sqrt", "floor", "abs"}) + std::string("(") + real(depth - 1) + ")";
      case 16:
        return "pow(abs(" + real(depth - 1) + "), " + real(depth - 1) + ")";
      default:
        return "(" + condition(depth - 1) + ") * " + leaf();
    }
  }

  std::string condition(int depth) {
    if (depth > 0 && dice_.chance(0.3)) {
      switch (dice_.below(3)) {
        case 0:
          return "(" + condition(depth - 1) + " and " + condition(depth - 1) + ")";
        case 1:
          return "(" + condition(depth - 1) + " or " + condition(depth - 1) + ")";
        default:
          return "(not (" + condition(depth - 1) + "))";
      }
    }
    return real(depth) + " " + dice_.of({"<", "<=", ">", ">=", "==", "!="}) + " " + real(depth);
  }

 private:
  std::string leaf() {
    if (dice_.chance(0.7)) return dice_.of(names_);
    switch (dice_.below(8)) {
      case 0:
        return "t";
      case 1:
        return "dt";
      case 2:
        return "uniform(" + std::to_string(dice_.below(4)) + ")";
      case 3:
        return "normal(" + std::to_string(dice_.below(4)) + ")";
      default:
        return dice_.of({"0", "1", "0.1", "0.5", "2", "3.25", "1e-3", "30"});
    }
  }

  Dice& dice_;
  std::vector<std::string> names_;
};

}  // namespace

Json random_neuron(Dice& dice) {
  Json file;
  file["doc"] = "drawn at random";
  const std::size_t parameters = dice.between(1, 3), states = dice.between(1, 3), ports = dice.between(1, 2);
  std::vector<std::string> names;
  std::string use_all;  // every declared name must occur somewhere
  for (std::size_t i = 0; i < parameters; ++i) {
    const std::string name = "p" + std::to_string(i);
    file["parameters"][name] = {{"doc", "a parameter"}, {"default", dice.uniform(-1, 1)}};
    names.push_back(name);
    use_all += " + 0.125 * " + name;
  }
  if (ports == 1 && dice.chance(0.5)) {
    names.push_back("input");
    use_all += " + input";
  } else {
    for (std::size_t i = 0; i < ports; ++i) {
      const std::string name = "in" + std::to_string(i);
      file["inputs"][name] = "a port";
      names.push_back(name);
      use_all += " + " + name;
    }
  }
  for (std::size_t i = 0; i < states; ++i) {
    const std::string name = "s" + std::to_string(i);
    if (dice.chance(0.5))
      file["state"][name] = {{"doc", "a state"}, {"initial", "0.5 * p0 + 0.25"}};
    else
      file["state"][name] = "a state";
    names.push_back(name);
  }

  const bool spikes = dice.chance(0.8);
  const bool standard_reset = spikes && dice.chance(0.6);
  const bool own_option = dice.chance(0.3);
  if (standard_reset) {
    file["options"]["reset"] = {"subtract", "zero", "none"};
    if (dice.chance(0.6)) file["options"]["reset_delay"] = {true, false};
  }
  if (own_option) file["options"]["mode"] = {"slow", "fast"};
  if (standard_reset) names.push_back("fired");

  Writer writer(dice, names);
  Json update = Json::array();
  if (dice.chance(0.6)) {
    update.push_back("local = " + writer.real(2));
    use_all += " + 0.0625 * local";
    writer.know("local");
  }
  update.push_back("s0 = 0.75 * s0" + use_all + " + clamp(" + writer.real(3) + ", -3, 3)");
  for (std::size_t i = 1; i < states; ++i) update.push_back("s" + std::to_string(i) + " = " + writer.real(3));
  if (own_option)
    update.push_back(
        {{"mode", {{"slow", "s0 = 0.5 * s0"}, {"fast", Json::array({"s0 = s0 + " + writer.real(2)})}}}});
  file["update"] = update;
  if (spikes) {
    file["spike"] = dice.chance(0.8) ? "s0 > p0" : "s0 >= 0.5 * p0";
    if (!standard_reset && dice.chance(0.5)) file["on_spike"] = Json::array({"s0 = " + writer.real(1)});
  } else {
    file["output"] = writer.real(2);
  }
  return file;
}

}  // namespace spikeloom::property
