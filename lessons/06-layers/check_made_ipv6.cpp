// Packets of IPv6 that are made up (made.hh): extension headers of all kinds in all orders and
// lengths, in packets that end, or were cut, at or beside each of their borders.

#include <doctest/doctest.h>

#include <optional>

#include "made.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

constexpr int kPackets = 4000;

struct Extension {
    std::uint8_t number = 0;
    std::size_t begin = 0, end = 0;
    FragmentInfo fragment = {};
};

struct MadePacket : Made {
    std::vector<Extension> extensions;
    std::uint8_t last = 0;  // the number behind them
    std::size_t claimed = 0;

    std::uint8_t number(std::size_t i) const {
        return i < extensions.size() ? extensions[i].number : last;
    }
};

// The numbers of all kinds, and as many that are none: the neighbours of each are among them.
constexpr std::uint8_t kKinds[] = {kHopByHop,           kRouting,  kFragment,     kAuthentication,
                                   kDestinationOptions, kMobility, kHostIdentity, kShim6};
constexpr std::uint8_t kOthers[] = {1,  4,  6,  17,  41,  42,  45,  50,  52,  58,  59,
                                    61, 89, 99, 132, 134, 136, 138, 141, 253, 254, 255};

void add_extension(MadePacket& made, Random& random, Extension& extension, std::uint8_t next) {
    extension.begin = made.bytes.size();
    const std::size_t units = random() % 40 == 0 ? 255 : random() % 4;
    made.add(next, 1);
    if (extension.number == kFragment) {
        const bool first = random() % 4 != 0;
        extension.fragment = {static_cast<std::uint32_t>(random()),
                              static_cast<std::uint16_t>(first ? 0 : random() % 8192 * 8),
                              random() % 2 == 0};
        made.add(random() % 256, 1);
        made.add(extension.fragment.offset | random() % 4 << 1 |
                     static_cast<std::size_t>(extension.fragment.more),
                 2);
        made.add(extension.fragment.identification, 4);
    } else {
        made.add(units, 1);
        // Authentication counts fours without two of them; the others eights without the first.
        const std::size_t size =
            extension.number == kAuthentication ? (units + 2) * 4 : (units + 1) * 8;
        made.add_any(random, size - 2);
    }
    extension.end = made.bytes.size();
}

MadePacket make_packet(Random& random) {
    MadePacket made;
    const std::size_t count = random() % 6 == 0 ? 15 + random() % 3 : random() % 5;
    bool has_fragment = false;  // more than one is nobody's contract
    for (std::size_t i = 0; i < count; ++i) {
        std::uint8_t number = kKinds[random() % std::size(kKinds)];
        if (number == kFragment && std::exchange(has_fragment, true)) number = kRouting;
        made.extensions.push_back({.number = number});
    }
    made.last = kOthers[random() % std::size(kOthers)];
    made.add(6, 1);  // the version, and the length when it is known
    made.bytes[0] = 0x60;
    made.add_any(random, 5);
    made.add(made.number(0), 1);
    made.add_any(random, 33);
    for (std::size_t i = 0; i < count; ++i)
        add_extension(made, random, made.extensions[i], made.number(i + 1));
    const std::size_t payload = made.bytes.size();
    made.add_any(random, random() % 20);
    // One of the borders, or a place beside it.
    const auto border = [&] {
        const std::size_t i = random() % (count + 2);
        const std::size_t at = i < count    ? made.extensions[i].begin
                               : i == count ? payload
                                            : made.bytes.size();
        return std::max<std::size_t>(at + one_of(random, {0, 0, 1, 2, 8}) - random() % 2, 40);
    };
    made.claimed = random() % 2 == 0 ? made.bytes.size() - 40 : border() - 40;
    if (random() % 8 == 0) made.claimed = one_of(random, {0, 65535});
    made.bytes[4] = static_cast<std::uint8_t>(made.claimed >> 8);
    made.bytes[5] = static_cast<std::uint8_t>(made.claimed);
    if (random() % 2 == 0) made.add_any(random, random() % 20);
    made.cut(random, border());
    made.say("payload length", made.claimed);
    made.words += ", extension headers";
    for (const Extension& each : made.extensions)
        made.words +=
            " " + std::to_string(each.number) + " (to byte " + std::to_string(each.end) + ")";
    if (count == 0) made.words += " none";
    made.words += ", then " + std::to_string(made.last);
    return made;
}

struct RightPacket : Right {
    std::size_t read = 0;  // extension headers
    bool in_the_middle = false;
    std::optional<FragmentInfo> fragment;
};

// Nothing where the contract leaves it open: a seventeenth that is not whole.
std::optional<RightPacket> right_for(const MadePacket& made) {
    RightPacket right;
    const std::size_t there = made.bytes.size();
    if (there < 40) {
        right.has_header = false;
        right.fault = Fault::cut;
        return right;
    }
    const std::size_t end = std::min(there, 40 + made.claimed);
    const Fault missing = there < 40 + made.claimed ? Fault::cut : Fault::bad_length;
    std::size_t at = 40;
    for (const Extension& each : made.extensions) {
        if (right.in_the_middle) break;
        if (right.read == kMostExtensions) {
            if (each.end > end) return std::nullopt;
            right.fault = Fault::too_many;
            return right;
        }
        if (each.end > end) {
            right.fault = missing;
            return right;
        }
        if (each.number == kFragment) right.fragment = each.fragment;
        right.in_the_middle = each.number == kFragment && each.fragment.offset != 0;
        at = each.end;
        ++right.read;
    }
    right.fault = missing == Fault::cut ? Fault::cut : Fault::none;
    right.payload = part(at, end);
    return right;
}

// What it means that the walk took another number of steps than is right.
Causes causes_of_walk(const MadePacket& made, std::size_t seen, const RightPacket& right) {
    if (seen > right.read) {
        if (right.in_the_middle) return kMiddle;
        if (right.fault == Fault::too_many) return kUnbounded;
        return right.fault == Fault::none ? Causes(kStops) : Causes{kTrusted, kPadding};
    }
    if (seen + 1 == kMostExtensions) return kBound;
    if (seen > 0) {
        const std::uint8_t before = made.number(seen - 1);
        if (before == kAuthentication || before == kFragment) return kExtensionLength;
    }
    return kNextHeader;
}

void try_packet(Random& random) {
    const MadePacket made = make_packet(random);
    const std::optional<RightPacket> right = right_for(made);
    if (!right) return;
    const std::string of = " of a packet with " + made.words;
    const auto seen = read_one_of_many(read_ipv6, Test(Bytes(made.bytes)));
    if (!expect_header(seen, *right, of)) return;
    const Ipv6Header& header = *seen.header;
    std::vector<std::uint8_t> numbers;
    for (std::size_t i = 0; i < right->read; ++i) numbers.push_back(made.number(i));
    const std::size_t steps = header.extensions.size();
    expect_equal(steps, right->read, "the number of extension headers" + of,
                 causes_of_walk(made, steps, *right));
    expect(header.extensions == numbers, "the extension headers" + of, "those that are there",
           "others", kNextHeader);
    const bool after_counted =
        right->read > 0 && (made.number(right->read - 1) == kAuthentication ||
                            made.number(right->read - 1) == kFragment);
    expect_equal(int{header.protocol}, int{made.number(right->read)}, "the protocol" + of,
                 after_counted ? kExtensionLength : kNextHeader);
    expect_equal(header.fragment.has_value(), right->fragment.has_value(),
                 "information about a fragment" + of, kLeftOut);
    expect(header.fragment == right->fragment, "identification, offset and more" + of,
           "as they are in the fragment header", "others", kNeighbours);
    const Causes of_fault = seen.fault == Fault::too_many     ? Causes(kBound)
                            : right->fault == Fault::too_many ? Causes(kUnbounded)
                                                              : Causes(kReason);
    expect_rest(seen, *right, of, of_fault,
                after_counted          ? Causes(kExtensionLength)
                : right->in_the_middle ? Causes(kMiddle)
                                       : Causes{kPadding, kTrusted});
}

}  // namespace

TEST_CASE("made-up packets of IPv6 are read as they were made") {
    step("read " + std::to_string(kPackets) +
         " packets of IPv6 that are made up, with extension headers of all kinds, cut anywhere");
    say_what_a_crash_means();
    Random random(6);
    for (int i = 0; i < kPackets; ++i) try_packet(random);
}
