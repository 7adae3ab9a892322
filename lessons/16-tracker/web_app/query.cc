#include "web_app/query.hh"

#include <fmt/format.h>

#include <charconv>

namespace waymark::tracker {

using net::http::FormField;
using net::http::FormReader;

Query::Query(std::string_view encoded) {
    scratch_.reserve(encoded.size());
    FormReader reader(encoded, scratch_, kMostFields);
    FormField field;
    FormReader::Result result = reader.next(field);
    for (; result == FormReader::Result::field; result = reader.next(field))
        fields_.push_back(field);
    if (result == FormReader::Result::malformed) refuse("the query has a broken escape");
    if (result == FormReader::Result::too_many) refuse("the query has too many parameters");
}

std::optional<std::string_view> Query::find(std::string_view name) const {
    for (const FormField& field : fields_)
        if (field.name == name) return field.value;
    return std::nullopt;
}

std::int64_t Query::number(std::string_view name, std::int64_t least, std::int64_t most) {
    const std::optional<std::string_view> text = find(name);
    if (!text) {
        refuse(fmt::format("the parameter '{}' is missing", name));
        return least;
    }
    std::int64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, number);
    if (error == std::errc() && stopped == end && number >= least && number <= most) return number;
    refuse(
        fmt::format("the parameter '{}' must be a whole number from {} to {}", name, least, most));
    return least;
}

std::int64_t Query::number_or(std::string_view name, std::int64_t least, std::int64_t most,
                              std::int64_t otherwise) {
    return find(name) ? number(name, least, most) : otherwise;
}

double Query::decimal(std::string_view name, double least, double most) {
    const std::optional<std::string_view> text = find(name);
    if (!text) {
        refuse(fmt::format("the parameter '{}' is missing", name));
        return least;
    }
    double number = 0;
    const char* const end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, number);
    // A comparison with NaN is false.
    if (error == std::errc() && stopped == end && number >= least && number <= most) return number;
    refuse(fmt::format("the parameter '{}' must be a number from {} to {}", name, least, most));
    return least;
}

void Query::refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
}

}  // namespace waymark::tracker
