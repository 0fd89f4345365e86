#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <tuple>

#include "layers/builder.h"
#include "layers/synapse_values.h"
#include "synapses/packing.h"

namespace spikeloom {
namespace {

using Rule = Synapses::Rule;

constexpr std::int64_t kMost = std::int64_t{1} << 30;  // targets or sources

const std::vector<std::string> kRules = {"fixed_probability", "fixed_indegree", "fixed_outdegree",
                                         "one_to_one", "all_to_all"};

Rule rule_of(const std::string& word) {
  constexpr Rule rules[] = {Rule::fixed_probability, Rule::fixed_indegree, Rule::fixed_outdegree,
                            Rule::one_to_one, Rule::all_to_all};
  return rules[std::ranges::find(kRules, word) - kRules.begin()];
}

/// What the fields of a sparse layer hold; read in one go, so that a pass in which nothing is bound sees all.
struct Given {
  std::optional<std::vector<std::int64_t>> shape;
  std::optional<std::string> rule;
  std::optional<double> probability;
  std::optional<std::int64_t> degree;
  std::optional<std::uint64_t> seed;
  bool multapses = false, self = true;
  std::shared_ptr<const Tensor> indptr, indices, rows, cols;
  json::Value weight, delay, delay_ms;
};

Given read_fields(LayerBuilder& l) {
  Given g;
  g.shape = l.integers("shape", {.doc = "[out, in]: targets and sources"});
  g.rule = l.word("rule", "how targets and sources are paired", kRules);
  if (!l.bound() || l.has("probability"))
    g.probability =
        l.number("probability",
                 {.doc = "of fixed_probability: that of each pair", .value = 0.0, .low = 0.0, .high = 1.0});
  if (!l.bound() || l.has("degree"))
    g.degree =
        l.integer("degree", {.doc = "of fixed_indegree: sources of each target; of fixed_outdegree: targets "
                                    "of each source",
                             .value = 0});
  g.seed = l.seed("seed", "of a random rule: the same seed, the same synapses, on every machine");
  g.multapses = l.boolean("multapses", "of a fixed degree: the same pair may be drawn more than once", false);
  g.self =
      l.boolean("self_connections",
                "a neuron may be connected to itself: source k (of a slice: first + k) to target k", true);
  g.indptr =
      l.tensor("indptr", {.doc = "CSR: where each target's sources begin, [out + 1]", .optional = true});
  g.indices = l.tensor("indices", {.doc = "CSR: sources, target by target", .optional = true});
  g.rows = l.tensor("rows", {.doc = "COO: the target of each synapse", .optional = true});
  g.cols = l.tensor("cols", {.doc = "COO: the source of each synapse", .optional = true});
  g.weight = l.synapse_values("weight", "of each synapse: a number, drawn, or beside a list one for each");
  g.delay = l.synapse_values("delay", "of each synapse, in steps (default 0)");
  g.delay_ms = l.synapse_values("delay_ms", "of each synapse, in ms");
  return g;
}

class Reader {
 public:
  Reader(LayerBuilder& l, const Given& g, std::size_t out, std::size_t in)
      : l_(l), g_(g), s_(std::make_shared<Synapses>()) {
    s_->out = out;
    s_->in = in;
  }

  std::shared_ptr<const Synapses> read() {
    if (!choose_form()) return nullptr;
    const bool paired = s_->rule == Rule::list ? read_list() : read_rule();
    if (!paired) return nullptr;
    if (!g_.weight) {
      l_.problem("", "'weight' is missing", "the weight of each synapse", "", "\"weight\": 0.1");
      return nullptr;
    }
    // Room for every synapse and every delay's row starts, before anything is drawn.
    s_->count = expected_synapses(*s_);
    if (s_->rule != Rule::list && !l_.reserve(s_->count)) return nullptr;
    const bool weights = read_weights(l_, g_.weight, *s_);
    if (!read_delays(l_, g_.delay, g_.delay_ms, *s_) || !weights) return nullptr;
    if (!l_.reserve(packing_of(*s_).row_starts())) return nullptr;
    s_->count = count_synapses(*s_);
    return s_;
  }

 private:
  bool choose_form() {
    const bool csr = g_.indptr || g_.indices, coo = g_.rows || g_.cols, rule = l_.has("rule");
    if (csr + coo + rule > 1) {
      l_.problem("", "the synapses are given in more than one way",
                 "\"rule\"; \"indptr\" and \"indices\"; or \"rows\" and \"cols\"");
      return false;
    }
    if (csr + coo + rule == 0) {
      l_.problem("", "nothing says which neurons are connected",
                 "\"rule\"; \"indptr\" and \"indices\"; or \"rows\" and \"cols\"", "",
                 "\"rule\": \"fixed_probability\", \"probability\": 0.1, \"seed\": 1");
      return false;
    }
    for (const auto& [one, other, has, has_other] : {std::tuple{"indptr", "indices", g_.indptr, g_.indices},
                                                     std::tuple{"rows", "cols", g_.rows, g_.cols}})
      if (!has != !has_other) {
        l_.problem("", "'" + std::string(has ? other : one) + "' is missing",
                   "'" + std::string(one) + "' and '" + other + "' together");
        return false;
      }
    if (rule && !g_.rule) return false;  // no known word: reported
    s_->rule = rule ? rule_of(*g_.rule) : Rule::list;
    return only_fields_that_count();
  }

  /// A field that another rule asks for would be read by nobody.
  bool only_fields_that_count() {
    const Rule r = s_->rule;
    const bool by_degree = r == Rule::fixed_indegree || r == Rule::fixed_outdegree;
    const bool random = by_degree || r == Rule::fixed_probability;
    const std::string here = g_.rule ? "with the rule '" + *g_.rule + "'" : "where synapses are listed";
    bool good = true;
    for (const auto& [field, counts, where] :
         {std::tuple{"probability", r == Rule::fixed_probability, "the rule 'fixed_probability'"},
          std::tuple{"degree", by_degree, "the rules 'fixed_indegree' and 'fixed_outdegree'"},
          std::tuple{"multapses", by_degree, "the rules 'fixed_indegree' and 'fixed_outdegree'"},
          std::tuple{"seed", random, "a random rule"},
          std::tuple{"self_connections", random || r == Rule::all_to_all,
                     "a random rule, or 'all_to_all'"}}) {
      if (counts || !l_.has(field)) continue;
      l_.problem(field, "'" + std::string(field) + "' means nothing " + here, where);
      good = false;
    }
    for (const auto& [field, counts] : {std::pair{"probability", r == Rule::fixed_probability},
                                        std::pair{"degree", by_degree}, std::pair{"seed", random}}) {
      if (!counts || l_.has(field)) continue;
      l_.problem("", "'" + std::string(field) + "' is missing", "a number, " + here);
      good = false;
    }
    return good && l_.healthy();
  }

  bool read_rule() {
    Synapses& s = *s_;
    s.seed = g_.seed.value_or(0);
    s.self = g_.self;
    s.first_in = l_.input_first();
    switch (s.rule) {
      case Rule::one_to_one:
        if (s.in == s.out) return true;
        l_.problem("shape", "'one_to_one' needs as many targets as sources", "",
                   to_string(Shape{s.out, s.in}));
        return false;
      case Rule::fixed_probability:
        s.probability = g_.probability.value_or(0);
        if (s.probability == 0 || s.probability >= kLeastProbability) return true;
        l_.problem("probability", "'probability' is out of range", "0, or 1e-12 to 1");
        return false;
      case Rule::fixed_indegree:
      case Rule::fixed_outdegree:
        return read_degree();
      default:
        return true;
    }
  }

  bool read_degree() {
    Synapses& s = *s_;
    s.degree = static_cast<std::size_t>(g_.degree.value_or(0));
    s.multapses = g_.multapses;
    const bool in = s.rule == Rule::fixed_indegree;
    const std::size_t others = in ? s.in : s.out;
    const std::size_t most = others - (s.self ? 0 : 1);
    if (s.multapses ? most > 0 || s.degree == 0 : s.degree <= most) return true;
    l_.problem(
        "degree", "there are not so many neurons to choose from",
        "at most " + std::to_string(s.multapses ? 0 : most) + (s.self ? "" : ", a neuron's own left out"),
        std::to_string(s.degree),
        s.multapses ? "" : "\"multapses\": true lets a pair be drawn more than once");
    return false;
  }

  bool read_list() { return g_.rows ? read_coo() : read_csr(); }

  /// Whole numbers in [0, most], in the order of the tensor.
  bool read_indices(const char* field, const Tensor& tensor, std::uint64_t most,
                    std::vector<std::uint32_t>& indices) {
    // Beyond this a float32 no longer tells neighbours apart.
    constexpr std::uint64_t kExact = std::uint64_t{1} << 24;
    if (tensor.shape.size() != 1) {
      l_.problem(field, "'" + std::string(field) + "' has the wrong shape", "one axis",
                 to_string(tensor.shape));
      return false;
    }
    if (most > kExact) {
      l_.limit(field, "'" + std::string(field) + "' may hold numbers that are too large to be listed",
               "at most 16777216", std::to_string(most), "a \"rule\" has no such limit");
      return false;
    }
    indices.reserve(tensor.values.size());
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const auto x = static_cast<double>(tensor.values[i]);
      if (x == std::floor(x) && x >= 0 && x <= static_cast<double>(most)) {
        indices.push_back(static_cast<std::uint32_t>(x));
        continue;
      }
      char text[32];
      std::snprintf(text, sizeof text, "%.9g", x);
      l_.problem(field, "'" + std::string(field) + "' holds a number that is not valid here",
                 "whole numbers from 0 to " + std::to_string(most),
                 std::string(text) + " at [" + std::to_string(i) + "]");
      return false;
    }
    return true;
  }

  bool read_coo() {
    if (g_.rows->shape != g_.cols->shape) {
      l_.problem("cols", "'rows' and 'cols' are not equally long", to_string(g_.rows->shape),
                 to_string(g_.cols->shape));
      return false;
    }
    return read_indices("rows", *g_.rows, s_->out - 1, s_->target) &&
           read_indices("cols", *g_.cols, s_->in - 1, s_->source) && l_.reserve(2 * s_->target.size());
  }

  bool read_csr() {
    if (g_.indptr->shape != Shape{s_->out + 1}) {
      l_.problem("indptr", "'indptr' has the wrong shape", to_string(Shape{s_->out + 1}),
                 to_string(g_.indptr->shape));
      return false;
    }
    const std::uint64_t synapses = g_.indices->values.size();
    std::vector<std::uint32_t> starts;
    if (!read_indices("indptr", *g_.indptr, synapses, starts) ||
        !read_indices("indices", *g_.indices, s_->in - 1, s_->source) || !l_.reserve(2 * synapses))
      return false;
    const auto falls = std::ranges::adjacent_find(starts, std::greater{});
    if (starts.front() != 0 || starts.back() != synapses || falls != starts.end()) {
      const bool ends = falls == starts.end();
      l_.problem("indptr", "'indptr' does not divide the indices",
                 "from 0 up to " + std::to_string(synapses) + ", never falling",
                 ends ? "from " + std::to_string(starts.front()) + " to " + std::to_string(starts.back())
                      : std::to_string(falls[1]) + " behind " + std::to_string(falls[0]));
      return false;
    }
    s_->target.reserve(synapses);
    for (std::uint32_t row = 0; row < s_->out; ++row) s_->target.resize(starts[row + 1], row);
    return true;
  }

  LayerBuilder& l_;
  const Given& g_;
  std::shared_ptr<Synapses> s_;
};

// y[out] = fma(weight, x[in], ...) over the synapses of `out`: the oldest values first, then by source, then
// in the order of the list; so a sparse layer without delays has the bits of the linear layer with zeros in
// it.
void build_sparse(LayerBuilder& l) {
  l.foreign("connections", "rule");
  l.foreign("data", "weight");
  l.foreign("row", "rows");
  l.foreign("col", "cols");
  l.foreign("p", "probability");
  l.foreign("indegree", "degree");
  l.foreign("outdegree", "degree");
  l.foreign("autapses", "self_connections");
  const Given given = read_fields(l);
  const Axis out = l.axis("out"), in = l.axis("in");
  if (!l.bound() || !given.shape) return;
  const auto& shape = *given.shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > kMost || shape[1] > kMost) {
    l.problem("shape", "'shape' is not [out, in]", "two numbers from 1 to " + std::to_string(kMost));
    return;
  }
  const auto targets = static_cast<std::size_t>(shape[0]), sources = static_cast<std::size_t>(shape[1]);
  l.fix(out, targets);
  l.fix(in, sources);
  l.input({in});
  const bool complete = l.healthy() && l.input_known();
  l.sparse(out, complete ? Reader(l, given, targets, sources).read() : nullptr);
}

}  // namespace

LayerKind sparse_layer() {
  return {.name = "sparse",
          .doc = "every output is a weighted sum over its synapses: a list, or a rule that is drawn",
          .build = build_sparse};
}

}  // namespace spikeloom
