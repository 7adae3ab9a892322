// Text that a stranger's program had a part in, made fit for a report: valid UTF-8 (RFC 3629), no
// control characters but tab and newline, none of the code points that XML 1.0 forbids
// (section 2.2, Char), and of bounded length. What is taken out is shown, never dropped in silence:
// a byte that is no text becomes \xff, what is too much becomes a line that says how much it was.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::course {

inline constexpr std::size_t kMostReportText = 8192;

std::string clean_text(std::string_view text, std::size_t most = kMostReportText);

}  // namespace waymark::course
