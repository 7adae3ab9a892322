// What the system log gets: one datagram a line, which begins with facility and severity in one
// number. A socket of the demo's own is in the place of /dev/log.
//
// Look at the numbers, and at what the level leaves out: the smaller, the worse.

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "by_hand.hh"
#include "daemon/log.hh"

using namespace waymark::demo;
using namespace waymark::daemon;

namespace {

//#region socket
Fd listen_as_syslogd(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd socket(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    return socket;
}
//#endregion socket

// Without the time, which is another one each day.
void print_datagrams(const Fd& socket) {
    char text[4096];
    for (;;) {
        const ssize_t length = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
        if (length == -1) break;
        const std::string line(text, static_cast<std::size_t>(length));
        const std::string number = line.substr(1, line.find('>') - 1);
        fmt::print("   <{}> = 8 * {} + {}   {}\n", number, std::stoi(number) / 8,
                   std::stoi(number) % 8, line.substr(line.find("]: ") + 3));
    }
    end_step();
}

//#region five
void say_five_things(Log& log) {
    log.error("a disk is full");
    log.warning("it is nearly full");
    log.notice("started");
    log.info("alice came");
    log.debug("her third byte is 7");
}
//#endregion five

}  // namespace

int main() {
    const Folder folder;
    const Fd socket = listen_as_syslogd(folder.at("log"));
    Log log({.target = LogTarget::syslog, .path = folder.at("log"), .program = "server"});
    for (int i = 1; const Severity level : {Severity::debug, Severity::notice, Severity::error}) {
        log.set_level(level);
        fmt::print("{}. level {}, {}\n", i++, name_of(level), static_cast<int>(level));
        say_five_things(log);
        print_datagrams(socket);
    }
}
