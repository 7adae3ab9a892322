// The pane in which a demo runs: buttons, output, the tree of its processes, an input line and a
// client where the demo has them, the way through its events; and the recording, for paper and for
// the case that a run is impossible. It is whole without any script; slides/web/run-pane.js brings
// it to life.

#pragma once

#include <string>
#include <string_view>

#include "slides/server/deck.hh"
#include "slides/server/manifest.hh"

namespace waymark::slides {

// What was recorded of a demo; "" where nothing was.
struct Recording {
    std::string transcript;  // what it printed, for people
    std::string events;      // the stream of the run, an event a line (slides/server/record)
    // In a learner's copy a demo may stand on what is still to be written. Then its run ends
    // otherwise than the recorded one, and the recording is shown.
    bool is_learners_copy = false;
};

// `settings` are those of the run block: `show` names kinds of facts (slides/server/process_facts),
// `roles` what the program, its children and theirs are called, `ends` the two sides of a connection.
// Others are passed over here.
std::string run_html(const LessonEntry& lesson, const DemoEntry& demo,
                     const RunSettings& settings, const Recording& recording);

// For pages that do not run anything: what to type, and what then comes.
std::string transcript_html(const LessonEntry& lesson, const DemoEntry& demo,
                            std::string_view transcript);

// For who is to think before it runs: what is run, the question and the choices of the run block,
// and room for an answer; nothing of what then comes.
std::string prediction_html(const LessonEntry& lesson, const DemoEntry& demo,
                            const RunSettings& settings);

// The terminal's colour codes taken out, for paper.
std::string without_colours(std::string_view terminal_text);

}  // namespace waymark::slides
