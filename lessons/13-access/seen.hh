// What a learner's list says, held against what it should say.

#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "advice.hh"
#include "daemon/error.hh"
#include "net/access_list.hh"

namespace waymark::course::check {

using net::Access;
using net::AccessList;
using net::Address;

inline const char* in_words(Access access) {
    return access == Access::allow ? "allow" : "deny";
}

inline Address peer_at(std::string_view host, std::uint16_t port = 40'000) {
    return Address::parse_ip(host, port).value();
}

// Reads a text that is right. What is thrown is a mistake of the list.
template <class Text>
AccessList list_of(const Text& text, Access otherwise = Access::deny,
                   const Causes& if_refused = kTooStrict) {
    if_it_crashes(kShift, "shift exponent");
    if_it_crashes(kDangling, "use-after-return");
    if_it_crashes(kDangling, "use-after-free");
    if_it_crashes(kBytesGone, "use-after-scope");
    if_it_crashes(kRangeNoBytes, "overflow");
    std::string thrown;
    try {
        return AccessList::parse(text, otherwise, "access.txt");
    } catch (const daemon::UsageError& error) {
        thrown = error.what();
    } catch (const std::exception& error) {
        fail("reading good rules", "a list", std::string("an exception: ") + error.what(),
             kOtherError);
    }
    fail("reading good rules", "a list", "refused: " + thrown, if_refused);
}

// The verdict and its reason.
inline void expect_verdict(const AccessList& list, const Address& peer, Access expected,
                           std::string_view reason, const Causes& causes) {
    const AccessList::Decision seen = list.decide(peer);
    const std::string whom = "the verdict on " + peer.host_text();
    expect(seen.access == expected, whom, in_words(expected), in_words(seen.access), causes);
    expect(list.allows(peer) == (expected == Access::allow), whom + " by allows()",
           in_words(expected), "the other", causes);
    expect(seen.rule == reason, "its reason", show(reason), show(seen.rule), kReason);
}

// One rule for this network, once as the exception from deny, once from allow.
inline void expect_match(const std::string& network, const Address& peer, bool expected,
                         const Causes& causes) {
    const auto address = Address::parse_ip(network.substr(0, network.find('/')));
    const bool is_mapped = address && address->unmapped().family() != address->family();
    const Causes if_refused = is_mapped ? Causes{kMappedRule, kTooStrict} : Causes{kTooStrict};
    for (const Access access : {Access::allow, Access::deny}) {
        const Access otherwise = access == Access::allow ? Access::deny : Access::allow;
        const std::string rule = std::string(in_words(access)) + " " + network;
        const bool seen = list_of(rule + "\n", otherwise, if_refused).decide(peer).access == access;
        expect(seen == expected, "whether \"" + rule + "\" matches " + peer.host_text(),
               expected ? "yes" : "no", seen ? "yes" : "no", causes);
    }
}

// The message of the UsageError with which this text is refused.
template <class Text>
std::string refusal(const Text& text, const std::string& what, const Causes& causes) {
    if_it_crashes(kShift, "shift exponent");
    if_it_crashes(kWrapped, "overflow");
    std::string thrown;
    try {
        AccessList::parse(text, Access::deny, "access.txt");
    } catch (const daemon::UsageError& error) {
        return error.what();
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "not even a std::exception";
    }
    if (thrown.empty()) fail(what, "UsageError", "a list", causes);
    fail(what, "UsageError", "another exception: " + thrown, kOtherError);
}

}  // namespace waymark::course::check
