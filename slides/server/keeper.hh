// The process that runs one demo: it starts the program in a terminal, tells what it prints and
// which processes it has, keeps the limits, and at the end leaves nothing behind.
//
// Why a process of its own for each run: a program on a slide may fork, daemonize and lose its
// parents on purpose. The kernel gives such orphans to the nearest ancestor that asked for them
// (PR_SET_CHILD_SUBREAPER, prctl(2)). That is the keeper, so whatever descends from it belongs to
// this run and to no other, and its end can be the end of all of them.
//
// It talks over a channel (daemon/channel). To it: "input TEXT", "client", "next". From it, as the
// browser gets them and as a recording keeps them: "NAME\n" and JSON, where "at" is in milliseconds
// since the start, and NAME is one of those of family.hh or
//   program  {"pane", "pid", "demo"}               started; pane 0 is the demo, 1 the client
//   output   {"pane", "text"}
//   step     {"number"}                            somebody waits at the gate (step_gate.hh)
//   next     {"number"}                            who waits there is let through
//   typed    {"line"}                              a line for the demo, typed or by a button
//   frame, frame_refused                           what a demo has seen on a network (frame_inbox.hh)
//   load, load_refused                             what a demo's server is under (load_inbox.hh)
//   ended    {"pane", "words", "milliseconds"}     one program
//   finished {"reason", "milliseconds"}            the last message
// When the other end is closed, everything is ended at once. Ending is SIGTERM, a short grace, and
// SIGKILL to all that is left, as often as something is left.

#pragma once

#include <filesystem>

#include "daemon/fd.hh"
#include "lessons/course/child_group.hh"
#include "slides/server/run_plan.hh"

namespace waymark::slides {

struct KeeperProcess {
    pid_t pid;
    daemon::Fd channel;
    // The run's own; the keeper removes it. If it was killed, whoever collects it should.
    std::filesystem::path folder;
};

// Starts one as a child of `children`. The run lasts as long as the channel is open, at most.
// Throws std::system_error.
KeeperProcess start_keeper(course::ChildGroup& children, const RunPlan& plan);

}  // namespace waymark::slides
