// The kernel's table of sockets by sock_diag(7): a question to a netlink socket, and messages as
// answer, each with one socket. It shows TCP, UDP and Unix sockets of one network namespace.
//
// Reading is apart from asking: bytes in, sockets out.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "daemon/fd.hh"
#include "slides/server/socket_facts.hh"

namespace waymark::slides {

struct DiagAnswer {
    std::vector<SocketFacts> sockets;
    bool is_whole = false;    // the end of the list was in it
    bool is_refused = false;  // the kernel said no, or what came is no answer
};

// What one read from the netlink socket gave. Messages that are cut or of another kind are passed
// over. `protocol` is IPPROTO_TCP or IPPROTO_UDP, or 0 for Unix sockets.
DiagAnswer parse_diag(std::span<const std::byte> bytes, int protocol);

class SocketDiag {
  public:
    // In the network namespace of this process. Throws std::system_error where there is no netlink.
    SocketDiag();
    // In that of process `pid`, for which root rights are needed; nothing if we may not.
    static std::optional<SocketDiag> in_namespace_of(pid_t pid);

    // All sockets, at most so many of each family; nothing if the kernel refuses.
    std::optional<std::vector<SocketFacts>> all();

    static constexpr std::size_t kMostOfOneFamily = 20'000;

  private:
    bool ask(int family, int protocol, std::vector<SocketFacts>& found);

    daemon::Fd socket_;
};

}  // namespace waymark::slides
