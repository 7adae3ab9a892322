#include "lessons/course/case_text.hh"

#include <chrono>
#include <nlohmann/json.hpp>

namespace waymark::course {

using nlohmann::json;

// The library looks for these two functions of a type, so they stand beside the types.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CaseResult::Advice, misconception, because, read)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CaseResult::Failure, what, expected, seen)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CaseResult::Left, kind, what)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Finding, words, place, detail, cause, because, read, stops)

namespace {

// A list of one, or of none.
template <typename Value>
json as_list(const std::optional<Value>& value) {
    json list = json::array();
    if (value) list.push_back(*value);
    return list;
}

template <typename Value>
std::optional<Value> from_list(const json& list) {
    if (list.empty()) return std::nullopt;
    return list.front().get<Value>();
}

}  // namespace

std::string case_as_text(const CaseResult& result) {
    const json value = {{"name", result.name},
                        {"outcome", static_cast<int>(result.outcome)},
                        {"steps", result.steps},
                        {"failure", as_list(result.failure)},
                        {"finding", as_list(result.finding)},
                        {"ending", result.ending},
                        {"waits", result.waits},
                        {"left", result.left},
                        {"advice", result.advice},
                        {"or_else", result.or_else},
                        {"skipped_because", result.skipped_because},
                        {"printed", result.printed},
                        {"time", result.time.count()},
                        {"processor_time", result.processor_time.count()}};
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

CaseResult case_from_text(const std::string& text) {
    const json value = json::parse(text);
    CaseResult result;
    value.at("name").get_to(result.name);
    result.outcome = static_cast<CaseOutcome>(value.at("outcome").get<int>());
    value.at("steps").get_to(result.steps);
    result.failure = from_list<CaseResult::Failure>(value.at("failure"));
    result.finding = from_list<Finding>(value.at("finding"));
    value.at("ending").get_to(result.ending);
    value.at("waits").get_to(result.waits);
    value.at("left").get_to(result.left);
    value.at("advice").get_to(result.advice);
    value.at("or_else").get_to(result.or_else);
    value.at("skipped_because").get_to(result.skipped_because);
    value.at("printed").get_to(result.printed);
    result.time = std::chrono::milliseconds(value.at("time").get<long>());
    result.processor_time = std::chrono::milliseconds(value.at("processor_time").get<long>());
    return result;
}

}  // namespace waymark::course
