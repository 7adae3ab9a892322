#include "slides/server/socket_facts.hh"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "net/address.hh"

namespace waymark::slides {

namespace {

constexpr std::size_t kWordDigits = 8;

std::vector<std::string_view> words_of(std::string_view line, std::size_t most) {
    std::vector<std::string_view> words;
    while (words.size() < most) {
        const std::size_t begin = line.find_first_not_of(" \t\n");
        if (begin == line.npos) break;
        line.remove_prefix(begin);
        words.push_back(line.substr(0, line.find_first_of(" \t\n")));
        line.remove_prefix(words.back().size());
    }
    return words;
}

// All of `text` is a number of that base, and fits.
template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return number;
}

// "0100007F:1F90". The kernel prints each four bytes as one number of this machine.
std::optional<net::Address> address_of(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != kWordDigits && colon != 4 * kWordDigits) return {};
    const auto port = number_of<std::uint16_t>(text.substr(colon + 1), 16);
    std::vector<std::uint8_t> bytes;
    for (std::size_t place = 0; place < colon; place += kWordDigits) {
        const auto word = number_of<std::uint32_t>(text.substr(place, kWordDigits), 16);
        if (!word) return {};
        std::array<std::uint8_t, sizeof *word> part;
        std::memcpy(part.data(), &*word, sizeof *word);
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    if (!port) return {};
    return net::Address::from_ip_bytes(bytes, *port).unmapped();
}

struct Pair {
    std::uint32_t first, second;
};

// "00000000:00000002"
std::optional<Pair> pair_of(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return {};
    const auto first = number_of<std::uint32_t>(text.substr(0, colon), 16);
    const auto second = number_of<std::uint32_t>(text.substr(colon + 1), 16);
    if (!first || !second) return {};
    return Pair{*first, *second};
}

}  // namespace

std::string_view tcp_state(unsigned number) {
    // enum in <netinet/tcp.h>; 12 is a SYN that the kernel answers without a socket, 13 has an
    // address only.
    constexpr std::array<std::string_view, 14> kNames = {
        "",      "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
        "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "SYN_RECV",  "CLOSE"};
    return number < kNames.size() ? kNames[number] : std::string_view();
}

std::optional<SocketFacts> parse_socket_line(std::string_view protocol, std::string_view line) {
    constexpr std::size_t kLocal = 1, kPeer = 2, kState = 3, kQueues = 4, kTimer = 5, kResent = 6,
                          kInode = 9, kWords = 10;
    const std::vector<std::string_view> words = words_of(line, kWords);
    if (words.size() < kWords) return {};
    const auto local = address_of(words[kLocal]), peer = address_of(words[kPeer]);
    const auto state = number_of<std::uint8_t>(words[kState], 16);
    const auto queues = pair_of(words[kQueues]), timer = pair_of(words[kTimer]);
    const auto resent = number_of<std::uint32_t>(words[kResent], 16);
    const auto inode = number_of<std::uint64_t>(words[kInode], 10);
    if (!local || !peer || !state || !queues || !timer || !resent || !inode) return {};
    if (tcp_state(*state).empty()) return {};
    SocketFacts facts;
    facts.protocol = protocol;
    facts.state = tcp_state(*state);
    facts.local = local->to_string();
    if (peer->port() != 0) facts.peer = peer->to_string();
    facts.inode = *inode;
    facts.send = queues->first;
    facts.receive = queues->second;
    facts.timer = static_cast<std::uint8_t>(timer->first);
    facts.resent = static_cast<std::uint8_t>(std::min<std::uint32_t>(*resent, UINT8_MAX));
    return facts;
}

}  // namespace waymark::slides
