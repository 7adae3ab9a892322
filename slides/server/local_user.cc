#include "slides/server/local_user.hh"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <string>

namespace waymark::slides {

namespace {

constexpr std::string_view kEstablished = "01";

// As the kernel prints it: the address as words in the machine's own order, then the port.
std::string as_in_proc(const net::Address& address) {
    std::string text;
    std::span<const std::uint8_t> bytes = address.ip_bytes();
    for (; bytes.size() >= sizeof(std::uint32_t); bytes = bytes.subspan(sizeof(std::uint32_t))) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        text += fmt::format("{:08X}", word);
    }
    return fmt::format("{}:{:04X}", text, address.port());
}

}  // namespace

std::optional<uid_t> user_of(const net::Address& peer, const net::Address& server) {
    if (!peer.is_ip()) return std::nullopt;
    std::ifstream table(peer.family() == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6");
    const std::string wanted = as_in_proc(peer);
    const std::string connected_to = as_in_proc(server);
    std::string line;
    while (std::getline(table, line)) {
        std::istringstream columns(line);
        std::string number, local, remote, state, queues, timer, retransmitted;
        uid_t user = 0;
        columns >> number >> local >> remote >> state >> queues >> timer >> retransmitted >> user;
        if (columns && local == wanted && remote == connected_to && state == kEstablished)
            return user;
    }
    return std::nullopt;
}

bool is_own_connection(const net::Address& peer, const net::Address& server) {
    const std::optional<uid_t> user = user_of(peer.unmapped(), server.unmapped());
    return user && (*user == ::geteuid() || *user == 0);
}

}  // namespace waymark::slides
