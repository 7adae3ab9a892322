// Frames that are made up (made.hh): Ethernet, IPv4, TCP and UDP.

#include <doctest/doctest.h>

#include "made.hh"

using namespace waymark::net;
using namespace waymark::course::check;

namespace {

constexpr int kFrames = 1500;

// Of IPv4 and TCP, whose headers have options: the header says `length`, the whole `total`.
Right with_options(std::size_t there, std::size_t length, std::size_t total) {
    if (there < 20) return {.has_header = false, .fault = Fault::cut};
    if (length < 20 || total < length) return {.fault = Fault::bad_length};
    const std::size_t end = std::min(there, total);
    return {.fault = there < total ? Fault::cut : Fault::none,
            .payload = part(length, end),
            .options = part(20, std::min(length, end))};
}

void expect_options(Bytes options, const Bytes& whole, const Right& right, const std::string& of,
                    const Causes& causes) {
    expect_equal(part(options, whole), right.options, "the options" + of,
                 right.fault == Fault::bad_length ? Causes(kBehindFault) : causes);
}

void try_ethernet(Random& random) {
    static constexpr std::size_t kTagTypes[] = {kEtherVlan, kEtherServiceVlan,
                                                kEtherOldServiceVlan};
    Made made;
    made.add_any(random, 12);
    const std::size_t count = random() % 6;
    std::vector<VlanTag> tags;
    std::size_t type = 0;
    for (std::size_t i = 0; i < count; ++i) {
        type = kTagTypes[random() % 3];
        const VlanTag tag{static_cast<std::uint8_t>(random() % 8), random() % 2 == 0,
                          static_cast<std::uint16_t>(random() % 4096)};
        made.add(type, 2);
        made.add(static_cast<std::uint64_t>(tag.priority << 13 | tag.drop_eligible << 12 | tag.id),
                 2);
        if (i < kMostVlanTags) tags.push_back(tag);
    }
    const std::size_t last =
        one_of(random, {0, 1, 3, 46, 1499, 1500, 1501, 1535, 1536, 0x0800, 0x0806, 0x86dd, 0x8101,
                        0x80ff, 0x88a7, 0x88a9, 0x9101, 0x0081, 0xffff});
    made.add(last, 2);
    const std::size_t begin = made.bytes.size();
    made.add_any(random, last <= 1500 ? last + random() % 3 : random() % 60);
    if (last <= 1500 && last > 0 && random() % 3 == 0) made.bytes.pop_back();
    made.cut(random, begin);
    made.say("tags", count);
    made.say("type", last);
    const std::size_t there = made.bytes.size();

    Right right;
    if (there < 14) right = {.has_header = false, .fault = Fault::cut};
    const std::size_t whole = there < 14 ? 0 : std::min(count, (there - 14) / 4);
    const std::string of = " of a frame with " + made.words;
    if (right.has_header && whole < count) {
        // A fifth tag that is not there is cut as well as too many: the contract leaves it open.
        if (whole == kMostVlanTags) return;
        tags.resize(std::min(whole, kMostVlanTags));
        right.fault = whole < kMostVlanTags ? Fault::cut : Fault::too_many;
    } else if (right.has_header && count > kMostVlanTags) {
        right.fault = Fault::too_many;
    } else if (right.has_header) {
        const std::size_t end = last <= 1500 ? begin + last : there;
        right.fault = there < end ? Fault::cut : Fault::none;
        right.payload = part(begin, std::min(there, end));
    }
    const auto seen = read_one_of_many(read_ethernet, Test(Bytes(made.bytes)));
    if (!expect_header(seen, right, of)) return;
    const std::size_t number = seen.header->tags.size();
    expect_equal(number, tags.size(), "the number of tags" + of,
                 number > kMostVlanTags        ? Causes(kUnbounded)
                 : number > tags.size()        ? Causes(kBehindFault)
                 : number == kMostVlanTags - 1 ? Causes(kBound)
                 : number == 0                 ? Causes(kVlan)
                                               : Causes(kOneTag));
    expect(seen.header->tags == tags, "priority, drop bit and number of each tag" + of,
           "those of its bytes", "others", kNeighbours);
    if (whole == count && count <= kMostVlanTags)
        expect_equal(std::size_t{seen.header->type}, last, "the type" + of, kOneTag);
    expect_rest(seen, right, of,
                seen.fault == Fault::too_many    ? Causes(kBound)
                : right.fault == Fault::too_many ? Causes(kUnbounded)
                : whole < count                  ? Causes{kOneTag, kPastEnd}
                : last < 1536                    ? Causes(kLengthType)
                                                 : Causes(kReason),
                last < 1536 ? Causes(kLengthType) : Causes{kOneTag, kPastEnd});
}

// A few bytes too many or too few are bits that are not the field's.
void expect_header_bytes(std::size_t seen, std::size_t expected, const std::string& of) {
    expect_equal(seen, expected, "the bytes of the header" + of,
                 seen == 20 && expected < 20 ? Causes(kMadeToFit)
                 : seen / 4 == expected / 4  ? Causes(kNeighbours)
                                             : Causes{kUnits, kNeighbours});
}

void try_ipv4(Random& random) {
    const std::size_t length = 4 * (random() % 4 == 0 ? random() % 16 : 5 + random() % 11);
    const std::size_t total = one_of(random, {length - 1, length, length + 1, length + 8,
                                              length + 30, 0, 19, 20, 24, 60, 65535}) &
                              0xffff;
    Made made;
    made.add(0x40 | length / 4, 1);
    made.add_any(random, 1);
    made.add(total, 2);
    made.add_any(random, 16 + random() % 100);
    made.cut(random, length);
    made.say("IHL", length / 4);
    made.say("total length", total);
    const std::string of = " of a packet with " + made.words;
    const Right right = with_options(made.bytes.size(), length, total);
    const auto seen = read_one_of_many(read_ipv4, Test(Bytes(made.bytes)));
    if (!expect_header(seen, right, of)) return;
    expect_header_bytes(seen.header->header_bytes, length, of);
    expect_options(seen.header->options, seen.bytes, right, of, {kIhl, kPadding});
    expect_rest(seen, right, of, right.fault == Fault::bad_length ? kTooSmall : kReason,
                {kIhl, kPadding});
}

void try_tcp(Random& random) {
    const std::size_t length = 4 * (random() % 4 == 0 ? random() % 16 : 5 + random() % 11);
    Made made;
    made.add_any(random, 12);
    made.add(length / 4 << 4 | random() % 16, 1);
    made.add_any(random, 7 + random() % 80);
    made.cut(random, length);
    made.say("data offset", length / 4);
    const std::string of = " of a segment with " + made.words;
    const std::size_t there = made.bytes.size();
    const Right right = with_options(there, length, std::max(there, length));
    const auto seen = read_one_of_many(read_tcp, Test(Bytes(made.bytes)));
    if (!expect_header(seen, right, of)) return;
    expect_header_bytes(seen.header->header_bytes, length, of);
    expect_options(seen.header->options, seen.bytes, right, of, kDataOffset);
    expect_rest(seen, right, of, right.fault == Fault::bad_length ? kTooSmall : kReason,
                kDataOffset);
}

void try_udp(Random& random) {
    const std::size_t carried = random() % 30;
    const std::size_t total = one_of(
        random, {0, 1, 7, 8, 9, 8 + carried, 8 + carried - 1, 8 + carried + 1, 40, 1500, 65535});
    Made made;
    made.add_any(random, 4);
    made.add(total, 2);
    made.add_any(random, 2 + carried);
    made.cut(random, total);
    made.say("length", total);
    const std::string of = " of a datagram with " + made.words;
    const std::size_t there = made.bytes.size();
    const Right right = there < 8   ? Right{.has_header = false, .fault = Fault::cut}
                        : total < 8 ? Right{.fault = Fault::bad_length}
                                    : Right{.fault = there < total ? Fault::cut : Fault::none,
                                            .payload = part(8, std::min(there, total))};
    const auto seen = read_one_of_many(read_udp, Test(Bytes(made.bytes)));
    if (!expect_header(seen, right, of)) return;
    expect_equal(std::size_t{seen.header->total_bytes}, total, "the length" + of, kFields);
    expect_rest(seen, right, of, total < 8 ? Causes(kTooSmall) : Causes{kTrusted, kReason},
                {kUdpLength, kTrusted});
}

void try_many(void (*one)(Random&), const char* of_what) {
    step("read " + std::to_string(kFrames) + " " + of_what +
         " that are made up, with lengths on both sides of each bound, cut anywhere");
    say_what_a_crash_means();
    Random random(66);
    for (int i = 0; i < kFrames; ++i) one(random);
}

}  // namespace

TEST_CASE("made-up frames of Ethernet are read as they were made") {
    try_many(try_ethernet, "frames of Ethernet");
}

TEST_CASE("made-up packets of IPv4 are read as they were made") {
    try_many(try_ipv4, "packets of IPv4");
}

TEST_CASE("made-up segments and datagrams are read as they were made") {
    try_many(try_tcp, "segments of TCP");
    try_many(try_udp, "datagrams of UDP");
}
