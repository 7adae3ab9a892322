// What the cases of this lesson share: starting a child and noticing one that comes back,
// collecting the one child that has ended, and the choice of the advice where one sign has several
// causes.

#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/children.hh"
#include "daemon/fd.hh"
#include "lessons/01-processes/advice.hh"
#include "lessons/course/check/descriptor_limit.hh"
#include "lessons/course/check/processes.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

using daemon::Children;
using daemon::ExitStatus;
using daemon::Fd;
using Endings = std::vector<Children::Ended>;

inline constexpr int kCameBack = 96;  // no child of this check ends so

inline int sleep_for_ever() {
    while (true) ::pause();
}

// start(), and the proof that only the parent comes back from it: a child that does ends here.
inline pid_t start(Children& children, const std::function<int()>& body, int signal = SIGTERM) {
    const pid_t parent = ::getpid();
    pid_t pid = -1;
    try {
        pid = children.start(body, signal);
    } catch (...) {
        if (::getpid() != parent) ::_exit(kCameBack);
        throw;
    }
    if (::getpid() != parent) ::_exit(kCameBack);
    return pid;
}

inline bool sigchld_is_ignored() {
    struct sigaction action {};
    ::sigaction(SIGCHLD, nullptr, &action);
    return action.sa_handler == SIG_IGN || (action.sa_flags & SA_NOCLDWAIT) != 0;
}

inline const Advice& why_not_collected(pid_t pid) {
    if (is_zombie(pid)) return kNobodyWaited;
    return sigchld_is_ignored() ? kSigchldIgnored : kThrownAway;
}

inline std::string describe(ExitStatus status) {
    if (status.exited() == status.killed())
        return status.exited() ? "exited() and killed() at once" : "neither exited() nor killed()";
    if (status.exited() && status.code() == kCameBack)
        return "the child came back from start() into the code of its parent";
    return status.describe();
}

// Of a child that should be gone and is not. A SIGKILL that was sent has its effect meanwhile.
inline const Advice& why_still_there(pid_t pid) {
    constexpr int kMomentMilliseconds = 100;
    ::poll(nullptr, 0, kMomentMilliseconds);
    return is_zombie(pid) ? kNobodyWaited : kNoKill;
}

// How the child that was collected last ended in the eyes of the kernel, asked before reap() was.
inline std::string& truth() {
    static std::string words;
    return words;
}

inline void ask_for_the_truth(pid_t pid) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    truth() = (info.si_code == CLD_EXITED ? "exit status " : "killed by signal ") +
              std::to_string(info.si_status);
}

// The advice for a status that is not the expected one: did the child end otherwise, or was its
// status read otherwise?
inline const Advice& why_so(ExitStatus status, const Advice& otherwise,
                            std::string_view expected = {}) {
    if (status.exited() == status.killed()) return kNotOneKind;
    if (status.exited() && status.code() == kCameBack) return kFallingThrough;
    return &otherwise == &kRawStatus && !expected.starts_with(truth()) ? kOtherCode : otherwise;
}

inline void expect_status(ExitStatus status, std::string_view expected, const Advice& advice) {
    expect(describe(status) == expected, "how the child ended", expected, describe(status),
           why_so(status, advice, expected));
}

// Of a loop over running_ that erases in it, a sanitizer says one of these.
inline void an_erased_element_crashes() {
    for (const std::string_view sign : {"after it was freed", "memory that is not its own"})
        if_it_crashes(kErasedInLoop, sign);
}

// Collects `pid`, the one child that ends now. `if_none`: why it is not collected, if only one
// reason is left.
inline ExitStatus collect(Children& children, pid_t pid, const Advice* if_none = nullptr) {
    wait_until_ended(pid);
    ask_for_the_truth(pid);
    if_it_hangs(kBlocking);
    an_erased_element_crashes();
    const Endings ended = children.reap();
    if (ended.empty())
        fail("children that reap() has collected", "1", "0",
             if_none ? *if_none : why_not_collected(pid));
    expect_equal(ended.size(), 1U, "children that reap() has collected", kWrongList);
    expect_equal(ended[0].pid, pid, "process id of the child", kWrongList);
    return ended[0].status;
}

// `body` runs where each call that makes a descriptor fails with EMFILE.
inline void without_descriptors(const std::function<void()>& body) {
    const DescriptorLimit none(0);
    body();
}

inline std::string read_all(const Fd& fd) {
    std::string text;
    char part[512];
    for (ssize_t length = 0; (length = ::read(fd.get(), part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(length));
    return text;
}

inline std::size_t count(const std::string& text, std::string_view word) {
    std::size_t times = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != text.npos; at += word.size()) ++times;
    return times;
}

// In a process of its own, `body` starts one child and collects it. Gives what the two write to
// the pipe whose writing end the body is given.
inline std::string written_by(const std::function<void(const Fd&)>& body) {
    daemon::Pipe pipe = daemon::make_pipe();
    in_a_process([&] {
        body(pipe.writing);
        return 0;
    });
    pipe.writing.reset();
    return read_all(pipe.reading);
}

inline void start_and_collect(const std::function<int()>& body) {
    Children children;
    const pid_t pid = start(children, body);
    wait_until_ended(pid);
    children.reap();
}

}  // namespace waymark::course::check
