// A fix as a message that says it: the form of traccar.org/osmand, which Traccar, this server
// (protocols/traccar) and others read. For sending fixes on to another server: what we read of it
// there is the fix that it was made of, but for whom it came from (Fix::source).

#pragma once

#include <string>
#include <string_view>

#include "fix.hh"

namespace waymark::tracker {

// For a POST of type application/x-www-form-urlencoded to "/". `identifier` is what the other
// server knows the device by. What a phone has said beyond a place goes along as far as a form can
// say it: texts and numbers, at most 40 of them, and none under a name that means something else in
// such a form.
std::string traccar_form(std::string_view identifier, const Fix& fix);

inline constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

}  // namespace waymark::tracker
