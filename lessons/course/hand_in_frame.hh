// A frame for the sequence diagram on a demo's slide (slides/README.md, "Frames").
//
// What is handed in was seen on a network: a picture that the demo makes up would teach what the
// demo believes.

#pragma once

#include <string>

#include "lessons/course/hand_in_inbox.hh"

namespace waymark::demo {

enum class Frame { arrived, lost };

// `from` and `to` without blanks; `what` in a few words. The slide takes 500 frames of a run.
inline void hand_in_frame(const std::string& from, const std::string& to, const std::string& what,
                          Frame frame = Frame::arrived) {
    hand_in("WAYMARK_FRAMES", from + (frame == Frame::lost ? " x " : " > ") + to + " " + what);
}

}  // namespace waymark::demo
