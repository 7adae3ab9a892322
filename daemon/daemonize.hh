// How a program leaves its terminal, and how the shell learns that it is up: the steps of a System
// V daemon (daemon(7), "SysV Daemons"). daemon(3) does only some of them and is not used.
//
//   daemonize()          1 close what was inherited      2, 3 default signals, empty mask
//                        4 clean the environment         5 fork    6 setsid
//                        7, 8 fork again, so that no terminal can ever be acquired
//                        9 /dev/null on 0 and 1          10 umask  11 chdir /
//   the program          12 pid file (daemon/pidfile)    13 privileges (daemon/privileges)
//   Readiness::ready()   9 /dev/null on 2                14, 15 the first process ends with 0
//
// The first process waits until the last says that it can be used. A program that says "started"
// before it has its port makes every script that comes after it a gamble. Until ready() stderr
// stays where it was, so that a person sees why it did not start.
//
// Under a service manager none of this is wanted: stay in the foreground, and say the same through
// NOTIFY_SOCKET. Both ways return the same Readiness.

#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/notify.hh"

namespace waymark::daemon {

struct DaemonOptions {
    // Open descriptors that the daemon goes on using: the pid file's, the log's. All others above 2
    // are closed, or the daemon would hold a pipe of its starter open for ever.
    std::vector<int> keep = {};

    // System V says 0, so that a daemon's modes are what it asks for. A file made without thought
    // is then writable for everybody; with 027 it is readable for our group and closed to others.
    mode_t umask = 027;

    // Not the folder it was started in: that file system could never be unmounted.
    std::string folder = "/";

    // Variables that are kept. The rest is removed: it belongs to the person who typed the command.
    std::vector<std::string> environment = {"HOME", "LANG", "LC_ALL", "PATH", "TZ"};
};

class Readiness {
  public:
    // For a program that stays in the foreground. Speaks to the service manager, if there is one.
    static Readiness foreground();

    // The service can be used: the shell's command ends with 0, the manager hears READY=1. After
    // that stderr is /dev/null (not in the foreground).
    void ready();

    // It cannot: the shell's command prints `message` and ends with `exit_code`, which
    // is not 0; the manager hears it as STATUS. The caller then ends with the same code. Without
    // any word, by death, the shell's command ends with 111.
    void failed(int exit_code, std::string_view message);

    // The manager hears WATCHDOG=1 (daemon/watchdog).
    void alive();

    // The manager hears STOPPING=1.
    void stopping();

  private:
    friend Readiness daemonize(std::string_view program, const DaemonOptions& options);
    Readiness(std::optional<Channel> starter, ServiceNotifier notifier)
        : starter_(std::move(starter)), notifier_(std::move(notifier)) {}
    void tell_starter(int exit_code, std::string_view message);

    std::optional<Channel> starter_;
    ServiceNotifier notifier_;
};

// Opens /dev/null on those of 0, 1 and 2 that are closed, as a careless starter hands them on. Else
// the next files get these numbers: a message to stderr would be written into one of them, and
// daemonize() would put /dev/null on it. The first step of a program; daemonize() does it, too.
// Throws std::system_error.
void open_standard_descriptors();

// Takes all variables from the environment but these. To be called before there are threads. Throws
// std::system_error.
void clean_environment(const std::vector<std::string>& names);

// Goes through the steps and returns in the daemon; the process that called it does not return, but
// ends as Readiness says. `program` stands before the messages that it prints. What still waits in
// the buffers of stdout and stderr is written first, once. To be called before there are threads.
// Throws std::system_error in either process.
Readiness daemonize(std::string_view program, const DaemonOptions& options);

}  // namespace waymark::daemon
