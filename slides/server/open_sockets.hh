// Which sockets the processes of a run have open, from /proc/PID/fd (proc(5)), and what the
// kernel's tables say of these and of all others: a look.

#pragma once

#include <map>
#include <optional>
#include <vector>

#include "lessons/course/process_tree.hh"
#include "slides/server/socket_diag.hh"
#include "slides/server/socket_facts.hh"

namespace waymark::slides {

struct SocketHolder {
    pid_t pid;
    int fd;
};

// A socket in one network namespace, and who has it open: several after a fork; nobody of the run
// where `holders` is empty.
struct FoundSocket {
    SocketFacts facts;
    std::vector<SocketHolder> holders;
    int space = 0;  // counts the namespaces, 0 is that of this process
};

class OpenSockets {
  public:
    // So many descriptors are looked at in one look, of all processes together.
    static constexpr std::size_t kMostDescriptors = 4096;

    // Unless `ask`, the tables of /proc are read, as where there is no sock_diag.
    explicit OpenSockets(bool ask = true) : ask_(ask) {}

    // In the order of processes and their descriptors, those that they have; behind these all
    // others of the same namespaces that nobody has open. Sockets of other programs are left out, and those of
    // this process, which a child has until it executes its program.
    std::vector<FoundSocket> look(const std::vector<course::Process>& processes);

  private:
    struct Space {
        int number = 0;
        std::optional<SocketDiag> diag;  // without it: /proc/PID/net
    };
    struct Held {
        std::vector<SocketHolder> holders;
        ino_t space = 0;
    };
    using HeldSockets = std::map<std::uint64_t, Held>;

    HeldSockets held_by(const std::vector<course::Process>& processes,
                        std::vector<std::uint64_t>& order, std::map<ino_t, pid_t>& witnesses) const;
    Space& space_of(ino_t number, pid_t witness);

    bool ask_;
    std::map<ino_t, Space> spaces_;
};

}  // namespace waymark::slides
