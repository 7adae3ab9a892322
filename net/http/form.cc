#include "net/http/form.hh"

#include <optional>

#include "net/http/url.hh"

namespace waymark::net::http {

FormReader::FormReader(std::string_view encoded, std::string& scratch, std::size_t most_fields)
    : rest_(encoded), scratch_(scratch), fields_left_(most_fields) {
    scratch_.clear();
    // Room for all of it at once: views into the scratch must not move when it grows.
    // One search for each: find_first_of() would make a call for every byte.
    if (encoded.find('%') != encoded.npos || encoded.find('+') != encoded.npos)
        scratch_.reserve(encoded.size());
}

FormReader::Result FormReader::end_with(Result result) {
    ended_ = result;
    return result;
}

FormReader::Result FormReader::next(FormField& field) {
    if (ended_ != Result::field) return ended_;
    while (!rest_.empty()) {
        const std::size_t ampersand = rest_.find('&');
        const std::string_view pair = rest_.substr(0, ampersand);
        rest_.remove_prefix(ampersand == rest_.npos ? rest_.size() : ampersand + 1);
        if (pair.empty()) continue;
        if (fields_left_ == 0) return end_with(Result::too_many);
        --fields_left_;

        const std::size_t equals = pair.find('=');
        const auto name = percent_decode(pair.substr(0, equals), scratch_, Plus::space);
        field = {name.value_or(pair.substr(0, equals)), {}};
        if (!name) return end_with(Result::malformed);
        const std::string_view encoded_value =
            equals == pair.npos ? std::string_view() : pair.substr(equals + 1);
        const auto value = percent_decode(encoded_value, scratch_, Plus::space);
        if (!value) return end_with(Result::malformed);
        field.value = *value;
        return Result::field;
    }
    return end_with(Result::end);
}

}  // namespace waymark::net::http
