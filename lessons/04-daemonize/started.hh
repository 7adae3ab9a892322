// A command that the check starts as a shell does, and the daemon that it leaves behind. The check
// speaks with the daemon over a channel of its own, one request and one answer at a time; so
// everything has its order, and nobody sleeps. All else is looked at from outside, in /proc
// (proc(5)).
//
// The check adopts what is orphaned (PR_SET_CHILD_SUBREAPER), so it sees the daemon's end, too.

#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/children.hh"
#include "daemon/daemonize.hh"
#include "daemon/pidfile.hh"
#include "lessons/04-daemonize/from_outside.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/story.hh"

namespace waymark::course::check {

class Started {
  public:
    struct How {
        // In the command's process, before daemonize(): what a careless starter hands on.
        std::function<void()> before = [] {};
        std::function<void(Faults&)> faults = {};  // for the time of daemonize()
        Call counted = Call::fork;                 // what calls() tells of
        daemon::DaemonOptions options = {};
        std::string pid_path = {};  // locked before daemonize(); written when asked for
        std::function<void(Faults&)> lock_faults = {};  // for the time of try_lock()
        std::chrono::milliseconds patience{0};          // its deadline
        bool in_foreground = false;  // no daemonize() at all: a server for the pid file's cases
    };

    explicit Started(How how);
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;
    // Ends and collects what is left of command and daemon; with the last one every child.
    ~Started();

    // The daemon's process, when daemonize() has returned in it. Ends the case if none comes up.
    pid_t daemon(const Advice& advice);
    // What it said instead of its number: "refused" (by try_lock), "thrown REASON" (by try_lock),
    // "thrown" (by daemonize), "thrown on" (in another process than the command's), or nothing. Of
    // another exception than std::system_error it is "thrown", kNoSystemError and its words.
    const std::string& first_word();
    // How often `counted` was called by who became the daemon.
    int calls() const { return calls_; }

    // The daemon's answer; "(no answer)" if it has ended, the words of an exception if one left the
    // call (kNoSystemError before them if it was another). Requests: ready, ready
    // without-descriptors, failed CODE TEXT, print TEXT, environment, settle, open PATH, write pid,
    // write without-room, write in-pieces, child, become USER, end. `ready` answers what descriptor
    // 2 led to when the word was said; after `settle` 0 and 1 lead to /dev/zero, the folder is
    // /proc and the umask 0123.
    std::string ask(std::string_view request);
    static constexpr std::string_view kNoSystemError = "another exception: ";

    pid_t command() const { return command_; }
    // Waits for the command's end. In words: "exit status 0".
    std::string command_status();
    // Ends the case unless the command ends so.
    void expect_end(std::string_view end, const Causes& causes);
    // Ends the case if daemonize() has returned, or thrown beside the command.
    void expect_none(const Advice& advice);
    // The daemon, after it has called ready() and the command has ended with 0.
    pid_t ready(const Advice& advice);

    // What command and daemon have printed up to now, to stdout and to stderr. Each is told once.
    std::string printed();
    std::string errors();
    // From now on who writes to stderr gets SIGPIPE.
    void nobody_reads_errors() { errors_.reading.reset(); }
    // For How::before.
    static void give_stderr_a_buffer();

    // Asks the daemon to end, and collects it.
    void end();

  private:
    int run_command(const How& how);
    std::optional<daemon::PidFile> lock(const How& how);
    daemon::Readiness leave(const daemon::DaemonOptions& options);
    [[noreturn]] static void fail_for_two();
    int serve(daemon::Readiness& readiness, std::optional<daemon::PidFile>& pid_file);
    std::string answer_to(std::string_view request, daemon::Readiness& readiness,
                          std::optional<daemon::PidFile>& pid_file);
    std::string wait_for_word(daemon::Channel& channel);

    const bool in_foreground_;
    // In memory that all its processes share: daemonize() has closed what was to be kept.
    std::atomic<bool>* const keep_closed_;
    daemon::Children children_;
    daemon::ChannelPair ends_ = daemon::make_channel();
    daemon::Pipe output_ = daemon::make_pipe();
    daemon::Pipe errors_ = daemon::make_pipe();
    daemon::Pipe input_ = daemon::make_pipe();
    pid_t command_ = 0;
    std::optional<std::string> first_word_;
    pid_t daemon_ = 0;
    int calls_ = 0;
    std::optional<daemon::ExitStatus> status_;
    const Witness witness_{[this] { return printed() + errors(); }};
};

}  // namespace waymark::course::check
