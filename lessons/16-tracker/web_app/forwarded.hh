// What proxies add to a request that they pass on: for whom they do so, and by which scheme he came
// to them. Each proxy writes its word behind those that are there already, and the first words are
// the client's own, who may write what he likes. So lists are read from the right, where the
// nearest proxy stands, and only so far as proxies are trusted (web_app/request_origin).

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "net/address.hh"
#include "net/http/message.hh"

namespace waymark::tracker {

// As they are written; empty where nothing is said.
struct Hop {
    std::string_view node;    // who has sent it on to the proxy
    std::string_view scheme;  // by which he came to the proxy
};

// The last hops of a list, however long it is.
class LastHops {
  public:
    static constexpr std::size_t kMost = 32;

    void add(const Hop& hop) { hops_[count_++ % kMost] = hop; }
    std::size_t size() const { return count_ < kMost ? count_ : kMost; }
    // 0 is the last one. Asserted: `at` < size().
    const Hop& from_right(std::size_t at) const;

  private:
    std::array<Hop, kMost> hops_{};
    std::size_t count_ = 0;
};

// X-Forwarded-For and X-Forwarded-Proto, which nobody has written down but everybody sends. Where
// there are fewer schemes than nodes, the nodes farther away have the first of them.
LastHops read_x_forwarded(const net::http::Request& request);

// Forwarded (RFC 7239, section 4). Nothing if a field cannot be read: a quote that a client has
// left open would swallow what the proxy wrote behind it.
std::optional<LastHops> read_forwarded(const net::http::Request& request);

// The address of a node: "192.0.2.1", "[2001:db8::1]", with a port or without, IPv6 also without
// brackets; its port is left out. Nothing for "unknown" and for names that hide who it is (section
// 6), nor for an address with an interface.
std::optional<net::Address> address_of_node(std::string_view node);

}  // namespace waymark::tracker
