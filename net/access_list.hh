// Who may talk to a server: rules "allow 192.168.0.0/16" and "deny all", read from the first to the
// last; the first one that matches decides, and when none does, the default that the caller chose.
//
// Comparing the beginning of a text ("192.168.1" also begins 192.168.10.1) lets the wrong ones in;
// here bits are compared. A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d, which no rule
// for IPv4 would match; here peers and rules are unmapped first. A rule whose meaning is in doubt
// is refused: host bits beyond the mask, a mask longer than the address, odd spellings, names, and
// zones such as %eth0. One such rule refuses the whole text, since the others mean something else
// without it. Ports and interfaces of a peer are not looked at.
//
// To reload, parse the new text; if that throws, the old list is still whole.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hh"

namespace waymark::net {

enum class Access { allow, deny };

class AccessList {
  public:
    // No rules: the default decides.
    explicit AccessList(Access otherwise) : otherwise_(otherwise) {}

    // One rule a line, "allow" or "deny" and a network: an address ("192.0.2.1"), an address with
    // the length of its mask in bits ("192.0.2.0/24", RFC 4632; "2001:db8::/32", RFC 4291 section
    // 2.3), or "all". "#" begins a comment. `otherwise` holds where no rule matches. Keeps nothing
    // of `text`. Throws UsageError "FILE:LINE:COLUMN: what is wrong", where FILE is `name`.
    static AccessList parse(std::string_view text, Access otherwise, std::string_view name);

    // The same from a list, as a configuration file holds it; LINE is the number of the entry.
    static AccessList parse(std::span<const std::string> rules, Access otherwise,
                            std::string_view name);

    bool allows(const Address& peer) const { return decide(peer).access == Access::allow; }

    // The verdict of the first rule that matches, and its reason: that rule as it was written, with
    // one blank between its words, or "default". A rule of one family matches no peer of the other;
    // ::/0 does not match ::ffff:192.0.2.1. A Unix peer has no IP address: only "all" matches it.
    struct Decision {
        Access access;
        std::string_view rule;  // lives as long as the list
    };
    Decision decide(const Address& peer) const;

    std::size_t size() const { return rules_.size(); }

  private:
    // `bits` leading bits of `bytes`, in one family; AF_UNSPEC is "all".
    struct Rule {
        Access access = Access::deny;
        int family = AF_UNSPEC;
        unsigned bits = 0;
        std::array<std::uint8_t, 16> bytes{};
        std::string text;

        bool matches(const Address& unmapped_peer) const;
    };
    class LineParser;

    Access otherwise_;
    std::vector<Rule> rules_;
};

}  // namespace waymark::net
