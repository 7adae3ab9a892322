// How the kernel's tables of sockets are read: lines of /proc/net, messages of sock_diag.

#include "slides/server/socket_facts.hh"

#include <doctest/doctest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>

#include <cstring>
#include <string>
#include <vector>

#include "slides/server/socket_diag.hh"

using namespace waymark::slides;

namespace {

std::string line(std::string_view local, std::string_view peer, std::string_view state,
                 std::string_view queues, std::string_view timer = "00:00000000") {
    return "   1: " + std::string(local) + " " + std::string(peer) + " " + std::string(state) +
           " " + std::string(queues) + " " + std::string(timer) +
           " 00000002     0        0 4711 1 0 100";
}

using Bytes = std::vector<std::byte>;

template <typename Part>
void append(Bytes& bytes, const Part& part) {
    const auto* begin = reinterpret_cast<const std::byte*>(&part);
    bytes.insert(bytes.end(), begin, begin + sizeof part);
}

template <typename Part>
Bytes message(std::uint16_t type, const Part& part, const Bytes& rest = {}) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + sizeof part + rest.size());
    head.nlmsg_type = type;
    Bytes bytes;
    append(bytes, head);
    append(bytes, part);
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    bytes.resize(NLMSG_ALIGN(bytes.size()));
    return bytes;
}

Bytes attribute(std::uint16_t type, std::string_view value, int length_error = 0) {
    nlattr head{};
    head.nla_type = type;
    head.nla_len =
        static_cast<std::uint16_t>(static_cast<int>(sizeof head + value.size()) + length_error);
    Bytes bytes;
    append(bytes, head);
    for (const char each : value) bytes.push_back(std::byte(each));
    bytes.resize(NLA_ALIGN(bytes.size()));
    return bytes;
}

inet_diag_msg listener_of_port_80() {
    inet_diag_msg socket{};
    socket.idiag_family = AF_INET;
    socket.idiag_state = 10;
    socket.id.idiag_sport = htons(80);
    socket.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    socket.idiag_rqueue = 2;
    socket.idiag_wqueue = 1;
    socket.idiag_inode = 4711;
    return socket;
}

}  // namespace

TEST_CASE("a line of the table: listener and connection and what waits in their queues") {
    const auto listener =
        parse_socket_line("tcp", line("0100007F:1F90", "00000000:0000", "0A", "00000000:00000002"));
    REQUIRE(listener);
    CHECK(listener->listens());
    CHECK(listener->local == "127.0.0.1:8080");
    CHECK(listener->peer.empty());
    CHECK(listener->receive == 2);
    CHECK_FALSE(listener->backlog);
    CHECK(listener->inode == 4711);
    const auto stalled = parse_socket_line(
        "tcp", line("0100007F:1F90", "0100007F:D1D8", "01", "0039B600:00000010", "04:0000001A"));
    REQUIRE(stalled);
    CHECK(stalled->state == "ESTABLISHED");
    CHECK(stalled->peer == "127.0.0.1:53720");
    CHECK(stalled->send == 3'782'144);
    CHECK(stalled->receive == 16);
    CHECK(stalled->timer == SocketFacts::kProbe);
    CHECK(stalled->resent == 2);
}

TEST_CASE("both families in one writing and a mapped address as what it is") {
    const auto six = parse_socket_line(
        "tcp", line("00000000000000000000000001000000:0050",
                    "00000000000000000000000000000000:0000", "0A", "00000000:00000000"));
    REQUIRE(six);
    CHECK(six->local == "[::1]:80");
    const auto mapped = parse_socket_line(
        "tcp", line("0000000000000000FFFF00000100007F:0050",
                    "0000000000000000FFFF00000100007F:1F90", "08", "00000000:00000001"));
    REQUIRE(mapped);
    CHECK(mapped->local == "127.0.0.1:80");
    CHECK(mapped->peer == "127.0.0.1:8080");
    CHECK(mapped->state == "CLOSE_WAIT");
}

TEST_CASE("a line that is none is passed over") {
    const std::string good = line("0100007F:1F90", "00000000:0000", "0A", "00000000:00000002");
    REQUIRE(parse_socket_line("tcp", good));
    CHECK_FALSE(parse_socket_line("tcp", ""));
    CHECK_FALSE(parse_socket_line("tcp",
                                  "  sl  local_address rem_address   st tx_queue rx_queue tr "
                                  "tm->when retrnsmt   uid  timeout inode"));
    for (const auto& [part, other] : std::vector<std::pair<std::string, std::string>>{
             {"0100007F:1F90", "0100007F1F90"},       // no port
             {"0100007F:1F90", "0100007:1F90"},       // a digit is missing
             {"0100007F:1F90", "0100007G:1F90"},      // no digit
             {"0100007F:1F90", "0100007F:11F90"},     // a port beyond 65535
             {"0100007F:1F90", "0100007F:"},          // none
             {" 0A ", " 00 "},                        // no state
             {" 0A ", " 7F "},                        // none that is known
             {" 0A ", " FFF "},                       // does not fit
             {"00000000:00000002", "00000000"},       // one queue
             {"00000000:00000002", "x:00000002"},     // no number
             {"00000000:00000002", "1FFFFFFFF:0"},    // does not fit
             {"4711", "-4711"},                       // no inode
             {"4711", "99999999999999999999999"}}) {  // does not fit
        std::string bad = good;
        bad.replace(bad.find(part), part.size(), other);
        CAPTURE(bad);
        CHECK_FALSE(parse_socket_line("tcp", bad));
    }
    // All beginnings of a line up to its inode.
    for (std::size_t length = 0; length < good.find("4711"); ++length)
        CHECK_FALSE(parse_socket_line("tcp", std::string_view(good).substr(0, length)));
}

TEST_CASE("sock_diag: a listener has its backlog and the end of the list is seen") {
    Bytes bytes = message(SOCK_DIAG_BY_FAMILY, listener_of_port_80());
    const Bytes done = message(NLMSG_DONE, 0);
    bytes.insert(bytes.end(), done.begin(), done.end());
    const DiagAnswer answer = parse_diag(bytes, IPPROTO_TCP);
    CHECK(answer.is_whole);
    REQUIRE(answer.sockets.size() == 1);
    CHECK(answer.sockets[0].local == "127.0.0.1:80");
    CHECK(answer.sockets[0].receive == 2);
    CHECK(answer.sockets[0].backlog == 1);
    CHECK(answer.sockets[0].send == 0);
}

TEST_CASE("sock_diag: a Unix socket has a name and its other end") {
    unix_diag_msg head{};
    head.udiag_family = AF_UNIX;
    head.udiag_state = 1;
    head.udiag_ino = 12;
    const auto read = [&](const Bytes& attributes) {
        const DiagAnswer answer = parse_diag(message(SOCK_DIAG_BY_FAMILY, head, attributes), 0);
        REQUIRE(answer.sockets.size() == 1);
        return answer.sockets[0];
    };
    CHECK(read(attribute(UNIX_DIAG_NAME, "/run/a.socket")).local == "/run/a.socket");
    CHECK(read(attribute(UNIX_DIAG_NAME, std::string_view("\0name", 5))).local == "@name");
    CHECK(read(attribute(UNIX_DIAG_PEER, std::string_view("\x0d\0\0\0", 4))).pair == 13);
    // Attributes that are too short for what they should hold, or say that they are longer than the
    // message.
    CHECK(read(attribute(UNIX_DIAG_PEER, "\x0d")).pair == 0);
    CHECK(read(attribute(UNIX_DIAG_NAME, "/run/a.socket", 100)).local.empty());
    CHECK(read(attribute(UNIX_DIAG_NAME, "", -1)).local.empty());
}

TEST_CASE("sock_diag: what is cut or no socket is passed over, and a refusal is told") {
    const Bytes whole = message(SOCK_DIAG_BY_FAMILY, listener_of_port_80());
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK(parse_diag(std::span(whole).first(length), IPPROTO_TCP).sockets.empty());
    inet_diag_msg strange = listener_of_port_80();
    strange.idiag_state = 200;
    CHECK(parse_diag(message(SOCK_DIAG_BY_FAMILY, strange), IPPROTO_TCP).sockets.empty());
    strange = listener_of_port_80();
    strange.idiag_family = AF_UNIX;
    CHECK(parse_diag(message(SOCK_DIAG_BY_FAMILY, strange), IPPROTO_TCP).sockets.empty());
    Bytes endless = whole;
    endless[0] = endless[1] = std::byte{0};  // a length of 0 would never come to an end
    CHECK(parse_diag(endless, IPPROTO_TCP).sockets.empty());
    CHECK(parse_diag(message(NLMSG_ERROR, -1), IPPROTO_TCP).is_refused);
}
