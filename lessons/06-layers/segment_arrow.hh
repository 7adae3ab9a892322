// A segment of TCP as an arrow of a sequence diagram. As capture programs do it, each side's
// numbers are counted from its first one: a person follows 0, 1 and 19, and not 2601893489.

#pragma once

#include <fmt/format.h>

#include <map>
#include <string>

#include "lessons/course/hand_in_frame.hh"
#include "net/frame_layers.hh"

namespace waymark::demo {

class SegmentArrows {
  public:
    explicit SegmentArrows(std::uint16_t server_port) : server_port_(server_port) {}

    // Nothing for a frame without TCP.
    void hand_in(const net::Layers& layers) {
        if (layers.headers.empty()) return;
        const auto* const tcp = std::get_if<net::TcpHeader>(&layers.headers.back());
        if (tcp == nullptr) return;
        const bool by_server = tcp->source_port == server_port_;
        const std::string names[] = {"client", "server"};
        hand_in_frame(names[by_server], names[!by_server], in_words(*tcp, layers.data.size()));
    }

  private:
    std::string in_words(const net::TcpHeader& tcp, std::size_t bytes) {
        const std::uint32_t own = first_.try_emplace(tcp.source_port, tcp.sequence).first->second;
        std::string text =
            fmt::format("{}{}{}{}", tcp.flags.syn ? "SYN " : "", tcp.flags.fin ? "FIN " : "",
                        tcp.flags.rst ? "RST " : "", tcp.flags.ack ? "ACK " : "");
        text.back() = ',';
        text += fmt::format(" seq {}", tcp.sequence - own);
        if (tcp.flags.ack)
            text += fmt::format(", ack {}", tcp.acknowledgement - first_[tcp.destination_port]);
        return bytes == 0 ? text : text + fmt::format(", {} bytes", bytes);
    }

    std::uint16_t server_port_;
    std::map<std::uint16_t, std::uint32_t> first_ = {};  // sequence numbers, by port
};

}  // namespace waymark::demo
