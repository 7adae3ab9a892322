// Runs demos as a slide does, and writes what they print and all events. The transcripts stand in
// the handout; the events are what the PDF shows, and a slide when a run is impossible: a live demo
// can fail on stage.

#pragma once

#include <string>

#include "slides/server/options.hh"
#include "slides/server/run_html.hh"
#include "slides/server/run_plan.hh"

namespace waymark::slides {

// A run until all of its processes ended or its time was up. `transcript` is what it printed, and
// in a last line in brackets how it ended; `events` are all that its keeper told, as JSON, a line
// each: {"name": "fork", "at": 12, ...}. Throws std::system_error.
Recording record_run(const RunPlan& plan);

// Writes INTO/LESSON/DEMO.txt and DEMO.jsonl for every demo, or for those of one lesson. Facts are
// recorded that the demo's slide shows. Returns the exit code.
int record_transcripts(const Options& options);

}  // namespace waymark::slides
