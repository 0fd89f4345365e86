// Every bad graph of cases/ gives exactly the text beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "graph/graph.h"
#include "model/build.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(SPIKELOOM_SOURCE_DIR) / "tests/errors";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder / "cases"))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Rule by case, from lines "NAME  the rule".
std::map<std::string, std::string> rules() {
  std::map<std::string, std::string> out;
  std::istringstream lines(read_file(kFolder / "rules.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t end = line.find(' ');
    const std::size_t begin = line.find_first_not_of(' ', end);
    EXPECT_NE(begin, std::string::npos) << "a case without its rule: " << line;
    EXPECT_TRUE(out.emplace(line.substr(0, end), line.substr(std::min(begin, line.size()))).second)
        << "twice: " << line;
  }
  return out;
}

/// What `check` does with a file. Run inside cases/, so that messages name the file alone.
Error check(const std::string& name) {
  Report report;
  const std::unique_ptr<Graph> graph = read_graph_file(name + ".json", {}, report);
  if (graph) build_model(*graph, {}, report);
  return report.error();
}

std::string text_of(const Error& error) {
  const bool failed = std::ranges::any_of(
      error.diagnostics, [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
  return error.text() + "\nexit code " + std::to_string(failed ? static_cast<int>(error.kind()) : 0) + "\n";
}

class Errors : public testing::Test {
 protected:
  void SetUp() override {
    before_ = fs::current_path();
    fs::current_path(kFolder / "cases");
  }
  void TearDown() override { fs::current_path(before_); }

 private:
  fs::path before_;
};

TEST_F(Errors, EveryCaseSaysExactlyWhatIsWritten) {
  const bool bless = std::getenv("SPIKELOOM_BLESS") != nullptr;
  ASSERT_FALSE(case_names().empty());
  for (const std::string& name : case_names()) {
    const std::string got = text_of(check(name));
    if (bless) std::ofstream(name + ".txt", std::ios::binary) << got;
    EXPECT_TRUE(fs::exists(name + ".txt")) << name << " has no expected text";
    EXPECT_EQ(got, read_file(name + ".txt")) << "in " << name << ".json";
  }
}

TEST_F(Errors, EveryCaseReportsSomething) {
  for (const std::string& name : case_names()) EXPECT_FALSE(check(name).diagnostics.empty()) << name;
}

TEST_F(Errors, EveryRuleHasACaseAndEveryCaseARule) {
  const std::vector<std::string> names = case_names();
  const std::set<std::string> cases(names.begin(), names.end());
  const std::map<std::string, std::string> listed = rules();
  for (const auto& [name, rule] : listed) EXPECT_TRUE(cases.contains(name)) << "no case for: " << rule;
  for (const std::string& name : cases) EXPECT_TRUE(listed.contains(name)) << name << " is not in rules.txt";
}

TEST_F(Errors, NoTextIsLeftWithoutItsCase) {
  for (const auto& entry : fs::directory_iterator(".")) {
    if (entry.path().extension() != ".txt") continue;
    EXPECT_TRUE(fs::exists(fs::path(entry.path()).replace_extension(".json"))) << entry.path();
  }
}

TEST_F(Errors, OneFileWithEveryMistakeReportsThemAll) {
  // No mistake may hide another: as many errors as the file has lines that say they are wrong.
  const std::string text = read_file("everything.json");
  std::size_t wrong = 0;
  for (std::size_t at = text.find("wrong:"); at != std::string::npos; at = text.find("wrong:", at + 1))
    ++wrong;
  EXPECT_GT(wrong, 20u);
  EXPECT_EQ(check("everything").diagnostics.size(), wrong);
}

}  // namespace

/// The table of diagnostics: each message once, with its rule and the first case that shows it.
void write_table(const fs::path& path) {
  fs::current_path(kFolder / "cases");
  const std::map<std::string, std::string> listed = rules();
  const auto cell = [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '|') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    return out;
  };
  std::ofstream out(path);
  out << "# Diagnostics\n\nWritten by the build from `tests/errors`. "
         "Texts in quotes stand for whatever the file holds.\n\n"
         "| message | hint | rule | exit code | case |\n|---|---|---|---|---|\n";
  std::set<std::string> seen;
  for (const std::string& name : case_names())
    for (const Diagnostic& d : check(name).diagnostics) {
      if (!seen.insert(d.what).second) continue;
      const auto rule = listed.find(name);
      const int code = d.severity == Diagnostic::Severity::error ? static_cast<int>(d.kind) : 0;
      out << "| " << cell(d.what) << " | " << cell(d.hint) << " | "
          << (rule == listed.end() ? "" : cell(rule->second)) << " | " << code << " | " << name << " |\n";
    }
}

}  // namespace spikeloom

int main(int count, char** arguments) {
  const std::string_view first = count > 1 ? arguments[1] : "";
  if (first.starts_with("--table=")) {
    spikeloom::write_table(first.substr(8));
    return 0;
  }
  testing::InitGoogleTest(&count, arguments);
  return RUN_ALL_TESTS();
}
