// What a process may touch after it has locked itself in, in processes that do.

#include "daemon/landlock.hh"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <thread>

#include "daemon/call_filter.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/privileges_under_test.hh"

using namespace waymark::daemon;

namespace {

const std::string kNotAllowed = "Permission denied";

bool skip_below(int version, const char* what) {
    if (landlock_version() >= version) return false;
    fmt::print("SKIP: {}: this kernel's Landlock is version {}, and {} is needed\n", what,
               landlock_version(), version);
    return true;
}

class Folder {
  public:
    Folder() {
        check(::mkdir((path() + "/inner").c_str(), 0700), "mkdir");
        make("known");
    }

    const std::string& path() const { return folder_.path(); }
    std::string file(const std::string& name) const { return folder_.file(name); }
    void make(const std::string& name) const {
        const Fd made(
            check(::open(file(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "open"));
    }

  private:
    TemporaryFolder folder_;
};

std::string open_with(const std::string& path, int flags) {
    const Fd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return reason_of(file.get());
}

std::string tcp_call(int (*call)(int, const sockaddr*, socklen_t), std::uint16_t port) {
    const Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return reason_of(
        call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

// What a list in braces is made of is done in its order; the sides of a `+` are not.
std::string joined(std::initializer_list<std::string> answers) {
    std::string text;
    for (const std::string& answer : answers) text += (text.empty() ? "" : "|") + answer;
    return text;
}

// A port of 127.0.0.1 at which somebody listens as long as the descriptor lives.
struct Listening {
    Fd socket;
    std::uint16_t port = 0;

    Listening() : socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        check(::bind(socket.get(), any, size), "bind");
        check(::listen(socket.get(), 8), "listen");
        check(::getsockname(socket.get(), any, &size), "getsockname");
        port = ntohs(address.sin_port);
    }
};

}  // namespace

TEST_CASE("files elsewhere cannot be opened, not even by who may read them") {
    if (skip_below(1, "files elsewhere")) return;
    const Folder folder;
    const Fd open_before(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    CHECK(answer_of([&] {
              stay_within({.places = {{folder.path(), FileRight::manage}}});
              char byte = 0;
              return joined({open_with("/etc/passwd", O_RDONLY), open_with("/tmp", O_DIRECTORY),
                             open_with(folder.file("../elsewhere"), O_WRONLY | O_CREAT),
                             open_with(folder.file("known"), O_RDWR),
                             (::read(open_before.get(), &byte, 1) == 1 ? "still open" : "closed")});
          }) == kNotAllowed + "|" + kNotAllowed + "|" + kNotAllowed + "|done|still open");
    CHECK(answer_of([] { return open_with("/etc/passwd", O_RDONLY); }) == "done");  // control
}

// The rights in the order of what they allow; each can what the one before it can.
TEST_CASE("each right allows what it says and nothing more") {
    if (skip_below(3, "each right")) return;
    struct Row {
        FileRight right;
        const char* reads;
        const char* writes;
        const char* removes;
    };
    const char* const no = kNotAllowed.c_str();
    for (const Row& row :
         {Row{FileRight::read, "done", no, no}, Row{FileRight::write, "done", "done", no},
          Row{FileRight::manage, "done", "done", "done"}}) {
        const Folder folder;
        const std::string answer = answer_of([&] {
            stay_within({.places = {{folder.path(), row.right}}});
            return joined(
                {open_with(folder.file("known"), O_RDONLY), open_with(folder.path(), O_DIRECTORY),
                 open_with(folder.file("known"), O_WRONLY | O_TRUNC),
                 open_with(folder.file("inner/new"), O_WRONLY | O_CREAT),
                 reason_of(::truncate(folder.file("known").c_str(), 0)),
                 reason_of(::rename(folder.file("known").c_str(), folder.file("other").c_str())),
                 reason_of(::unlink(folder.file("other").c_str())),
                 reason_of(::mkdir(folder.file("more").c_str(), 0700))});
        });
        // What was not renamed is not there to be removed.
        const std::string unlinked =
            row.right == FileRight::manage ? "done" : "No such file or directory";
        CHECK(answer == fmt::format("{0}|{0}|{1}|{1}|{1}|{2}|{3}|{4}", row.reads, row.writes,
                                    row.removes, unlinked, kNotAllowed));
    }
}

TEST_CASE("a place can be a single file, and one that is not there is an error") {
    const Folder folder;
    folder.make("unknown");
    if (!skip_below(1, "a single file"))
        CHECK(answer_of([&] {
                  stay_within({.places = {{folder.file("known"), FileRight::write}}});
                  return joined({open_with(folder.file("known"), O_RDWR),
                                 open_with(folder.file("unknown"), O_RDONLY),
                                 reason_of(::unlink(folder.file("known").c_str()))});
              }) == "done|" + kNotAllowed + "|" + kNotAllowed);
    if (!skip_below(1, "a place that is not there"))
        CHECK(answer_of([&] {
                  stay_within({.places = {{folder.file("missing"), FileRight::read}}});
                  return std::string("it was not missed");
              }).find("missing") != std::string::npos);
}

TEST_CASE("nothing is bound, and only the ports that were named are called") {
    if (skip_below(4, "ports")) return;
    const Listening wanted;
    const Listening other;
    CHECK(answer_of([&] {
              stay_within({.tcp_connect_to = {wanted.port}});
              return joined({tcp_call(::connect, wanted.port), tcp_call(::connect, other.port),
                             tcp_call(::bind, 0)});
          }) == "done|" + kNotAllowed + "|" + kNotAllowed);
    CHECK(answer_of([&] {
              stay_within({.connects_to_any_port = true});
              return joined({tcp_call(::connect, other.port), tcp_call(::bind, 0)});
          }) == "done|" + kNotAllowed);
    CHECK(answer_of([&] {  // control
              return joined({tcp_call(::connect, other.port), tcp_call(::bind, 0)});
          }) == "done|done");
}

TEST_CASE("other processes are not signalled, its own threads are") {
    if (skip_below(6, "signals")) return;
    CHECK(answer_of([] {
              stay_within({});
              return joined({reason_of(::kill(::getppid(), 0)), reason_of(::kill(::getpid(), 0))});
          }) == kRefused + "|done");
    CHECK(answer_of([] { return reason_of(::kill(::getppid(), 0)); }) == "done");  // control
}

TEST_CASE("it holds for threads that are started behind it, and cannot be widened") {
    if (skip_below(1, "threads")) return;
    CHECK(answer_of([] {
              stay_within({});
              stay_within({.places = {}});
              std::string answer;
              std::thread([&] { answer = open_with("/etc/passwd", O_RDONLY); }).join();
              return answer;
          }) == kNotAllowed);
    CHECK(answer_of([] {
              stay_within({.places = {{"/usr", FileRight::read}}});
              stay_within({.places = {{"/", FileRight::read}}});
              return joined({open_with("/etc/passwd", O_RDONLY), open_with("/usr", O_DIRECTORY)});
          }) == kNotAllowed + "|done");
}

TEST_CASE("a kernel that may not be asked counts as one without Landlock") {
    CHECK(answer_of([] {
              allow_only({CallGroup::process, CallGroup::memory, CallGroup::signals,
                          CallGroup::descriptors});
              return std::to_string(landlock_version());
          }) == "0");
}

TEST_CASE("who is locked in is told how far, and has no new privileges") {
    CHECK(answer_of([] {
              const Enforced enforced = stay_within({.places = {{"/proc", FileRight::read}}});
              return fmt::format("{} {}", enforced.version, status_line("NoNewPrivs"));
          }) == fmt::format("{} 1", landlock_version()));
    CHECK(Enforced{0}.describe() == "nothing: this kernel has no Landlock");
    CHECK_FALSE(Enforced{0}.files());
    CHECK(Enforced{1}.describe() == "files (Landlock, version 1)");
    CHECK_FALSE(Enforced{2}.truncating());
    CHECK(Enforced{3}.truncating());
    CHECK(Enforced{4}.describe() == "files and TCP (Landlock, version 4)");
    CHECK_FALSE(Enforced{4}.devices());
    CHECK(Enforced{5}.devices());
    CHECK(Enforced{7}.describe() == "files, TCP and signals (Landlock, version 7)");
}
