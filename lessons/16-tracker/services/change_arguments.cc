#include "services/change_arguments.hh"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/error.hh"

namespace waymark::tracker {

using daemon::UsageError;
using nlohmann::json;

struct ChangeArguments::Members {
    json object;
    std::set<std::string, std::less<>> asked;

    const json& at(std::string_view name);
};

namespace {

// The parser keeps the last of two members of one name, and silently.
json parse_object(std::string_view text) {
    std::vector<std::set<std::string>> names;
    bool repeats = false;
    const json::parser_callback_t watch = [&](int, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::object_start) names.emplace_back();
        if (event == json::parse_event_t::object_end) names.pop_back();
        if (event == json::parse_event_t::key)
            repeats |= !names.back().insert(value.get<std::string>()).second;
        return true;
    };
    json object = json::parse(text, watch, false);
    if (!object.is_object()) throw UsageError("the request must be one JSON object");
    if (repeats) throw UsageError("the request has a name twice");
    return object;
}

}  // namespace

const json& ChangeArguments::Members::at(std::string_view name) {
    asked.emplace(name);
    const auto found = object.find(std::string(name));
    if (found == object.end() || found->is_null())
        throw UsageError(fmt::format("'{}' is missing", name));
    return *found;
}

ChangeArguments::ChangeArguments(std::string_view text) : members_(std::make_unique<Members>()) {
    members_->object = parse_object(text);
}

ChangeArguments::~ChangeArguments() = default;

std::int64_t ChangeArguments::number(std::string_view name, std::int64_t least, std::int64_t most) {
    const json& value = members_->at(name);
    // What is above the largest signed number is kept as an unsigned one.
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
    const std::int64_t number = fits ? value.get<std::int64_t>() : 0;
    if (!fits || number < least || number > most)
        throw UsageError(
            fmt::format("'{}' must be a whole number from {} to {}", name, least, most));
    return number;
}

DeviceNumber ChangeArguments::device(std::string_view name) {
    return static_cast<DeviceNumber>(number(name, 1, std::numeric_limits<DeviceNumber>::max()));
}

double ChangeArguments::real(std::string_view name, double least, double most) {
    const json& value = members_->at(name);
    const double number = value.is_number() ? value.get<double>() : least - 1;
    if (!(number >= least && number <= most))
        throw UsageError(fmt::format("'{}' must be a number from {} to {}", name, least, most));
    return number;
}

std::string ChangeArguments::text(std::string_view name) {
    const json& value = members_->at(name);
    if (!value.is_string()) throw UsageError(fmt::format("'{}' must be a text", name));
    return value.get<std::string>();
}

bool ChangeArguments::flag(std::string_view name) {
    const json& value = members_->at(name);
    if (!value.is_boolean()) throw UsageError(fmt::format("'{}' must be true or false", name));
    return value.get<bool>();
}

std::vector<std::string> ChangeArguments::texts(std::string_view name) {
    const json& value = members_->at(name);
    bool are_texts = value.is_array();
    for (const json& element : value) are_texts = are_texts && element.is_string();
    if (!are_texts) throw UsageError(fmt::format("'{}' must be a list of texts", name));
    return value.get<std::vector<std::string>>();
}

std::vector<std::pair<double, double>> ChangeArguments::pairs(std::string_view name) {
    const json& value = members_->at(name);
    const auto is_pair = [](const json& each) {
        return each.is_array() && each.size() == 2 && each[0].is_number() && each[1].is_number();
    };
    if (!value.is_array() || value.size() > kMostPairs ||
        !std::all_of(value.begin(), value.end(), is_pair))
        throw UsageError(
            fmt::format("'{}' must be a list of at most {} pairs of numbers", name, kMostPairs));
    std::vector<std::pair<double, double>> pairs;
    for (const json& each : value) pairs.emplace_back(each[0].get<double>(), each[1].get<double>());
    return pairs;
}

bool ChangeArguments::has(std::string_view name) {
    members_->asked.emplace(name);
    const auto found = members_->object.find(std::string(name));
    return found != members_->object.end() && !found->is_null();
}

void ChangeArguments::end() const {
    for (const auto& member : members_->object.items())
        if (!members_->asked.contains(member.key()))
            throw UsageError(fmt::format("'{}' is not known here", member.key()));
}

}  // namespace waymark::tracker
