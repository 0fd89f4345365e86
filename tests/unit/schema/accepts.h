// Does a JSON value fit a schema? Knows the keywords that our schema uses, and fails on any other.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace spikeloom {

class SchemaCheck {
 public:
  using Json = nlohmann::ordered_json;
  explicit SchemaCheck(const Json& root) : root_(root) {}

  bool accepts(const Json& value) const { return fits(root_, value); }

 private:
  static bool is_type(const std::string& type, const Json& v) {
    if (type == "object") return v.is_object();
    if (type == "array") return v.is_array();
    if (type == "string") return v.is_string();
    if (type == "boolean") return v.is_boolean();
    if (type == "null") return v.is_null();
    if (type == "number") return v.is_number();
    if (type == "integer")
      return v.is_number_integer() || (v.is_number() && v.get<double>() == std::floor(v.get<double>()));
    ADD_FAILURE() << "type " << type;
    return false;
  }

  template <class Test>
  static std::size_t count(const Json& schemas, Test&& test) {
    std::size_t n = 0;
    for (const Json& s : schemas) n += test(s) ? 1u : 0u;
    return n;
  }

  bool fits(const Json& schema, const Json& v) const {
    for (const auto& [key, rule] : schema.items())
      if (!fits(schema, key, rule, v)) return false;
    return true;
  }

  bool fits(const Json& schema, const std::string& key, const Json& rule, const Json& v) const {
    const auto sub = [&](const Json& s) { return fits(s, v); };
    if (key == "$ref") return fits(root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), v);
    if (key == "allOf") return count(rule, sub) == rule.size();
    if (key == "anyOf") return count(rule, sub) > 0;
    if (key == "oneOf") return count(rule, sub) == 1;
    if (key == "not") return !sub(rule);
    if (key == "if") return !sub(rule) || sub(schema.at("then"));
    if (key == "const") return v == rule;
    if (key == "enum") return std::find(rule.begin(), rule.end(), v) != rule.end();
    if (key == "type") {
      if (rule.is_string()) return is_type(rule, v);
      return count(rule, [&](const Json& t) { return is_type(t, v); }) > 0;
    }
    if (key == "minimum") return !v.is_number() || v.get<double>() >= rule.get<double>();
    if (key == "maximum") return !v.is_number() || v.get<double>() <= rule.get<double>();
    if (key == "exclusiveMinimum") return !v.is_number() || v.get<double>() > rule.get<double>();
    if (key == "minLength") return !v.is_string() || v.get<std::string>().size() >= rule;
    if (key == "pattern")
      return !v.is_string() || std::regex_search(v.get<std::string>(), std::regex(rule.get<std::string>()));
    if (key == "minItems") return !v.is_array() || v.size() >= rule;
    if (key == "maxItems") return !v.is_array() || v.size() <= rule;
    if (key == "items")
      return !v.is_array() || count(v, [&](const Json& i) { return fits(rule, i); }) == v.size();
    if (key == "minProperties") return !v.is_object() || v.size() >= rule;
    if (key == "maxProperties") return !v.is_object() || v.size() <= rule;
    if (key == "required")
      return !v.is_object() ||
             count(rule, [&](const Json& k) { return v.contains(k.get<std::string>()); }) == rule.size();
    if (key == "propertyNames" || key == "properties" || key == "additionalProperties") {
      if (!v.is_object()) return true;
      for (const auto& [name, member] : v.items()) {
        const bool known = schema.contains("properties") && schema["properties"].contains(name);
        if (key == "propertyNames" && !fits(rule, Json(name))) return false;
        if (key == "properties" && known && !fits(rule[name], member)) return false;
        if (key == "additionalProperties" && !known &&
            (rule.is_boolean() ? !rule.get<bool>() : !fits(rule, member)))
          return false;
      }
      return true;
    }
    if (key == "then" || key == "$schema" || key == "title" || key == "description" || key == "default" ||
        key == "definitions")
      return true;
    ADD_FAILURE() << "keyword " << key;
    return false;
  }

  const Json& root_;
};

}  // namespace spikeloom
