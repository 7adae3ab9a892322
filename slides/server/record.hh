// Runs demos as a slide does, and writes what they print. The transcripts stand in the PDF and in
// the handout, and on a slide when a run is impossible: a live demo can fail on stage.

#pragma once

#include <string>

#include "slides/server/options.hh"
#include "slides/server/run_plan.hh"

namespace waymark::slides {

// What one run printed, until all of its processes ended or its time was up, and in a last line in
// brackets how it ended. Throws std::system_error.
std::string transcript_of(const RunPlan& plan);

// Writes INTO/LESSON/DEMO.txt for every demo, or for those of one lesson. Returns the exit code.
int record_transcripts(const Options& options);

}  // namespace waymark::slides
