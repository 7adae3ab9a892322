// JSON that phones write and no parser takes: numbers that no double holds (1e999), NaN and
// Infinity, half a pair of surrogates, bytes that are not UTF-8, control characters in a text. One
// such value in one point of a batch must not cost the batch, which the phone would send for ever.

#pragma once

#include <string>
#include <string_view>

namespace waymark::tracker {

// The same text with a bare word that is no JSON value as a string ("1e999"), and with texts that
// are as RFC 8259 wants them: what stands for no letter becomes U+FFFD. What is wrong with brackets
// and commas stays wrong, and so does a text that was cut off.
std::string mended_json(std::string_view text);

}  // namespace waymark::tracker
