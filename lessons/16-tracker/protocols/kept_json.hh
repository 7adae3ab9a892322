// What quarantine keeps of a record that came as JSON: the record, written anew without what named
// the device (protocols/secrets.hh), so that it can be decoded again. Of one that is too long it
// keeps the members that decide.

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// `record` is one JSON value as it stands in the message; `decides` says whether a member of this
// name, at any depth, is kept of a record that would be longer than kMaximumRaw. What is nested
// deeper than 16 is left out, and so is what gives `named_by` away.
std::string kept_json(std::string_view record, std::string_view named_by,
                      bool (*decides)(std::string_view name));

}  // namespace waymark::tracker
