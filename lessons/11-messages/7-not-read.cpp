// The system log is there, and does not read: its disk is full, or somebody has stopped it.
//
// Wrong: a send that waits. The server stands still, in the middle of whatever it was logging.
// Look at how many lines it gets out, and what it does then; and at who is told of the lost ones.

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>

#include "by_hand.hh"
#include "daemon/log.hh"

using namespace waymark::demo;
using namespace waymark::daemon;

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Fd listen_as_syslogd(const std::string& path) {
    const sockaddr_un address = address_of(path);
    Fd socket(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "bind");
    return socket;
}

// Whether the process sleeps in send; /proc/PID/syscall has the number of the call (proc(5)).
bool sleeps_in_send(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/syscall", process));
    long number = -1;
    file >> number;
    return number == SYS_sendto;
}

// For ten seconds at most: on a busy machine the server needs a while.
bool falls_asleep(pid_t process) {
    for (int looks = 0; looks < 1000; ++looks) {
        if (sleeps_in_send(process)) return true;
        ::poll(nullptr, 0, 10);
    }
    return false;
}

std::string next(const Fd& socket) {
    char text[4096];
    const ssize_t length = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
    return length == -1 ? "" : std::string(text, static_cast<std::size_t>(length));
}

int read_all(const Fd& socket) {
    int count = 0;
    while (!next(socket).empty()) ++count;
    return count;
}

void log_and_wait(const Fd& socket) {
    for (int i = 0; i < 1000; ++i)
        (void)!::send(socket.get(), "<30>server: a line", 18, 0);  // waits for room
}

void show_waiting() {
    const Folder folder;
    const Fd syslogd = listen_as_syslogd(folder.at("log"));
    const sockaddr_un address = address_of(folder.at("log"));
    const Fd socket(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
    fmt::print("1. a server logs 1000 lines, and waits for room\n");
    const pid_t server = start([&] { log_and_wait(socket); });
    fmt::print("   the server: {}\n", falls_asleep(server) ? "sleeps in send" : "runs");
    end_step();
    ::kill(server, SIGKILL);
    wait_for(server);
    const int read = read_all(syslogd);
    fmt::print("   lines that got out: {}\n", read < 1000 ? "not all" : "all");
}

void show_counting() {
    const Folder folder;
    const Fd syslogd = listen_as_syslogd(folder.at("log"));
    Log log({.target = LogTarget::syslog, .path = folder.at("log"), .program = "server"});
    fmt::print("2. a server logs 1000 lines by daemon::Log\n");
    for (int i = 0; i < 1000; ++i) log.info("a line");
    fmt::print("   the server: done; lines lost: {}\n", log.lost());
    end_step();
    fmt::print("3. the system log reads: {} lines; the server logs one more\n", read_all(syslogd));
    log.info("one more");
    for (std::string line = next(syslogd); !line.empty(); line = next(syslogd))
        fmt::print("   | {}\n", line.substr(line.find("]: ") + 3));
}

}  // namespace

int main() {
    show_waiting();
    show_counting();
}
