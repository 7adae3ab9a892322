// Numbered pieces of work, shared out among a few processes. Processes and not threads: whoever
// judges a case takes all its descendants for the learner's (case_run.hh), so two cases can run
// beside each other only under two judges. And a judge that waits for a hang to stand still leaves
// the processor to the other.
//
// What they give comes over pipes: a file could be written by the program that is judged, too.

#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace waymark::course {

enum class GoOn { yes, no };

// Calls `work` for 0, 1 ... `pieces` - 1 in `processes` forked processes, each piece once, and
// `done` here with what each gave, in the order of the numbers, until `done` says no: then the
// others are ended, with all that they have started, and what they have left in their folder for
// temporary files (TMPDIR) goes, too. What `work` changes in memory stays in its process. Throws
// std::runtime_error after the last call if a piece was not done, because its process ended; what
// that process had to say is on stderr.
void share_out(std::size_t pieces, std::size_t processes,
               const std::function<std::string(std::size_t)>& work,
               const std::function<GoOn(const std::string&)>& done);

}  // namespace waymark::course
