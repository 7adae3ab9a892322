// Where web hooks may go. Whoever may type an address for this server to call could have it call
// what only it can reach: a router's page, a database, the machine's own services, a cloud's
// metadata (server-side request forgery). So the operator names the networks, and without a word
// from them there are no web hooks:
//
//   public           whatever is on the internet, by https only; not this machine, not private
//                    networks, and none of the ranges that IANA keeps for special purposes
//   192.168.1.0/24   that network or address, by http too
//
// What a name means is asked when a post goes out, and the addresses that were found are the ones
// that are called: a name that points elsewhere a moment later changes nothing.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "net/access_list.hh"
#include "net/address.hh"

namespace waymark::tracker {

class WebHookNetworks {
  public:
    // Throws UsageError for what is neither "public" nor a network.
    explicit WebHookNetworks(std::span<const std::string> words);

    bool allows(const net::Address& address, bool is_secured) const;
    // Whether one could be called at all.
    bool are_any() const { return is_public_allowed_ || named_.size() > 0; }

  private:
    bool is_public_allowed_ = false;
    net::AccessList named_;
};

// Whether an address is reached over the internet: in none of the ranges of IANA's registries of
// special-purpose addresses, nor a way around them (6to4, Teredo, NAT64).
bool is_on_the_internet(const net::Address& address);

}  // namespace waymark::tracker
