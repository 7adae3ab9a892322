#include "net/http/preconditions.hh"

#include <optional>

#include "net/http/date.hh"
#include "net/http/grammar.hh"

namespace waymark::net::http {

namespace {

enum class Comparison { strong, weak };

// Takes an entity tag off the front of a list: [ "W/" ] DQUOTE *etagc DQUOTE. There may be commas
// inside, so the list cannot be cut at commas.
std::optional<std::string_view> next_tag(std::string_view& list) {
    const std::size_t begin = list.find_first_not_of(", \t");
    if (begin == list.npos) return std::nullopt;
    list.remove_prefix(begin);
    const std::size_t open = list.starts_with("W/") ? 2 : 0;
    if (open >= list.size() || list[open] != '"') return std::nullopt;
    const std::size_t close = list.find('"', open + 1);
    if (close == list.npos) return std::nullopt;
    const std::string_view tag = list.substr(0, close + 1);
    list.remove_prefix(close + 1);
    return tag;
}

bool same_tag(std::string_view tag, std::string_view ours, Comparison comparison) {
    if (comparison == Comparison::weak && tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == ours;
}

// All fields of that name make up one list.
bool any_tag_matches(const Request& request, std::string_view name, std::string_view ours,
                     Comparison comparison) {
    for (const Field& field : request.fields) {
        if (!same_name(field.name, name)) continue;
        std::string_view list = field.value;
        if (list == "*") return true;
        while (const auto tag = next_tag(list))
            if (same_tag(*tag, ours, comparison)) return true;
    }
    return false;
}

std::optional<std::time_t> date_field(const Request& request, std::string_view name) {
    const std::optional<std::string_view> value = request.field(name);
    return value ? parse_date(*value) : std::nullopt;
}

}  // namespace

PreconditionResult weigh_preconditions(const Request& request, const Validators& document) {
    if (request.field("If-Match")) {
        if (!any_tag_matches(request, "If-Match", document.entity_tag, Comparison::strong))
            return PreconditionResult::failed;
    } else if (const auto date = date_field(request, "If-Unmodified-Since")) {
        if (document.last_modified > *date) return PreconditionResult::failed;
    }
    if (request.field("If-None-Match")) {
        return any_tag_matches(request, "If-None-Match", document.entity_tag, Comparison::weak)
                   ? PreconditionResult::not_modified
                   : PreconditionResult::send;
    }
    if (const auto date = date_field(request, "If-Modified-Since"))
        if (document.last_modified <= *date) return PreconditionResult::not_modified;
    return PreconditionResult::send;
}

bool range_applies(const Request& request, const Validators& document) {
    const std::optional<std::string_view> value = request.field("If-Range");
    if (!value) return true;
    return same_tag(*value, document.entity_tag, Comparison::strong);
}

}  // namespace waymark::net::http
