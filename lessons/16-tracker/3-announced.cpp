// The store tells the browser of each fix, and dies at the worst moment: between two lines of its
// code. Wrong: it tells first and commits then. Right: it commits first.
//
// Look at: what the browser shows, and what it finds when it asks again.

#include "house.hh"

using namespace waymark::demo;

namespace {

constexpr const char* kLast = "fix 3";

void die_here_with(const std::string& fix) {
    if (fix == kLast) ::kill(::getpid(), SIGKILL);
}

//#region stores
int announce_first(const Fd& phone, const Fd& browser, const Disk& disk) {
    for (std::string fix; !(fix = receive_text(phone)).empty();) {
        send_text(browser, fix);  //@ 1
        die_here_with(fix);       //@ 2
        disk.commit({fix});
    }
    return 0;
}

int commit_first(const Fd& phone, const Fd& browser, const Disk& disk) {
    for (std::string fix; !(fix = receive_text(phone)).empty();) {
        disk.commit({fix});       //@ 3
        die_here_with(fix);       //@ 2
        send_text(browser, fix);  //@ 4
    }
    return 0;
}
//#endregion stores

using Store = int (*)(const Fd& phone, const Fd& browser, const Disk& disk);

void show(Store store) {
    const Disk disk;
    waymark::daemon::Children children;
    waymark::daemon::SocketPair phone = waymark::daemon::make_socket_pair(SOCK_SEQPACKET);
    waymark::daemon::SocketPair browser = waymark::daemon::make_socket_pair(SOCK_SEQPACKET);
    children.start([&] {
        phone.first.reset();
        browser.first.reset();
        return store(phone.second, browser.second, disk);
    });
    phone.second.reset();
    browser.second.reset();
    for (const char* fix : {"fix 1", "fix 2", kLast}) send_text(phone.first, fix);
    std::string shown;
    for (std::string fix; !(fix = receive_text(browser.first)).empty();) shown = fix;
    fmt::print("   the store is dead; the map shows   {}\n", shown);
    end_step();
    const std::string asked = disk.lines().back();
    fmt::print("   the page is loaded again, and has  {}{}\n", asked,
               asked < shown ? ": it went back in time" : "");
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. announced, then committed\n");
    show(announce_first);
    fmt::print("2. committed, then announced\n");
    show(commit_first);
}
