#include "daemon/privileges.hh"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/fd.hh"
#include "daemon/privileges_under_test.hh"

using namespace waymark::daemon;

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

TEST_CASE("root and its group may be asked for") {
    if (skip_unless_root("root's group")) return;
    CHECK(answer_of([] {
              drop_permanently("nobody", "root");
              return status_line("Uid") + "|" + status_line("Gid");
          }) == "65534 65534 65534 65534|0 0 0 0");
    CHECK(answer_of([] {
              const std::string before = status_line("CapEff");
              drop_permanently("root");
              return std::string(status_line("CapEff") == before ? "kept" : "lost");
          }) == "kept");
}

TEST_CASE("an unknown user or group is for a person to correct") {
    CHECK_THROWS_AS(drop_permanently("no_such_user"), UsageError);
    CHECK_THROWS_AS(drop_permanently("nobody", "no_such_group"), UsageError);
}

TEST_CASE("out of descriptors a user is not taken for one that is not there") {
    CHECK(answer_of([] {
              rlimit before{};
              ::getrlimit(RLIMIT_NOFILE, &before);
              const rlimit none{0, before.rlim_max};
              ::setrlimit(RLIMIT_NOFILE, &none);
              std::string answer = "went on";
              try {
                  drop_permanently("daemon");
              } catch (const std::exception& error) {
                  ::setrlimit(RLIMIT_NOFILE, &before);
                  answer = error.what();
              }
              return answer;
          }) == "getpwnam daemon: Too many open files");
}

TEST_CASE("after the drop no capability is left to be taken up again") {
    if (skip_unless_root("capabilities")) return;
    CHECK(answer_of([] {
              check(::prctl(PR_SET_KEEPCAPS, 1), "prctl PR_SET_KEEPCAPS");
              __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
              check(::syscall(SYS_capget, &head, sets), "capget");
              sets[0].inheritable = sets[0].permitted;
              check(::syscall(SYS_capset, &head, sets), "capset");
              drop_permanently("nobody");
              return status_line("CapInh") + "|" + status_line("CapPrm") + "|" +
                     status_line("CapEff");
          }) == "0000000000000000|0000000000000000|0000000000000000");
}

// In place of the C library's, so that a test can act in the middle of the drop.
static void (*before_setresuid)() = nullptr;
extern "C" int setresuid(uid_t real, uid_t effective, uid_t saved) noexcept {
    if (before_setresuid) before_setresuid();
    using Function = int (*)(uid_t, uid_t, uid_t);
    static const auto original = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "setresuid"));
    return original(real, effective, saved);
}

// The kernel forgets the parent-death signal with the user, and the parent dies right then.
TEST_CASE("a process whose parent dies during the drop ends") {
    if (skip_unless_root("parent dies during the drop")) return;
    Pipe said = make_pipe();
    Children children;
    children.start([&]() -> int {
        static const pid_t parent = ::getpid();
        Children grandchildren;
        grandchildren.start([&] {
            said.reading.reset();
            ::signal(SIGTERM, SIG_IGN);  // so that it is not the signal that ends it
            before_setresuid = [] {
                ::kill(parent, SIGKILL);
                while (::getppid() == parent) ::sched_yield();
            };
            drop_permanently("nobody");
            return ::write(said.writing.get(), "went on", 7) == 7 ? 0 : 1;
        });
        while (true) ::pause();
    });
    said.writing.reset();
    char text[16];
    CHECK(::read(said.reading.get(), text, sizeof text) == 0);
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
