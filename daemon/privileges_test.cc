#include "daemon/privileges.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <string>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"

using namespace waymark::daemon;

namespace {

// What `body` answers in a process of its own, because its rights do not come back.
std::string answer_of(const std::function<std::string()>& body) {
    Children children;
    Pipe pipe = make_pipe();
    children.start([&] {
        std::string answer;
        try {
            answer = body();
        } catch (const std::exception& error) {
            answer = error.what();
        }
        return ::write(pipe.writing.get(), answer.data(), answer.size()) >= 0 ? 0 : 1;
    });
    pipe.writing.reset();
    std::string answer;
    char part[4096];
    for (ssize_t n = 0; (n = ::read(pipe.reading.get(), part, sizeof part)) > 0;)
        answer.append(part, static_cast<std::size_t>(n));
    return answer;
}

bool skip_unless_root(const char* what) {
    if (::geteuid() == 0) return false;
    fmt::print("SKIP: {}: needs root\n", what);
    return true;
}

// The line of /proc/self/status that starts with `name`, its values with single spaces.
std::string status_line(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
        if (word == name + ":") {
            std::string line;
            std::getline(status, line);
            std::string values;
            for (const char letter : line)
                if (letter != '\t')
                    values += letter;
                else if (!values.empty())
                    values += ' ';
            while (values.ends_with(' ')) values.pop_back();
            return values;
        }
    return "none";
}

std::string reason_of(long result) {
    return result == -1 ? error_text(errno) : "done";
}

const std::string kRefused = "Operation not permitted";

}  // namespace

TEST_CASE("after the drop all ids are the user's, no group and no capability is left") {
    if (skip_unless_root("permanent drop")) return;
    const auto ids = [] {
        const gid_t groups[] = {0, 4};
        check(::setgroups(2, groups), "setgroups");
        drop_permanently("nobody");
        return fmt::format("{}|{}|{}|{}", status_line("Uid"), status_line("Gid"),
                           status_line("Groups"), status_line("CapEff"));
    };
    CHECK(answer_of(ids) == "65534 65534 65534 65534|65534 65534 65534 65534||0000000000000000");
    const auto with_group = [] {
        drop_permanently("nobody", "www-data");
        return status_line("Gid");
    };
    CHECK(answer_of(with_group) == "33 33 33 33");
}

TEST_CASE("after the drop root cannot be regained; after a change of the effective user it can") {
    if (skip_unless_root("regain root")) return;
    CHECK(answer_of([] {
              drop_permanently("nobody");
              return reason_of(::setuid(0)) + ", " + reason_of(::seteuid(0)) + ", " +
                     reason_of(::setresuid(0, 0, 0)) + ", " + reason_of(::setgid(0));
          }) == kRefused + ", " + kRefused + ", " + kRefused + ", " + kRefused);
    CHECK(answer_of([] {
              check(::seteuid(65534), "seteuid");  // the wrong way
              return reason_of(::setuid(0));
          }) == "done");
}

TEST_CASE("a drop that cannot be done throws and does not go on") {
    if (skip_unless_root("failed drop")) return;
    CHECK(answer_of([] {
              check(::setresuid(33, 33, 33), "setresuid");
              drop_permanently("nobody");
              return std::string("went on");
          }).find(kRefused) != std::string::npos);
    // Somebody kept the capabilities over the change of user: root could be regained.
    CHECK(answer_of([] {
              check(::prctl(PR_SET_SECUREBITS, 1 << 2), "prctl SECBIT_NO_SETUID_FIXUP");
              drop_permanently("nobody");
              return std::string("went on");
          }).find("root can be regained") != std::string::npos);
}

TEST_CASE("an unknown user or group is for a person to correct") {
    CHECK_THROWS_AS(drop_permanently("no_such_user"), UsageError);
    CHECK_THROWS_AS(drop_permanently("nobody", "no_such_group"), UsageError);
}

TEST_CASE("who is nobody already may drop again") {
    if (skip_unless_root("drop twice")) return;
    CHECK(answer_of([] {
              drop_permanently("nobody");
              drop_permanently("nobody");
              return std::string("fine");
          }) == "fine");
}

TEST_CASE("the parent-death signal survives the drop") {
    if (skip_unless_root("parent-death signal")) return;
    CHECK(answer_of([] {
              check(::prctl(PR_SET_PDEATHSIG, SIGTERM), "prctl");
              drop_permanently("nobody");
              int signal = 0;
              check(::prctl(PR_GET_PDEATHSIG, &signal), "prctl");
              return std::to_string(signal);
          }) == std::to_string(SIGTERM));
}

TEST_CASE("the effective user changes for a scope, with its groups, and comes back") {
    if (skip_unless_root("scoped effective user")) return;
    CHECK(answer_of([] {
              const gid_t groups[] = {0, 4};
              check(::setgroups(2, groups), "setgroups");
              std::string seen;
              {
                  const ScopedEffectiveUser user(65534, 33);
                  seen = fmt::format("{} {} {} {}|", ::getuid(), ::geteuid(), ::getegid(),
                                     status_line("Groups"));
                  seen += ::open("/etc/shadow", O_RDONLY | O_CLOEXEC) == -1 ? "closed|" : "open|";
              }
              return seen +
                     fmt::format("{} {} {}", ::geteuid(), ::getegid(), status_line("Groups"));
          }) == "0 65534 33 33|closed|0 0 0 4");
}

TEST_CASE("no new privileges stays set and is inherited") {
    CHECK(answer_of([] { return status_line("NoNewPrivs"); }) == "0");
    CHECK(answer_of([] {
              set_no_new_privileges();
              return answer_of([] { return status_line("NoNewPrivs"); });
          }) == "1");
}

TEST_CASE("the filter refuses what a parser never needs, and nothing else") {
    const auto run_true = [] {
        char name[] = "true";
        char* const arguments[] = {name, nullptr};
        char* const environment[] = {nullptr};
        ::execve("/bin/true", arguments, environment);
        return error_text(errno);
    };
    CHECK(answer_of([&] {
              forbid_dangerous_calls();
              return run_true();
          }) == kRefused);
    CHECK(
        answer_of(run_true).empty());  // control: unfiltered it becomes /bin/true, which is silent

    CHECK(answer_of([] { return reason_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }) ==
          "done");
    CHECK(answer_of([] {
              forbid_dangerous_calls();
              return reason_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)) + ", " +
                     reason_of(::setuid(::getuid()));
          }) == kRefused + ", " + kRefused);

    CHECK(answer_of([] {
              forbid_dangerous_calls();
              const Pipe pipe = make_pipe();
              const Fd file(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
              return file ? answer_of([] { return std::string("forks, opens, writes"); })
                          : std::string("cannot open");
          }) == "forks, opens, writes");
}
