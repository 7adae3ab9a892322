// For the demos of lesson 14: each step is a process of its own, for rights do not come back. It is
// root's where the demo is started as root. Otherwise its credentials are made up by the kernel's
// rules (made_up_credentials.hh), and the demo says so first.

#pragma once

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/privileges.hh"
#include "lessons/course/child_steps.hh"
#include "lessons/course/end_step.hh"
#include "made_up_credentials.hh"

namespace waymark::demo {

using course::check::Credentials;
using course::check::MadeUpCredentials;
using daemon::check;
using daemon::drop_permanently;
using daemon::error_text;
using daemon::Fd;

inline constexpr uid_t kNobody = 65534;

inline std::string in_words(long result) {
    return result == -1 ? error_text(errno) : "done";
}

inline const bool kIsRoot = ::geteuid() == 0;

inline void say_if_made_up() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (!kIsRoot) fmt::print("(not started as root: the credentials are made up)\n");
}

// Who this process is: real, effective and saved ids.
inline std::string who() {
    Credentials now{};
    ::getresuid(&now.user.real, &now.user.effective, &now.user.saved);
    ::getresgid(&now.group.real, &now.group.effective, &now.group.saved);
    now.groups.resize(static_cast<std::size_t>(check(::getgroups(0, nullptr), "getgroups")));
    check(::getgroups(static_cast<int>(now.groups.size()), now.groups.data()), "getgroups");
    return now.in_words();
}

// A process that is root, with the groups 0, 4 and 27, runs `body`.
inline void as_root(const std::function<void(ChildSteps&)>& body, bool made_up = !kIsRoot) {
    std::fflush(stdout);
    ChildSteps steps;
    const pid_t child = check(::fork(), "fork");
    if (child != 0) {
        steps.follow([] { end_step(); });
        ::waitpid(child, nullptr, 0);
        return;
    }
    std::optional<MadeUpCredentials> credentials;
    if (made_up) credentials.emplace();
    const gid_t groups[] = {0, 4, 27};
    check(::setgroups(3, groups), "setgroups");
    try {
        body(steps);
    } catch (const std::exception& error) {
        fmt::print("   {}\n", error.what());
    }
    steps.end_step();
    ::_exit(0);
}

// A file of root's and of the group adm (4), mode 0640, as logs are.
class LogFile {
  public:
    LogFile() {
        check(::mkdtemp(folder_) ? 0 : -1, "mkdtemp");
        check(::chmod(folder_, 0755), "chmod");
        file_ = std::string(folder_) + "/log";
        const Fd made(check(::open(file_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0640), "open"));
        if (kIsRoot) check(::fchown(made.get(), 0, 4), "fchown");
        check(::fchmod(made.get(), 0640), "fchmod");
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() {
        ::unlink(file_.c_str());
        ::rmdir(folder_);
    }

    std::string try_to_read() const {
        if (const auto* made_up = MadeUpCredentials::current())
            return made_up->now.may_read(0, 4, 0640) ? "open" : error_text(EACCES);
        const Fd opened(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
        return opened ? "open" : error_text(errno);
    }

  private:
    char folder_[24] = "/tmp/waymark-XXXXXX";
    std::string file_;
};

}  // namespace waymark::demo
