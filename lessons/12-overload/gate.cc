#include "gate.hh"

#include <netinet/in.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <utility>

#include "daemon/error.hh"

namespace waymark::course::check {

Address ip(std::string_view text, std::uint16_t port) {
    return Address::parse_ip(text, port).value();
}

Address link_local(std::uint16_t host, std::uint32_t interface) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_scope_id = interface;
    address.sin6_addr.s6_addr[0] = 0xfe;
    address.sin6_addr.s6_addr[1] = 0x80;
    address.sin6_addr.s6_addr[14] = static_cast<std::uint8_t>(host >> 8);
    address.sin6_addr.s6_addr[15] = static_cast<std::uint8_t>(host);
    return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Address stranger(std::size_t number) {
    return ip("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1));
}

std::string name_of(Admission admission) {
    switch (admission) {
        case Admission::admitted:
            return "admitted";
        case Admission::wait:
            return "wait";
        case Admission::refused:
            return "refused";
    }
    return "no Admission";
}

std::string name_of(ReachedLimit reason) {
    switch (reason) {
        case ReachedLimit::none:
            return "none";
        case ReachedLimit::hard_limit:
            return "hard_limit";
        case ReachedLimit::network_limit:
            return "network_limit";
        case ReachedLimit::early_drop:
            return "early_drop";
    }
    return "no ReachedLimit";
}

ConnectionGate::RollPercent rolls(std::vector<unsigned> numbers) {
    return [numbers = std::move(numbers), next = std::size_t{0}]() mutable {
        return numbers[std::min(next++, numbers.size() - 1)];
    };
}

namespace {

const Advice& not_refused_though(ReachedLimit reason) {
    if (reason == ReachedLimit::hard_limit) return kNoBound;
    return reason == ReachedLimit::network_limit ? kNetwork : kRoll;
}

const Advice& refused_without(ReachedLimit reason) {
    if (reason == ReachedLimit::network_limit) return kOthers;
    return reason == ReachedLimit::early_drop ? kRoll : kOffByOne;
}

std::string in_words(Admission admission, ReachedLimit reason) {
    return name_of(admission) + (reason == ReachedLimit::none ? "" : ", " + name_of(reason));
}

}  // namespace

Answer answer_of(const Entry& entry) {
    return {entry.admission, entry.reason, static_cast<bool>(entry.slot)};
}

std::optional<Difference> compare(const Answer& seen, Admission admission, ReachedLimit reason) {
    const auto say = [&](const Advice& advice) {
        return Difference{"what enter() says", in_words(admission, reason),
                          in_words(seen.admission, seen.reason), advice};
    };
    const bool refused = admission == Admission::refused;
    const bool seen_refused = seen.admission == Admission::refused;
    if (refused && !seen_refused) return say(not_refused_though(reason));
    if (!refused && seen_refused) return say(refused_without(seen.reason));
    if (admission != seen.admission) return say(kSoft);
    if (reason != seen.reason) return say(kReason);
    if (seen.has_place == refused)
        return Difference{"the slot", refused ? "without a place" : "holds a place",
                          refused ? "holds a place" : "without a place",
                          refused ? kRefusedCounts : kDrift};
    return std::nullopt;
}

void fail(const Difference& difference) {
    fail(difference.what, difference.expected, difference.seen, difference.causes);
}

namespace {

// What it says of good limits is no error of the case that goes on with them.
template <typename Body>
auto with_good_limits(const GateLimits& limits, Body body) {
    try {
        return body();
    } catch (const daemon::UsageError& error) {
        fail("soft " + show(limits.soft) + ", hard " + show(limits.hard) + ", network " +
                 show(limits.per_network),
             "accepted", std::string("UsageError: ") + error.what(), kStrict);
    } catch (const std::bad_function_call&) {
        fail("on_room(), where nobody has set it", "is not called", "is called", kNobodyListens);
    }
}

}  // namespace

GateUnderTest::GateUnderTest(const GateLimits& limits, ConnectionGate::RollPercent roll)
    : gate_(with_good_limits(
          limits, [&] { return std::make_unique<ConnectionGate>(limits, std::move(roll)); })) {
    gate_->on_room([] {});
}

void GateUnderTest::set_limits(const GateLimits& limits) {
    with_good_limits(limits, [&] { gate_->set_limits(limits); });
}

GateUnderTest::~GateUnderTest() {
    slots.clear();
    static auto* const wrong_ones = new std::vector<ConnectionGate*>;  // so that no leak is seen
    if (gate_->count() != 0) wrong_ones->push_back(gate_.release());
}

void GateUnderTest::enters(const Address& peer, Admission admission, ReachedLimit reason) {
    Entry entry = gate_->enter(peer);
    const Answer seen = answer_of(entry);
    if (entry.slot) slots.push_back(std::move(entry.slot));
    if (auto difference = compare(seen, admission, reason)) {
        // With two places left below the hard limit it is no matter of one.
        if (admission != Admission::refused && seen.reason == ReachedLimit::hard_limit &&
            gate_->count() + 1 < gate_->limits().hard)
            difference->causes = kSoft;
        fail(*difference);
    }
    expect(true, "what enter() says", "", "", kNotWritten);  // counted
}

void GateUnderTest::fill(std::size_t count, std::size_t first) {
    for (std::size_t i = 0; i < count; ++i)
        enters(stranger(first + i),
               gate_->count() + 1 < gate_->limits().soft ? Admission::admitted : Admission::wait);
}

void GateUnderTest::expect_count(std::size_t count, const Causes& causes) const {
    expect_equal(gate_->count(), count, "count()", causes);
}

void GateUnderTest::expect_count_of(const Address& peer, std::size_t count,
                                    const Causes& causes) const {
    const std::string what = "count_of(" + peer.host_text() + ")";
    std::size_t seen = 0;
    try {
        seen = gate_->count_of(peer);
    } catch (const std::exception& error) {
        fail(what, show(count), std::string("exception: ") + error.what(), kNobodyInside);
    }
    expect_equal(seen, count, what, causes);
}

void GateUnderTest::expect_empty() {
    slots.clear();
    expect_count(0, kDrift);
    expect_equal(gate_->networks(), 0U, "networks()", kRemembered);
}

}  // namespace waymark::course::check
