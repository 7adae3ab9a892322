// The pane in which a demo runs: buttons, output, the tree of its processes, an input line and a
// client where the demo has them; and the recorded transcript, for paper and for the case that a
// run is impossible. It is whole without any script; slides/web/run-pane.js brings it to life.

#pragma once

#include <string>
#include <string_view>

#include "slides/server/manifest.hh"

namespace waymark::slides {

// `transcript` is "" when none is recorded.
std::string run_html(const LessonEntry& lesson, const DemoEntry& demo, std::string_view transcript);

// For pages that do not run anything: what to type, and what then comes.
std::string transcript_html(const LessonEntry& lesson, const DemoEntry& demo,
                            std::string_view transcript);

// The terminal's colour codes taken out, for paper.
std::string without_colours(std::string_view terminal_text);

}  // namespace waymark::slides
