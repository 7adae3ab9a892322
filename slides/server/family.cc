#include "slides/server/family.hh"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

namespace waymark::slides {

using nlohmann::json;

namespace {

// So many fit into one message of the channel, with all their facts.
constexpr std::size_t kProcessesInOneLook = 12;

}  // namespace

Family::Family(const course::ChildGroup& children, ShownFacts shown, bool ask_kernel,
               std::size_t most, const std::string& gate, Tell tell)
    : children_(children),
      shown_(std::move(shown)),
      most_(most),
      tell_(std::move(tell)),
      events_(ask_kernel) {
    if (shows(shown_, "sockets")) sockets_.emplace(tell_, gate);
}

void Family::tell_source(std::chrono::milliseconds every) {
    tell_("source",
          {{"keeper", ::getpid()},
           {"events", events_.is_open() ? "kernel" : "looks"},
           {"every", every.count()}},
          Clock::now());
}

void Family::tell_events() {
    for (const ProcessEvent& event : events_.take()) take(event);
}

void Family::tell_missed() {
    const std::uint64_t missed = events_.missed();
    if (missed == told_missed_) return;
    tell_("missed", {{"count", missed - told_missed_}}, Clock::now());
    told_missed_ = missed;
}

void Family::take(const ProcessEvent& event) {
    has_changed_ = true;
    switch (event.kind) {
        case ProcessEvent::Kind::fork:
            known_[event.pid] = {};
            return tell_("fork", {{"pid", event.pid}, {"parent", event.parent}}, event.at);
        case ProcessEvent::Kind::exec:
            return tell_("exec", {{"pid", event.pid}, {"command", event.command}}, event.at);
        case ProcessEvent::Kind::exit:
            // Who is not yet collected can still be asked how it ended.
            return tell_end(event.pid, how_it_ended(event.pid), event.at);
    }
}

Family::Known& Family::known(const course::Process& process) {
    const auto [place, is_new] = known_.try_emplace(process.pid);
    if (is_new)
        tell_("fork", {{"pid", process.pid}, {"parent", process.parent}}, Clock::now());
    return place->second;
}

void Family::tell_end(pid_t pid, const json& how, Clock::time_point at) {
    const auto found = known_.find(pid);
    if (found == known_.end() || found->second.has_ended) return;
    found->second.has_ended = has_changed_ = true;
    json data = {{"pid", pid}};
    if (how.is_string()) data["how"] = how;
    tell_("exit", std::move(data), at);
}

void Family::collected(pid_t pid, const course::Ending& ending) {
    tell_end(pid, ending.describe(), Clock::now());
    if (known_.erase(pid) > 0)
        tell_("collected", {{"pid", pid}, {"how", ending.describe()}}, Clock::now());
}

void Family::collect_orphan(const course::Process& process) {
    int status = 0;
    if (::waitpid(process.pid, &status, WNOHANG) == process.pid)
        collected(process.pid, course::Ending(status));
}

bool Family::look(bool in_full) {
    const std::vector<course::Process> processes = course::descendants_of(::getpid());
    count_ = processes.size();
    if (count_ > most_) return some_live_ = true;
    tell_events();
    tell_missed();
    has_changed_ = some_live_ = false;
    json changed = json::array();
    for (const course::Process& process : processes) {
        const bool is_orphan = process.parent == ::getpid() && !children_.has(process.pid);
        if (!process.zombie() || !is_orphan) some_live_ = true;
        json facts = facts_of(process, shown_);
        Known& before = known(process);
        if (facts != before.facts) {
            before.facts = facts;
            changed.push_back(facts);
        }
        if (process.zombie()) tell_end(process.pid, facts.value("exit", json()), Clock::now());
    }
    tell_looks(std::move(changed));
    if (sockets_ && sockets_->look(processes, in_full)) has_changed_ = true;
    for (const course::Process& process : processes)
        if (process.zombie() && process.parent == ::getpid() && !children_.has(process.pid))
            collect_orphan(process);
    forget_gone(processes);
    return has_changed_;
}

void Family::tell_looks(json changed) {
    for (std::size_t first = 0; first < changed.size(); first += kProcessesInOneLook) {
        json part = json::array();
        for (std::size_t i = first; i < std::min(first + kProcessesInOneLook, changed.size()); ++i)
            part.push_back(std::move(changed[i]));
        tell_("look", {{"processes", std::move(part)}}, Clock::now());
        has_changed_ = true;
    }
}

// Those that have been forked since the look began may be missing there: the next one decides.
void Family::forget_gone(const std::vector<course::Process>& processes) {
    std::set<pid_t> there;
    for (const course::Process& process : processes) there.insert(process.pid);
    std::vector<pid_t> gone;
    for (const auto& [pid, known] : known_)
        if (!there.contains(pid) && ::kill(pid, 0) == -1) gone.push_back(pid);
    for (const pid_t pid : gone) {
        tell_end(pid, {}, Clock::now());
        known_.erase(pid);
        tell_("collected", {{"pid", pid}}, Clock::now());
    }
}

}  // namespace waymark::slides
