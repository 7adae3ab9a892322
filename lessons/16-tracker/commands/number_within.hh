// A number within bounds, for options. CLI::Range and CLI::PositiveNumber let "nan" through, which
// is neither less nor more than anything; and a time that is made of it is any time.

#pragma once

#include <fmt/core.h>

#include <CLI/App.hpp>
#include <string>

#include "protocols/number.hh"

namespace waymark::tracker {

inline CLI::Validator number_within(double low, double high) {
    const std::string bounds = fmt::format("[{} - {}]", low, high);
    return {[low, high, bounds](std::string& text) {
                const Number number = parse_number(text);
                const bool is_within =
                    number.kind == NumberKind::value && number.value >= low && number.value <= high;
                return is_within ? std::string() : fmt::format("{} is not in {}", text, bounds);
            },
            "FLOAT in " + bounds};
}

}  // namespace waymark::tracker
