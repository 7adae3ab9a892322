// What became of a case, as text: for a judge that is a process of its own, and hands it on.

#pragma once

#include <string>

#include "lessons/course/case_result.hh"

namespace waymark::course {

// Bytes that are no UTF-8 become U+FFFD; all else comes back as it was.
std::string case_as_text(const CaseResult& result);

// Of what the other gave, and of nothing else.
CaseResult case_from_text(const std::string& text);

}  // namespace waymark::course
