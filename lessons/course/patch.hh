// Changes to a text, written as the hunks of a unified diff (diff(1), "Unified Format"), so that a
// program that differs from another in two lines is two lines and not a second copy:
//
//     @@
//      what stays, to find the place
//     -what goes
//     +what comes
//
// There are no line numbers behind the @@: they would be wrong after the next change above. A hunk
// belongs where its old lines stand. Refused is a hunk whose old lines stand nowhere or more than
// once, because it would change something else than its author saw, and one that changes nothing.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace waymark::course {

// Names the line of the patch and what is wrong there.
class PatchError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The text with all hunks of `patch` done to it. What stands before the first @@ is not looked at.
// The hunks are in the order of the text and do not overlap. Throws PatchError.
std::string apply_patch(std::string_view text, std::string_view patch);

}  // namespace waymark::course
