#include "slides/server/socket_diag.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "net/address.hh"

namespace waymark::slides {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kAllStates = 0xffffffff;
constexpr std::size_t kAnswerBytes = 64 * 1024;  // the kernel fills 32 KB at most

// A structure of the kernel at the beginning of `bytes`; nothing if they are too few.
template <typename Part>
std::optional<Part> part_of(Bytes bytes) {
    if (bytes.size() < sizeof(Part)) return {};
    Part part;
    std::memcpy(&part, bytes.data(), sizeof part);
    return part;
}

Bytes from(Bytes bytes, std::size_t place) {
    return bytes.subspan(std::min(place, bytes.size()));
}

std::string address_text(int family, const std::uint32_t (&words)[4], std::uint16_t port) {
    std::array<std::uint8_t, sizeof words> bytes;
    std::memcpy(bytes.data(), words, sizeof words);
    const std::size_t length = family == AF_INET ? sizeof words[0] : sizeof words;
    return net::Address::from_ip_bytes(std::span(bytes).first(length), ntohs(port))
        .unmapped()
        .to_string();
}

std::optional<SocketFacts> inet_socket(Bytes payload, int protocol) {
    const auto message = part_of<inet_diag_msg>(payload);
    if (!message || (message->idiag_family != AF_INET && message->idiag_family != AF_INET6))
        return {};
    if (tcp_state(message->idiag_state).empty()) return {};
    const inet_diag_sockid& id = message->id;
    SocketFacts facts;
    facts.protocol = protocol == IPPROTO_UDP ? "udp" : "tcp";
    facts.state = tcp_state(message->idiag_state);
    facts.local = address_text(message->idiag_family, id.idiag_src, id.idiag_sport);
    if (id.idiag_dport != 0)
        facts.peer = address_text(message->idiag_family, id.idiag_dst, id.idiag_dport);
    facts.inode = message->idiag_inode;
    facts.receive = message->idiag_rqueue;
    facts.timer = message->idiag_timer;
    facts.resent = message->idiag_retrans;
    if (facts.listens())
        facts.backlog = message->idiag_wqueue;  // inet_diag.c: sk_max_ack_backlog
    else
        facts.send = message->idiag_wqueue;
    return facts;
}

// A path, or "@name" of an abstract one (unix(7)).
std::string unix_name(Bytes bytes) {
    std::string name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (name.starts_with('\0'))
        name[0] = '@';
    else
        name.resize(std::min(name.size(), name.find('\0')));
    return name;
}

void add_unix_attribute(int type, Bytes value, SocketFacts& facts) {
    if (type == UNIX_DIAG_NAME) facts.local = unix_name(value);
    if (type == UNIX_DIAG_PEER) facts.pair = part_of<std::uint32_t>(value).value_or(0);
    if (const auto queues = part_of<unix_diag_rqlen>(value); type == UNIX_DIAG_RQLEN && queues) {
        facts.receive = queues->udiag_rqueue;
        if (facts.listens())
            facts.backlog = queues->udiag_wqueue;
        else
            facts.send = queues->udiag_wqueue;
    }
}

std::optional<SocketFacts> unix_socket(Bytes payload) {
    const auto message = part_of<unix_diag_msg>(payload);
    if (!message || message->udiag_family != AF_UNIX) return {};
    SocketFacts facts;
    facts.protocol = "unix";
    facts.state = tcp_state(message->udiag_state);
    facts.inode = message->udiag_ino;
    for (Bytes rest = from(payload, NLMSG_ALIGN(sizeof *message));;) {
        const auto head = part_of<nlattr>(rest);
        if (!head || head->nla_len < sizeof *head || head->nla_len > rest.size()) return facts;
        add_unix_attribute(head->nla_type, rest.first(head->nla_len).subspan(sizeof *head), facts);
        rest = from(rest, NLA_ALIGN(head->nla_len));
    }
}

// Who has connected to a Unix socket has no name, and its other end has that of the listener.
void name_peers(std::vector<SocketFacts>& sockets) {
    std::map<std::uint64_t, std::string> names;
    for (const SocketFacts& socket : sockets)
        if (socket.protocol == "unix" && !socket.local.empty()) names[socket.inode] = socket.local;
    for (SocketFacts& socket : sockets)
        if (const auto name = names.find(socket.pair); socket.pair != 0 && name != names.end())
            socket.peer = name->second;
}

struct InetQuestion {
    nlmsghdr head;
    inet_diag_req_v2 wanted;
};
struct UnixQuestion {
    nlmsghdr head;
    unix_diag_req wanted;
};

template <typename Question>
Question question() {
    Question question{};
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    return question;
}

daemon::Fd open_diag() {
    return daemon::Fd(daemon::check(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG),
        "socket NETLINK_SOCK_DIAG"));
}

}  // namespace

DiagAnswer parse_diag(Bytes bytes, int protocol) {
    DiagAnswer answer;
    while (const auto head = part_of<nlmsghdr>(bytes)) {
        if (head->nlmsg_len < sizeof *head || head->nlmsg_len > bytes.size()) break;
        const Bytes payload = bytes.first(head->nlmsg_len).subspan(sizeof *head);
        if (head->nlmsg_type == NLMSG_DONE) answer.is_whole = true;
        if (head->nlmsg_type == NLMSG_ERROR) answer.is_refused = true;
        if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY)
            if (auto socket = protocol == 0 ? unix_socket(payload) : inet_socket(payload, protocol))
                answer.sockets.push_back(std::move(*socket));
        bytes = from(bytes, NLMSG_ALIGN(head->nlmsg_len));
    }
    return answer;
}

SocketDiag::SocketDiag() : socket_(open_diag()) {}

// The descriptor stays in the namespace in which it was made. The keeper has one thread, which goes
// there and comes back.
std::optional<SocketDiag> SocketDiag::in_namespace_of(pid_t pid) {
    const auto open_namespace = [](const std::string& path) {
        return daemon::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    };
    const daemon::Fd there = open_namespace(fmt::format("/proc/{}/ns/net", pid));
    const daemon::Fd here = open_namespace("/proc/self/ns/net");
    if (!there || !here || ::setns(there.get(), CLONE_NEWNET) != 0) return {};
    std::optional<SocketDiag> diag;
    try {
        diag.emplace();
    } catch (const std::system_error&) {
    }
    daemon::check(::setns(here.get(), CLONE_NEWNET), "setns", "/proc/self/ns/net");
    return diag;
}

std::optional<std::vector<SocketFacts>> SocketDiag::all() {
    std::vector<SocketFacts> found;
    for (const int protocol : {IPPROTO_TCP, IPPROTO_UDP})
        for (const int family : {AF_INET, AF_INET6})
            if (!ask(family, protocol, found)) return {};
    if (!ask(AF_UNIX, 0, found)) return {};
    name_peers(found);
    return found;
}

// A dump is made as it is read, so nothing has to be waited for. One that is left in the middle
// would be in the way of the next question, so it is read to its end, also when there is no more
// room.
bool SocketDiag::ask(int family, int protocol, std::vector<SocketFacts>& found) {
    ssize_t sent = 0;
    if (family == AF_UNIX) {
        auto asked = question<UnixQuestion>();
        asked.wanted.sdiag_family = AF_UNIX;
        asked.wanted.udiag_states = kAllStates;
        asked.wanted.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN;
        sent = ::send(socket_.get(), &asked, sizeof asked, 0);
    } else {
        auto asked = question<InetQuestion>();
        asked.wanted.sdiag_family = static_cast<std::uint8_t>(family);
        asked.wanted.sdiag_protocol = static_cast<std::uint8_t>(protocol);
        asked.wanted.idiag_states = kAllStates;
        sent = ::send(socket_.get(), &asked, sizeof asked, 0);
    }
    std::vector<std::byte> bytes(kAnswerBytes);
    std::size_t count = 0;
    while (sent > 0) {
        const ssize_t length = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        if (length <= 0) return false;
        DiagAnswer answer =
            parse_diag(Bytes(bytes).first(static_cast<std::size_t>(length)), protocol);
        // A kernel without a family's module says that there is no such thing: no sockets, then.
        if (answer.is_refused) return protocol != IPPROTO_TCP || family != AF_INET;
        count += answer.sockets.size();
        if (count <= kMostOfOneFamily)
            std::move(answer.sockets.begin(), answer.sockets.end(), std::back_inserter(found));
        if (answer.is_whole) return true;
    }
    return false;
}

}  // namespace waymark::slides
