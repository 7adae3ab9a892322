// A server reads its list again on SIGHUP, and the new file is wrong in its first line. Wrong: the
// line is passed over, with a warning, and the others hold. Right: the text becomes a new list,
// which takes the place of the old one only when it is whole.
//
// Look at: who gets in after the signal, and that the server lives in both cases.

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "daemon/folder_under_test.hh"
#include "daemon/signals.hh"
#include "door.hh"
#include "net/access_list.hh"

using namespace waymark::demo;
using namespace waymark::net;
using waymark::daemon::UsageError;

namespace {

constexpr const char* kGood = "deny 127.0.0.66\nallow 127.0.0.0/8\n";
constexpr const char* kBroken = "deny 127.0.0.66/33\nallow 127.0.0.0/8\n";

std::string content_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

AccessList list_of(const std::string& text) {
    return AccessList::parse(text, Access::deny, "access.txt");
}

void warn(const UsageError& error) {
    fmt::print("   server: {}\n", error.what());
}

using Reload = void (*)(AccessList& in_use, const std::string& text);

//#region reload
void line_by_line(AccessList& in_use, const std::string& text) {
    std::string readable;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) try {
            list_of(line);
            readable += line + "\n";
        } catch (const UsageError& error) {
            warn(error);  // and goes on  //@ 1
        }
    in_use = list_of(readable);  //@ 2
}

void whole_or_not(AccessList& in_use, const std::string& text) try {
    in_use = list_of(text);  // throws before anything has changed  //@ 3
} catch (const UsageError& error) {
    warn(error);  //@ 4
}
//#endregion reload

[[noreturn]] void serve(Listener& server, const std::string& path, Reload reload) {
    waymark::daemon::SignalDescriptor hangup({SIGHUP});
    AccessList in_use = list_of(content_of(path));
    for (;;) {
        pollfd ready[] = {{hangup.fd().get(), POLLIN, 0}, {server.fd().get(), POLLIN, 0}};
        ::poll(ready, 2, -1);
        while (hangup.next()) reload(in_use, content_of(path));
        const AcceptResult client = server.accept_one();
        if (client.status != AcceptStatus::accepted) continue;
        const char answer = in_use.allows(client.peer) ? 'y' : 'n';
        if (::write(client.socket.get(), &answer, 1) != 1) continue;
    }
}

void knock(const char* from, const Address& to) {
    const Fd client = connect_from(host(from), to);
    char answer = '?';
    if (::read(client.get(), &answer, 1) != 1) answer = '?';
    fmt::print("   {:<11} {}\n", from, answer == 'y' ? "gets in" : "is turned away");
}

void show(const char* how, Reload reload) {
    fmt::print("{}\n", how);
    const waymark::daemon::TemporaryFolder folder;
    const std::string path = folder.file("access.txt");
    std::ofstream(path) << kGood;
    Listener server(host("127.0.0.1"));
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(server, path, reload);
    }
    for (const char* from : {"127.0.0.7", "127.0.0.66"}) knock(from, server.address());
    end_step();
    std::ofstream(path) << kBroken;
    fmt::print("   the file is changed, and SIGHUP sent\n");
    ::kill(pid, SIGHUP);
    for (const char* from : {"127.0.0.7", "127.0.0.66"}) knock(from, server.address());
    end_step();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    show("1. what cannot be read is passed over", line_by_line);
    show("2. a whole list, or the one before", whole_or_not);
}
