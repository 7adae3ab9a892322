// What /proc says of one process (proc(5)), as it goes into a run's stream. Some facts are always
// told: pid, parent, state, command, how many threads, and of a zombie how it ended. Others cost
// time and room on the slide, so the slide chooses them: `show: signals, session` in its run block.
//
// A further kind of facts is a function and a line in the table in process_facts.cc, and a module
// with the same name in slides/web/facts.js, which draws it. "sockets", "frames" and "load" are no
// facts of one process, and have panes and events of their own (socket_watch.hh, frame_inbox.hh,
// load_inbox.hh).

#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "lessons/course/process_tree.hh"

namespace waymark::slides {

struct FactKind {
    std::string_view name;
    void (*add)(pid_t pid, nlohmann::json& facts);  // null: others tell it
};
using ShownFacts = std::vector<const FactKind*>;

// "signals, session": the kinds that are named so. Throws UsageError for a word that names none.
ShownFacts parse_shown_facts(std::string_view words);

// Whether the kind of that name is among them.
bool shows(const ShownFacts& shown, std::string_view name);

// What is known of it, with the members of the kinds that are shown. What may not be read, or is
// gone meanwhile, is left out.
nlohmann::json facts_of(const course::Process& process, const ShownFacts& shown);

// "exit status 3" of one that has ended and was not collected; null if nobody can say.
nlohmann::json how_it_ended(pid_t pid);

}  // namespace waymark::slides
