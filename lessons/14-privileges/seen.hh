// What became of a call of the exercise, and of one that is made in a process of its own.

#pragma once

#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <system_error>

#include "advice.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/privileges.hh"
#include "lessons/course/check/processes.hh"
#include "made_up_credentials.hh"

namespace waymark::course::check {

struct Outcome {
    std::string kind;  // "nothing", "UsageError", "std::system_error", "another exception"
    int error = 0;
    std::string words = "";
};

inline Outcome outcome_of(const std::function<void()>& body) {
    try {
        body();
        return {"nothing", 0, "nothing thrown"};
    } catch (const daemon::UsageError& error) {
        return {"UsageError", 0, fmt::format("UsageError: {}", error.what())};
    } catch (const std::system_error& error) {
        return {"std::system_error", error.code().value(),
                fmt::format("std::system_error: {}", error.what())};
    } catch (const std::exception& error) {
        return {"another exception", 0, fmt::format("another exception: {}", error.what())};
    } catch (...) {
        return {"another exception", 0, "something else thrown"};
    }
}

inline Outcome drop(const std::string& user, const std::string& group = {}) {
    return outcome_of([&] { daemon::drop_permanently(user, group); });
}

// Root with supplementary groups, as a login or a service manager leaves it.
inline Credentials root_with_groups() {
    Credentials root = Credentials::of_root();
    root.groups = {0, 4, 27};
    return root;
}

inline void expect_dropped(const Outcome& outcome, const Causes& causes) {
    // Of all the calls only capset() says EINVAL, to a head without a version.
    expect(outcome.error != EINVAL, "drop_permanently()", "done", outcome.words, kCapabilities);
    expect(outcome.kind == "nothing", "drop_permanently()", "done", outcome.words,
           outcome.error == EPERM || outcome.kind == "nothing" ? causes : Causes{kNotDropped});
}

// That everything is this user's, each with its own cause.
inline void expect_all_is(const Credentials& now, unsigned user, unsigned group) {
    const auto as = [&](bool right, const Advice& advice) {
        expect(right, "who the process is", Credentials::of(user, group).in_words(), now.in_words(),
               advice);
    };
    as(now.user.effective == user, kNotDropped);
    as(now.user.real == user || now.user.saved == user, kEffective);
    as(now.user == Ids{user, user, user}, kSaved);
    as(now.group == Ids{group, group, group}, kGroupIds);
    as(now.groups.empty(), kGroups);
}

inline void expect_system_error(const Outcome& outcome, int error, const Causes& survived) {
    expect(outcome.kind != "nothing", "what is thrown", "std::system_error", outcome.words,
           survived);
    expect(outcome.kind == "std::system_error" && outcome.error == error, "what is thrown",
           fmt::format("std::system_error: {}", daemon::error_text(error)), outcome.words,
           outcome.error == kErrnoOfSuccess ? kErrnoOfNothing : kOtherError);
}

// What a process said before it ended, and how it ended.
struct Ended {
    std::string how;  // "exit status 111"
    std::string said;
    std::string printed = "";  // on stderr
};

// It has ended itself by another status than was promised. Who goes on says something.
inline bool has_another_status(const Ended& ended) {
    return ended.how.starts_with("exit status") && ended.how != "exit status 0" &&
           ended.how != "exit status 111" && ended.said.empty();
}

// All that stands in a file of memfd_create(2), and once more on stderr, for the story.
inline std::string printed_in(const daemon::Fd& file) {
    std::string text(1 << 16, '\0');
    const ssize_t length = ::pread(file.get(), text.data(), text.size(), 0);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    if (::write(STDERR_FILENO, text.data(), text.size()) == -1) return {};
    return text;
}

// With which a process ends that has called exit(3): what atexit(3) has, it runs.
inline constexpr int kRanHandlers = 77;
inline const std::string kByExit = "exit(), which runs the program's handlers";

inline Ended in_its_own_process(const std::function<std::string()>& body) {
    daemon::Pipe pipe = daemon::make_pipe();
    const daemon::Fd errors(daemon::check(::memfd_create("stderr", MFD_CLOEXEC), "memfd_create"));
    const int status = in_a_process([&] {
        daemon::check(::dup2(errors.get(), STDERR_FILENO), "dup2");
        std::atexit([] { ::_exit(kRanHandlers); });
        const std::string text = body();
        return ::write(pipe.writing.get(), text.data(), text.size()) >= 0 ? 0 : 1;
    });
    pipe.writing.reset();
    char text[4096];
    const ssize_t length = ::read(pipe.reading.get(), text, sizeof text);
    const std::string printed = printed_in(errors);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kRanHandlers) return {kByExit, "", printed};
    return {WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                              : fmt::format("killed by signal {}", WTERMSIG(status)),
            std::string(text, length > 0 ? static_cast<std::size_t>(length) : 0), printed};
}

}  // namespace waymark::course::check
