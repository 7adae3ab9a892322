// What a server is under at this moment, for the pane on a demo's slide that draws it
// (slides/README.md, "Load").
//
// What is handed in was counted and measured: a picture that the demo makes up would teach what the
// demo believes.

#pragma once

#include <optional>
#include <string>

#include "lessons/course/hand_in_inbox.hh"

namespace waymark::demo {

struct Load {
    unsigned inside = 0;                 // connections
    std::optional<unsigned> limit = {};  // the most that may be inside, if there is one
    unsigned waiting = 0;                // in the listener's queue
    unsigned refused = 0;                // since the demo began
    std::optional<unsigned> answer_us =
        {};  // microseconds a good client waited; none: it still does
};

// The slide takes 500 of a run.
inline void hand_in_load(const Load& load) {
    const auto text = [](std::optional<unsigned> number) {
        return number ? std::to_string(*number) : std::string("-");
    };
    hand_in("WAYMARK_LOAD", "inside " + std::to_string(load.inside) + " of " + text(load.limit) +
                                " waiting " + std::to_string(load.waiting) + " refused " +
                                std::to_string(load.refused) + " answer " + text(load.answer_us));
}

}  // namespace waymark::demo
