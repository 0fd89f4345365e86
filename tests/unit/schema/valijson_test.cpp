// The schema read by someone else's validator, valijson: it agrees with ours, and with the loader as far as a
// schema can. Which of the bad graphs of tests/errors an editor finds by the schema is written beside them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "schema/schema.h"
#include "unit/model/networks.h"
#include "unit/schema/accepts.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Valijson {
 public:
  Valijson() : text_(Json::parse(json_schema())) {
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter(text_), schema_);
  }
  bool accepts(const Json& graph) const {
    valijson::Validator validator;
    return validator.validate(schema_, Adapter(graph), nullptr);
  }

 private:
  Json text_;
  valijson::Schema schema_;
};

bool loader_accepts(const std::string& text, const fs::path& folder) {
  Report report;
  const auto graph = read_graph(text, "net.json", folder, {}, report);
  return graph && build_model(*graph, {}, report).has_value();
}

const fs::path kErrors = fs::path(SPIKELOOM_SOURCE_DIR) / "tests" / "errors";

TEST(Valijson, AcceptsEveryGraphThatShips) {
  const Valijson valijson;
  std::size_t graphs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SPIKELOOM_SOURCE_DIR) / "graphs")) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "schema.json") continue;
    const Json content = Json::parse(read(entry.path()), nullptr, false);
    if (!content.is_object() || !content.contains("spikeloom")) continue;
    ++graphs;
    EXPECT_TRUE(valijson.accepts(content)) << entry.path();
  }
  EXPECT_GE(graphs, 15u);
}

TEST(Valijson, FindsWhatIsWrittenBesideTheBadGraphs) {
  const Valijson valijson;
  const auto schema = nlohmann::ordered_json::parse(json_schema());
  const SchemaCheck ours(schema);
  std::ostringstream found;
  found << "# Who finds what is wrong with a case: the schema, in an editor, or only the loader. Warnings "
           "are no "
           "errors.\n";
  std::map<std::string, std::string> cases;
  std::size_t by_schema = 0;
  for (const auto& entry : fs::directory_iterator(kErrors / "cases")) {
    if (entry.path().extension() != ".json") continue;
    const std::string text = read(entry.path());
    const Json content = Json::parse(text, nullptr, false);
    const bool is_json = !content.is_discarded();
    const bool fits = is_json && valijson.accepts(content);
    const bool loads = loader_accepts(text, kErrors / "cases");
    // valijson counts to 2^63 - 1, where a seed may be twice that: it finds what is too large for us as well.
    if (is_json && entry.path().stem() != "seed_too_large") {
      EXPECT_EQ(fits, ours.accepts(nlohmann::ordered_json::parse(text))) << entry.path();
      EXPECT_TRUE(fits || !loads) << entry.path() << ": the schema refuses what the loader accepts";
    }
    cases[entry.path().stem()] = loads ? "none" : !is_json ? "no JSON" : fits ? "loader" : "schema";
    by_schema += loads || fits ? 0 : 1;
  }
  for (const auto& [name, who] : cases)
    found << name << std::string(28 - std::min<std::size_t>(name.size(), 27), ' ') << who << "\n";
  EXPECT_GE(by_schema, 30u);
  const fs::path file = kErrors / "found_by.txt";
  if (const char* bless = std::getenv("SPIKELOOM_BLESS"); bless && *bless) std::ofstream(file) << found.str();
  EXPECT_EQ(read(file), found.str()) << "run: SPIKELOOM_BLESS=1 test_unit_schema";
}

}  // namespace
}  // namespace spikeloom
