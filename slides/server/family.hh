// All processes of one run, and the events that tell about them: who was forked by whom, what it
// executes, how it ended, who collected it, and between those what /proc says. Where the kernel
// tells each event (process_events.hh) they come from there; where it does not they are concluded
// from two looks, and a process that lives and ends between those is missed. "source" says which.
//
//   source    {"keeper", "events": "kernel" | "looks", "every": milliseconds}
//   fork      {"pid", "parent"}
//   exec      {"pid", "command"}         also when it gives itself a name
//   exit      {"pid", "how"}             "exit status 3"; without "how" nobody could say
//   collected {"pid", "how"}             it was a zombie until now; "how" when the keeper did it
//   look      {"processes"}              of those whose facts have changed (process_facts.hh)
//   missed    {"count"}                  the kernel had no room for so many events
//   sockets                              where the slide shows them (socket_watch.hh)

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lessons/course/child_group.hh"
#include "slides/server/process_events.hh"
#include "slides/server/process_facts.hh"
#include "slides/server/socket_watch.hh"

namespace waymark::slides {

class Family {
  public:
    using Clock = std::chrono::steady_clock;
    using Tell =
        std::function<void(std::string_view name, nlohmann::json data, Clock::time_point at)>;

    // Of the descendants of this process. Those in `children` are collected by their owner, the
    // others here. `most` at once are told about. Connections to the Unix socket at `gate` are not.
    Family(const course::ChildGroup& children, ShownFacts shown, bool ask_kernel, std::size_t most,
           const std::string& gate, Tell tell);

    void tell_source(std::chrono::milliseconds every);
    // Tells what the kernel has said since; costs little when it was nothing.
    void tell_events();
    // Looks at /proc, tells what has changed, collects orphans that have ended. Whether something
    // has changed. Of more than `most` nothing is told: who listens may be slow, and a storm of
    // forks must be ended at once. `in_full`: also what is otherwise looked at less often.
    bool look(bool in_full = false);
    // One of `children` was collected.
    void collected(pid_t pid, const course::Ending& ending);

    std::size_t count() const { return count_; }
    // Whether one that is no orphan's rest was there at the last look.
    bool some_live() const { return some_live_; }

  private:
    struct Known {
        nlohmann::json facts;
        bool has_ended = false;
    };

    void take(const ProcessEvent& event);
    void tell_missed();
    Known& known(const course::Process& process);
    void tell_end(pid_t pid, const nlohmann::json& how, Clock::time_point at);
    void collect_orphan(const course::Process& process);
    void forget_gone(const std::vector<course::Process>& processes);
    void tell_looks(nlohmann::json changed);

    const course::ChildGroup& children_;
    ShownFacts shown_;
    std::size_t most_;
    Tell tell_;
    ProcessEvents events_;
    std::optional<SocketWatch> sockets_;
    std::map<pid_t, Known> known_;
    std::uint64_t told_missed_ = 0;
    std::size_t count_ = 0;
    bool some_live_ = true;
    bool has_changed_ = false;
};

}  // namespace waymark::slides
