// What is refused, where the error says that it stands, and that the list in use stays whole.

#include <doctest/doctest.h>

#include "model.hh"

using namespace waymark::course::check;

namespace {

void expect_refused(const std::string& network, const Causes& causes) {
    step("read \"allow " + network + "\"");
    refusal("allow " + network, "reading " + show("allow " + network), causes);
}

template <class Text>
bool is_taken(const Text& text) {
    if_it_crashes(kShift, "shift exponent");
    if_it_crashes(kWrapped, "overflow");
    try {
        AccessList::parse(text, Access::deny, "access.txt");
        return true;
    } catch (...) {
        return false;
    }
}

// A bit that is set at `place` was taken. Is it the one that a mask of one bit more would cover?
Causes why_a_bit_is_taken(Bytes zero, unsigned bits, unsigned place) {
    const auto last = static_cast<unsigned>(zero.size() * 8 - 1);
    if (place > bits) return kHostBits;
    if (bits == last) return {kHostBits, kOffByOne};
    set_bit(zero, bits + 1, true);
    return is_taken("deny " + Address::from_ip_bytes(zero).host_text() + "/" + std::to_string(bits))
               ? kHostBits
               : kOffByOne;
}

// "::ffff:10.0.0.0/8" was taken: for 10.0.0.0/8, or for something else?
Causes why_mapped_is_taken(const std::string& network) {
    const auto takes = [&](const char* peer) {
        return is_taken("allow " + network) && list_of("allow " + network).allows(peer_at(peer));
    };
    const int mask = std::stoi(network.substr(network.find('/') + 1));
    if (mask > 96) return {kMappedRule, kHostBits};
    return takes("10.0.0.0") && !takes("11.0.0.0") ? kMappedMask : kHostBits;
}

// The bad line of this text was taken. Was it because of an "all" before it?
std::string without_all(std::string text) {
    for (std::size_t at = 0; (at = text.find("all\n", at)) != text.npos;)
        text.replace(at, 3, "::1");
    return text;
}
const Advice& why_passed_over(const std::string& text) {
    return is_taken(without_all(text)) ? kPassedOver : kBehindAll;
}

}  // namespace

TEST_CASE("host bits beyond the mask are refused") {
    for (const char* network : {"10.0.0.1/8", "192.168.1.1/24", "128.0.0.0/0", "0.0.0.1/31",
                                "2001:db8::1/32", "2001:db8:0:0:8000::/64", "::1/0", "::3/127"})
        expect_refused(network, kHostBits);
    step("read networks of each length with one bit too many: the next one, and the last");
    for (const Bytes& zero : {Bytes(4, 0), Bytes(16, 0)})
        for (unsigned bits = 0; bits < zero.size() * 8; ++bits)
            for (const unsigned extra : {bits, static_cast<unsigned>(zero.size() * 8 - 1)}) {
                Bytes bytes = zero;
                set_bit(bytes, extra, true);
                const std::string rule = "deny " + Address::from_ip_bytes(bytes).host_text() + "/" +
                                         std::to_string(bits);
                if (is_taken(rule))
                    fail("reading " + show(rule), "UsageError", "a list",
                         why_a_bit_is_taken(zero, bits, extra));
                refusal(rule, "reading " + show(rule), kHostBits);
            }
}

TEST_CASE("networks without host bits are taken") {
    for (const char* network :
         {"10.0.0.0/8", "10.0.0.1/32", "10.0.0.1", "0.0.0.0/0", "255.255.255.255", "192.0.2.254/31",
          "::/0", "::1", "::1/128", "2001:db8::/29", "fe80::/10", "2001:DB8::/32",
          "1:2:3:4:5:6:7:8", "::ffff:0:0/96", "::ffff:10.0.0.0/104", "64:ff9b::192.0.2.1"}) {
        step(std::string("read \"allow ") + network + "\"");
        expect_equal(list_of(std::string("allow ") + network).size(), 1U, "rules", kTooStrict);
    }
}

TEST_CASE("host bits of a mapped network are refused") {
    for (const char* network : {"::ffff:10.0.0.0/8", "::ffff:10.0.0.0/32", "::ffff:10.0.0.0/95",
                                "::ffff:0:0/95", "::ffff:10.0.0.1/104", "::ffff:127.0.0.1/127"})
        expect_refused(network, why_mapped_is_taken(network));
}

TEST_CASE("a mask longer than the address is refused") {
    for (const char* network :
         {"10.0.0.0/33", "10.0.0.0/64", "10.0.0.0/128", "::/129", "::/999", "::ffff:0:0/129"})
        expect_refused(network, kMask);
}

TEST_CASE("a mask that is no number is refused") {
    for (const char* mask : {"", "x", "8x", "x8", "-1", "+8", "08", "00", "0x8", "8.", "8/8", "/8",
                             "-0", "255.0.0.0", "8%lo", "1e1"})
        expect_refused(std::string("0.0.0.0/") + mask, kMask);
    step("read a mask with a zero byte behind it");
    const std::string text("allow 0.0.0.0/8\0", 16);
    refusal(text, "reading " + show(text), kMask);
}

TEST_CASE("a mask too large for its number is refused") {
    for (const char* mask : {"256", "264", "65536", "65544", "4294967296", "4294967304",
                             "18446744073709551624", "99999999999999999999999999"}) {
        expect_refused(std::string("0.0.0.0/") + mask, kWrapped);
        expect_refused(std::string("::/") + mask, kWrapped);
    }
}

TEST_CASE("only full addresses are taken") {
    for (const char* network :
         {"127.1",       "127.0.1",    "2130706433",  "0177.0.0.1", "127.0.0.01",  "0x7f.0.0.1",
          "0x7f000001",  "127.0.0.1.", "127.0.0.256", "10/8",       "10.0/16",     "192.168.1.",
          "127.0.0.1.1", "localhost",  "*",           "any",        "ALL",         "all/0",
          "/8",          "1::2::3",    "12345::",     ":::",        "::ffff:127.1"})
        expect_refused(network, kSpelling);
    for (const char* network :
         {"[::1]", "[2001:db8::]/32", "127.0.0.1:80", "[::1]:80", "unix:/run/a.sock"})
        expect_refused(network, kDecorated);
    step("read an address with a zero byte behind it");
    const std::string text("allow 127.0.0.1\0.7", 18);
    refusal(text, "reading " + show(text), kSpelling);
}

TEST_CASE("a zone is refused") {
    for (const char* network : {"fe80::1%lo", "fe80::1%1", "fe80::1%1/128", "fe80::%1/10", "::1%1",
                                "::ffff:10.0.0.1%1", "::ffff:10.0.0.0%lo/104"})
        expect_refused(network, kZone);
    for (const char* network : {"fe80::1%", "fe80::/10%1", "127.0.0.1%lo"})
        expect_refused(network, {kZone, kSpelling});
}

TEST_CASE("an error says file and line and column") {
    struct Row {
        const char* text;
        const char* place;
    };
    for (const Row& row : {Row{"allow 10.0.0.1/8", "access.txt:1:7: "},
                           Row{"allow all\n  deny 10.0.0.1/8\n", "access.txt:2:8: "},
                           Row{"# office\n\n \t\r\nallow ::1/129\n", "access.txt:4:7: "},
                           Row{"\n\nallow 127.1", "access.txt:3:7: "},
                           Row{"allow ::1\npermit all\n", "access.txt:2:1: "},
                           Row{"allow ::1\nallow\n", "access.txt:2:6: "},
                           Row{"allow 10.0.0.1/8\nallow 127.1\n", "access.txt:1:7: "}}) {
        step("read " + show(row.text));
        const std::string message =
            refusal(std::string(row.text), "reading it", why_passed_over(row.text));
        expect(message.starts_with(row.place), "the message",
               std::string("begins with ") + row.place, message, kPlace);
        expect(message.size() > std::string_view(row.place).size(), "the message",
               "says what is wrong", message, kPlace);
    }
    step("read entries of which the third is wrong");
    const std::vector<std::string> entries = {"allow ::1", "", "deny 127.1", "deny all"};
    const std::string message = refusal(entries, "reading them", kPassedOver);
    expect(message.starts_with("access.txt:3:6: "), "the message",
           "begins with access.txt:3:6: , the number of the entry", message, kPlace);
}

TEST_CASE("one bad line refuses the whole text") {
    const std::string bad = "deny 10.0.0.1/8\n";
    const std::string good = "allow all\n";
    for (const std::string& text :
         {bad + good, good + bad, good + bad + good, good + "deny 10.0.0.1/8",
          std::string("allow all\nreject all\n")}) {
        step("read " + show(text));
        refusal(text, "reading it", why_passed_over(text));
    }
    step("read entries, one of which is bad");
    const std::vector<std::string> behind_all = {"allow all", "deny 127.1"};
    refusal(
        behind_all, "reading them",
        is_taken(std::vector<std::string>{"allow ::1", "deny 127.1"}) ? kPassedOver : kBehindAll);
    refusal(std::vector<std::string>{"deny 127.1", "allow all"}, "reading them", kPassedOver);
    for (const char* entry :
         {"deny all\nallow ::1", "deny all\n", "deny all # office\nallow ::1", "# a\ndeny all"}) {
        step("read entries of which the second is " + show(entry));
        const std::string message =
            refusal(std::vector<std::string>{"allow ::1", entry}, "reading them", kTwoLines);
        expect(message.starts_with("access.txt:2:"), "the message",
               "begins with access.txt:2: , the number of the entry, and a column", message,
               kPlace);
    }
}

TEST_CASE("a broken text leaves the list in use whole") {
    step("read a list; read a broken one over it");
    AccessList list = list_of("allow 10.0.0.0/8\n");
    bool thrown = false;
    try {
        list = AccessList::parse("allow 11.0.0.0/8\nallow 12.0.0.0/99\n", Access::allow, "new.txt");
    } catch (const waymark::daemon::UsageError& error) {
        thrown = std::string(error.what()).starts_with("new.txt:2:7: ");
    }
    expect(thrown, "reading the broken one", "a UsageError of new.txt:2:7", "none", kPassedOver);
    step("ask the list");
    expect_equal(list.size(), 1U, "rules", kShared);
    expect_verdict(list, peer_at("10.0.0.1"), Access::allow, "allow 10.0.0.0/8", kShared);
    expect_verdict(list, peer_at("11.0.0.1"), Access::deny, "default", kShared);
    step("read a good list");
    list = list_of("allow 13.0.0.0/8\n");
    expect_equal(list.size(), 1U, "rules of the good list", kShared);
    expect_verdict(list, peer_at("11.0.0.1"), Access::deny, "default", kShared);
    expect_verdict(list, peer_at("13.0.0.1"), Access::allow, "allow 13.0.0.0/8", kShared);
}
