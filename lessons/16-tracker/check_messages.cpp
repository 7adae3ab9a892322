// Of the check of lesson 16: whole messages, whose they are, and what is promised in the answer.

#include <doctest/doctest.h>

#include <cstdlib>

#include "seen.hh"

using namespace waymark::course::check;

namespace {

// n of "OK n"; nothing for another answer.
std::optional<std::size_t> promised(const Decoded& decoded) {
    std::size_t count = 0;
    if (!decoded.body.starts_with("OK ") || decoded.body.size() < 5 || decoded.body.size() > 9)
        return {};
    for (const char digit : std::string_view(decoded.body).substr(3, decoded.body.size() - 4))
        count = count * 10 + static_cast<std::size_t>(digit - '0');
    return count;
}

// Whatever came: a refusal stores nothing, and a promise is kept. `what` was decoded.
void expect_promise_kept(const Decoded& decoded, const std::string& what) {
    const std::size_t handed_over = decoded.fixes.size() + decoded.quarantined.size();
    if (decoded.status != 200) {
        expect(decoded.status == 400 && handed_over == 0, "a refusal of " + what,
               "400, and nothing stored",
               show(decoded.status) + ", and " + show(handed_over) + " points", kCostsMessage);
        return;
    }
    const std::optional<std::size_t> count = promised(decoded);
    expect(count.has_value(), "the answer to " + what, "\"OK n\\n\"", show(decoded.body), kAnswer);
    const std::string acknowledged =
        "points acknowledged of " + what + ", with " + show(handed_over) + " handed over";
    expect(*count <= handed_over, acknowledged, show(handed_over), show(*count),
           {kPromise, kTrusted});
    expect(*count == handed_over, acknowledged, show(handed_over), show(*count), kNotCounted);
}

// Which of the lines of "one bad point" was taken for a fix.
Causes why_too_many(const std::vector<Fix>& fixes) {
    constexpr UnixMillis kHalfPastNine = 1718443800000;  // what the bad lines say, on this day
    for (const Fix& fix : fixes) {
        if (fix.time_ms == kNow) return kNowForMissing;
        if (fix.latitude_e7 > 900'000'000) return kBelieved;
        if (fix.time_ms > kHalfPastNine) return kNormalised;
        if (fix.time_ms == kHalfPastNine) return kChecksumIgnored;
    }
    return kZeroPlace;
}

// A short one, for cases that decode hundreds of messages.
std::string short_point_at(unsigned minute) {
    return "150624,09" + std::to_string(10 + minute) + "00,4730N,00930E";
}

void expect_refused(const std::string& body, const Causes& causes) {
    step("decode the body " + show(body));
    const Decoded decoded = decode_body(body);
    expect(decoded.status == 400, "the status of the answer", "400", show(decoded.status), causes);
    expect(decoded.empty(), "what is stored", "nothing", "something", kCostsMessage);
    expect_equal(decoded.error, std::string("bad_head"), "the word of the refusal", kHead);
    expect(decoded.body.size() > 1, "what its owner is told", "a sentence", "nothing", kHead);
}

}  // namespace

TEST_CASE("a message of three points is three fixes") {
    step("decode a head with the count 3, and three lines");
    const Decoded decoded = decode_body(body_of({point_at(0), point_at(1), point_at(2)}, "3"));
    expect(decoded.status < 400, "the status of the answer", "200", show(decoded.status),
           kGoodRefused);
    expect_ok(decoded, 3, {kAnswer, kTrusted});
    expect_equal(decoded.fixes.size(), 3U, "fixes", {kTrusted, kCleared});
    for (std::size_t place = 0; place < 3; ++place)
        expect_equal(decoded.fixes[place].time_ms,
                     1718442600000 + static_cast<UnixMillis>(place) * 60'000,
                     "the time of fix " + show(place), kCleared);
    const bool is_nobodys = decoded.fixes[2].device == 0;
    expect_equal(decoded.fixes[2].device, 7U, "the device of the third fix",
                 is_nobodys ? Causes{kNobodys} : Causes{kIdentity});
    expect_equal(decoded.content_type, std::string("text/plain; charset=utf-8"),
                 "the type of the answer", kAnswer);
    expect(decoded.quarantined.empty() && !decoded.heartbeat, "what else is stored", "nothing",
           "something", kAnswer);
}

TEST_CASE("the token says whose points they are") {
    for (const char* name : {"glider", "tok-glider", "nobody", "", "8"}) {
        step("decode a message with the boat's token, in which the name is " + show(name));
        const Decoded decoded = decode_body(body_of({point_at(0)}, "1", "\r\n", name));
        expect_ok(decoded, 1,
                  decoded.status == 400 ? Causes{kGoodRefused} : Causes{kIdentity, kHead});
        expect(decoded.fixes.size() == 1 && decoded.fixes[0].device == 7, "the device of its fix",
               "7", decoded.fixes.empty() ? "none" : show(decoded.fixes[0].device), kIdentity);
    }
    step("decode a message with the glider's token");
    const Decoded decoded = decode_body(body_of({point_at(0)}, "1"), "/sextant/tok-glider");
    expect(decoded.fixes.size() == 1 && decoded.fixes[0].device == 8, "the device of its fix", "8",
           decoded.fixes.empty() ? "none" : show(decoded.fixes[0].device), kIdentity);
    for (const char* target : {"/sextant/tok-boat-1?tok-glider", "http://h/sextant/tok-boat-1"}) {
        step(std::string("decode a message whose target is ") + target);
        const Decoded sent =
            decode_body(body_of({point_at(0)}, "1"), "/sextant/tok-boat-1", {}, target);
        expect(sent.fixes.size() == 1 && sent.fixes[0].device == 7, "the device of its fix", "7",
               sent.fixes.empty() ? "none, with the status " + show(sent.status)
                                  : show(sent.fixes[0].device),
               kTarget);
    }
}

TEST_CASE("who has no token is told so") {
    for (const char* token :
         {"tok-boat-2", "tok-boat-", "tok-boat-1x", "tok-boat-1/glider", "boat", ""}) {
        step("decode a message whose path has the token " + show(token));
        const Decoded decoded =
            decode_body(body_of({point_at(0)}, "1"), std::string("/sextant/") + token);
        const bool is_cut =
            decoded.status == 200 && std::string_view(token).find('/') != std::string_view::npos;
        expect_equal(decoded.status, 403, "the status of the answer",
                     is_cut ? Causes{kTokenCut} : Causes{kStranger, kIdentity});
        expect(decoded.empty(), "what is stored", "nothing", "something", kIdentity);
        expect_equal(decoded.error, std::string("bad_token"), "the word of the refusal", kStranger);
        expect(decoded.body.size() > 1, "what its owner is told", "a sentence", "nothing",
               kStranger);
        expect_equal(decoded.stranger, std::string(token), "what the stranger called itself",
                     kStranger);
        expect(decoded.is_stranger_by_token, "whether that stood where a token belongs", "true",
               "false", kStranger);
    }
    step("decode something that is no message, with an unknown token");
    expect_equal(decode_body("hello", "/sextant/nobody").status, 403, "the status of the answer",
                 kStranger);
}

TEST_CASE("one bad point costs that point alone") {
    std::string body = with_checksum("SXT1,boat,6") + "\r\n";
    body += with_checksum(point_at(0)) + "\r\n";
    body += with_checksum("150624,093000,9130.0N,00936.567E") + "\r\n";
    body += "150624,093000,4747.1N,00936.5E*00\r\n";
    body += with_checksum("310624,093000,4747.1N,00936.5E") + "\r\n";
    body += "\r\n";
    body += with_checksum(point_at(1)) + "\r\n";
    step("decode six lines: the second to the fifth cannot be points");
    const Decoded decoded = decode_body(body);
    expect_equal(decoded.status, 200, "the status of the answer", kCostsMessage);
    expect_equal(decoded.fixes.size(), 2U, "fixes",
                 decoded.fixes.size() > 2 ? why_too_many(decoded.fixes) : Causes{kCostsMessage});
    const bool has_blank = std::ranges::any_of(
        decoded.quarantined, [](const Quarantined& row) { return row.raw.empty(); });
    expect(has_blank || decoded.quarantined.size() != 3, "the fifth line, which is empty",
           "in quarantine", "not there", kBlankLine);
    expect_equal(decoded.quarantined.size(), 4U, "points in quarantine",
                 {kLostPoint, kCostsMessage});
    for (std::uint32_t place = 0; place < 4; ++place)
        expect_equal(decoded.quarantined[place].index, place + 1,
                     "which point of the message it was", kEvidence);
    expect_ok(decoded, 6, {kNotCounted, kAnswer});
}

TEST_CASE("a message of nothing but bad points is acknowledged") {
    step("decode two lines that cannot be points");
    const Decoded decoded = decode_body(body_of({"x", "y"}, "2"));
    expect_equal(decoded.status, 200, "the status of the answer", kCostsMessage);
    expect_ok(decoded, 2, {kNotCounted, kCostsMessage});
    expect_equal(decoded.quarantined.size(), 2U, "points in quarantine", kLostPoint);
}

TEST_CASE("a count is not believed") {
    struct Row {
        const char* count;
        std::size_t lines;
        std::size_t taken;
    };
    for (const Row& row : {Row{"5", 3, 3},
                           {"1", 0, 0},
                           {"0", 0, 0},
                           {"0", 2, 0},
                           {"002", 2, 2},
                           {"010", 9, 9},
                           {"1100", 1100, 1100},
                           {"4294967297", 2, 2},
                           {"65537", 2, 2},
                           {"18446744073709551615", 1, 1},
                           {"999999999999", 1, 1}}) {
        step(std::string("decode a head with the count ") + row.count + ", and " + show(row.lines) +
             " lines");
        may_use(std::chrono::seconds(60));  // for who compiles an expression for each field
        std::vector<std::string> texts;
        for (unsigned place = 0; place < row.lines; ++place) texts.push_back(point_at(place % 50));
        const Decoded decoded = decode_body(body_of(texts, row.count));
        const std::size_t fixes = decoded.fixes.size();
        const bool is_bounded =
            row.lines > 1000 && (decoded.status != 200 || (fixes > 255 && fixes < row.lines));
        const bool is_wide = std::strlen(row.count) > 4 || row.lines > 255;
        const bool is_octal = std::string_view(row.count) == "010" && decoded.body == "OK 8\n";
        const bool is_short = std::strtoull(row.count, nullptr, 10) > row.lines;
        expect(is_wide || decoded.status != 400, "the status of the answer", "200", "400",
               is_short ? Causes{kTrusted, kGoodRefused} : Causes{kGoodRefused});
        expect_ok(decoded, row.taken,
                  is_octal                ? Causes{kLooseDigits}
                  : is_bounded            ? Causes{kOwnBound}
                  : !is_wide              ? Causes{kTrusted, kPromise, kTrailing}
                  : decoded.status == 400 ? Causes{kWrapped}
                                          : Causes{kWrapped, kTrusted});
        expect_equal(fixes, row.taken, "fixes",
                     is_wide ? Causes{kWrapped, kTrusted} : Causes{kTrusted, kTrailing});
        expect(decoded.quarantined.empty(), "points in quarantine", "none",
               show(decoded.quarantined.size()), kTrusted);
    }
}

TEST_CASE("what stands behind the last counted point is not read") {
    step("decode a head with the count 2, and four lines");
    Decoded decoded =
        decode_body(body_of({point_at(0), point_at(1), point_at(2), point_at(3)}, "2"));
    expect_equal(decoded.fixes.size(), 2U, "fixes", kTrailing);
    expect_ok(decoded, 2, kTrailing);
    step("decode a head with the count 1, a line, and bytes that are no lines");
    decoded = decode_body(body_of({point_at(0)}, "1") + std::string("\0\xff\r\n\n*,*", 9));
    expect_equal(decoded.fixes.size() + decoded.quarantined.size(), 1U, "points", kTrailing);
    expect_ok(decoded, 1, kTrailing);
}

TEST_CASE("line ends are LF or CR LF and the last may be missing") {
    for (const char* end : {"\r\n", "\n"}) {
        step("decode lines that end with " + show(end));
        std::string body = body_of({point_at(0), point_at(1)}, "2", end);
        Decoded decoded = decode_body(body);
        expect_ok(decoded, 2, {kLineEnd, kHead});
        expect_equal(decoded.fixes.size(), 2U, "fixes", kLineEnd);
        step("the same without the last line end");
        body.resize(body.size() - std::strlen(end));
        decoded = decode_body(body);
        expect_ok(decoded, 2, {kLineEnd, kTrusted});
        expect_equal(decoded.fixes.size(), 2U, "fixes", kLineEnd);
    }
    step("decode a head alone, without a line end");
    expect_ok(decode_body(with_checksum("SXT1,boat,0")), 0, {kLineEnd, kHead});
}

TEST_CASE("what does not begin with a head is refused") {
    const std::string point = with_checksum(point_at(0)) + "\r\n";
    for (const char* head :
         {"SXT2,boat,1", "SXT,boat,1", "sxt1,boat,1", "SXT11,boat,1", "XSXT1,boat,1", "", "SXT1",
          "SXT1,1", "SXT1,my,boat,1", "SXT1,boat", "{\"lat\":1}"})
        expect_refused(with_checksum(head) + "\r\n" + point, kHead);
    for (const char* head :
         {"SXT1,boat,", "SXT1,boat,-1", "SXT1,boat,+1", "SXT1,boat, 1", "SXT1,boat,1 ",
          "SXT1,boat,1x", "SXT1,boat,x", "SXT1,boat,0x1", "SXT1,boat,1.0"})
        expect_refused(with_checksum(head) + "\r\n" + point, kLooseDigits);
    expect_refused("", {kHead, kPastTheEnd});
    expect_refused("\r\n", {kHead, kPastTheEnd});
    expect_refused(point, kHead);
    expect_refused("SXT1,boat,1\r\n" + point, {kChecksumIgnored, kHead});
    expect_refused("SXT1,boat,1*00\r\n" + point, {kChecksumIgnored, kHead});
}

TEST_CASE("wherever a message is cut no more is promised than came") {
    const std::string whole = body_of({short_point_at(0), short_point_at(1), "x"}, "3");
    may_use(std::chrono::seconds(60));
    step("decode each beginning of a message of " + show(whole.size()) + " bytes");
    for (std::size_t size = 0; size < whole.size(); ++size)
        expect_promise_kept(decode_body(whole.substr(0, size)),
                            "its first " + show(size) + " bytes");
}

TEST_CASE("whichever byte is damaged no other point comes of it") {
    const std::string whole = body_of({short_point_at(0), short_point_at(1)}, "2");
    may_use(std::chrono::seconds(60));
    step("damage one byte after the other of a message of " + show(whole.size()) + " bytes");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        const Decoded decoded = decode_body(damaged);
        const std::string what = "it with byte " + show(at) + " damaged";
        expect_promise_kept(decoded, what);
        for (const Fix& fix : decoded.fixes)
            expect((fix.time_ms == 1718442600000 || fix.time_ms == 1718442660000) &&
                       fix.latitude_e7 == 475000000 && fix.longitude_e7 == 95000000,
                   "each fix of " + what, "as it was sent", "another place or time",
                   kChecksumIgnored);
    }
}

TEST_CASE("two messages do not know of each other") {
    step("decode a message of the boat, one of a stranger, and one of the glider");
    const Decoded first = decode_body(body_of({point_at(0), point_at(1)}, "2"));
    decode_body(body_of({point_at(0)}, "1"), "/sextant/nobody");
    const Decoded other = decode_body(body_of({point_at(2)}, "1"), "/sextant/tok-glider");
    expect_ok(first, 2, kShared);
    expect_ok(other, 1, {kShared, kTrusted});
    expect(other.fixes.size() == 1 && other.fixes[0].device == 8, "the glider's fixes",
           "one, of device 8", show(other.fixes.size()), kShared);
    step("decode the same message again");
    const Decoded again = decode_body(body_of({point_at(0), point_at(1)}, "2"));
    expect_ok(again, 2, kShared);
    expect_equal(again.fixes.size(), 2U, "fixes", kShared);
}
