// What a sanitizer, an assertion or the C++ runtime printed when a program died, in plain words and
// with the learner's line. Their reports are right and long; somebody who reads one for the first
// time needs to know what happened and where, and then the rest.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace waymark::course {

struct Finding {
    std::string words;  // "the program used memory after it was freed"
    std::string
        place;  // "children.cc:41, in Children::reap()"; empty if none of the files is named
    std::string detail;  // the report's own first line, without addresses
    // What it means, for who has never seen one; empty where the words say all.
    std::string cause;
    std::string because;
    std::string read;
    // The sanitizer ended the process at this line. (A leak is told at the end, and an exception may
    // be what a test has waited for.)
    bool stops = false;
};

// The first finding in `report`, where `files` (their last part) are the learner's. Nothing if
// there is none.
std::optional<Finding> find_finding(std::string_view report, const std::string& folder);

// The first line of a stack that is in one of those files, as Finding::place; empty if none is.
std::string learners_line(std::string_view stack, const std::string& folder);

}  // namespace waymark::course
