// What a case has left behind that its own process does not see: processes, which come to the
// runner when their parents are gone, and files.

#pragma once

#include <filesystem>
#include <vector>

#include "lessons/course/case_result.hh"

namespace waymark::course {

// Processes that do the same are one entry, with their numbers: fifty orphans are one mistake.
void look_for_processes(std::vector<CaseResult::Left>& left);
void look_for_files(const std::filesystem::path& folder, std::vector<CaseResult::Left>& left);

}  // namespace waymark::course
