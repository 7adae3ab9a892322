// A phone sends six fixes, and forgets each one that is acknowledged. Then the server is killed.
// Wrong: it acknowledges what it has in memory, to be written when there are four. Right: it
// acknowledges four when the four are on the disk.
//
// Look at: how many the phone has forgotten, and how many are on the disk.

#include "house.hh"

using namespace waymark::demo;

namespace {

constexpr std::size_t kGroup = 4;

//#region acknowledge-first
int acknowledge_first(const Fd& phone, const Disk& disk) {
    std::vector<std::string> waiting;
    for (std::string fix; !(fix = receive_text(phone)).empty();) {
        waiting.push_back(fix);
        send_text(phone, "OK");  //@ 1
        if (waiting.size() < kGroup) continue;
        disk.commit(waiting);  //@ 2
        waiting.clear();
    }
    return 0;
}
//#endregion acknowledge-first

//#region commit-first
int commit_first(const Fd& phone, const Disk& disk) {
    std::vector<std::string> waiting;
    for (std::string fix; !(fix = receive_text(phone)).empty();) {
        waiting.push_back(fix);
        if (waiting.size() < kGroup) continue;
        disk.commit(waiting);                                                 //@ 1
        for (; !waiting.empty(); waiting.pop_back()) send_text(phone, "OK");  //@ 2
    }
    return 0;
}
//#endregion commit-first

using Server = int (*)(const Fd& phone, const Disk& disk);

// What the phone has not forgotten. It waits for so many answers, which is as many as come.
std::vector<std::string> send_until_killed(Server server, const Disk& disk,
                                           std::vector<std::string> fixes, std::size_t answers) {
    waymark::daemon::Children children;
    waymark::daemon::SocketPair line = waymark::daemon::make_socket_pair(SOCK_SEQPACKET);
    const pid_t pid = children.start([&] {
        line.first.reset();
        return server(line.second, disk);
    });
    line.second.reset();
    for (const std::string& fix : fixes) send_text(line.first, fix);
    for (std::size_t number = 0; number < answers; ++number)
        if (receive_text(line.first) == "OK") fixes.erase(fixes.begin());
    end_step();
    kill_and_collect(children, pid);
    fmt::print("   kill -9: the phone has forgotten {}, on the disk are {}\n", answers,
               disk.lines().size());
    return fixes;
}

std::vector<std::string> six() {
    std::vector<std::string> fixes;
    for (int number = 1; number <= 6; ++number) fixes.push_back(fmt::format("fix {}", number));
    return fixes;
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("1. acknowledged, then written\n");
    const Disk first;
    send_until_killed(acknowledge_first, first, six(), 6);
    fmt::print("   fix 5 is {}, fix 6 is {}\n", first.has("fix 5") ? "there" : "gone",
               first.has("fix 6") ? "there" : "gone");
    end_step();
    fmt::print("2. written, then acknowledged\n");
    const Disk second;
    std::vector<std::string> left = send_until_killed(commit_first, second, six(), kGroup);
    fmt::print("   the phone has {} left, and sends them again with its next two\n", left.size());
    left.insert(left.end(), {"fix 7", "fix 8"});
    send_until_killed(commit_first, second, left, kGroup);
}
