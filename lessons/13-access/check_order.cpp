// Lists of several rules: which one decides, what is said of it, and what a list keeps.

#include <doctest/doctest.h>

#include <memory>
#include <random>

#include "model.hh"

using namespace waymark::course::check;

namespace {

constexpr Access kAllow = Access::allow;
constexpr Access kDeny = Access::deny;

}  // namespace

TEST_CASE("the first rule that matches decides") {
    const Address peer = peer_at("10.1.2.3");
    step("deny 10.1.0.0/16, then allow 10.0.0.0/8; ask about 10.1.2.3");
    expect_verdict(list_of("deny 10.1.0.0/16\nallow 10.0.0.0/8\n"), peer, kDeny, "deny 10.1.0.0/16",
                   {kLast, kGrouped});
    step("allow 10.1.0.0/16, then deny 10.0.0.0/8");
    expect_verdict(list_of("allow 10.1.0.0/16\ndeny 10.0.0.0/8\n"), peer, kAllow,
                   "allow 10.1.0.0/16", {kLast, kGrouped});
    step("allow 10.0.0.0/8, then deny 10.1.0.0/16, which is narrower");
    expect_verdict(list_of("allow 10.0.0.0/8\ndeny 10.1.0.0/16\n"), peer, kAllow,
                   "allow 10.0.0.0/8", kSpecific);
    step("deny all, then allow 10.1.2.3");
    expect_verdict(list_of("deny all\nallow 10.1.2.3\n"), peer, kDeny, "deny all", kSpecific);
    step("deny, allow and deny the same address");
    expect_verdict(list_of("deny 10.1.2.3\nallow 10.1.2.3\ndeny 10.1.2.3\n"), peer, kDeny,
                   "deny 10.1.2.3", kGrouped);
    step("allow, deny and allow the same address");
    expect_verdict(list_of("allow 10.1.2.3\ndeny 10.1.2.3\nallow 10.1.2.3\n"), peer, kAllow,
                   "allow 10.1.2.3", kGrouped);
}

TEST_CASE("rules that do not match are passed") {
    step("allow 10.1.2.3, deny 10.0.0.0/8, allow all");
    const AccessList list = list_of("allow 10.1.2.3\ndeny 10.0.0.0/8\nallow all\n");
    expect_verdict(list, peer_at("10.1.2.3"), kAllow, "allow 10.1.2.3", kGrouped);
    expect_verdict(list, peer_at("10.1.2.4"), kDeny, "deny 10.0.0.0/8", {kLast, kGrouped});
    expect_verdict(list, peer_at("11.1.2.4"), kAllow, "allow all", {kDefault, kGrouped});
    expect_verdict(list, peer_at("2001:db8::1"), kAllow, "allow all", {kDefault, kFamilies});
}

TEST_CASE("where no rule matches the default decides") {
    const Address peer = peer_at("192.0.2.1");
    for (const Access otherwise : {kAllow, kDeny}) {
        step(std::string("the default is ") + in_words(otherwise) + "; no rules at all");
        expect_verdict(list_of("", otherwise), peer, otherwise, "default", kDefault);
        step("rules that allow somebody else");
        expect_verdict(list_of("allow 10.0.0.0/8\n", otherwise), peer, otherwise, "default",
                       kDefault);
        step("rules that deny somebody else");
        expect_verdict(list_of("deny 10.0.0.0/8\n", otherwise), peer, otherwise, "default",
                       kDefault);
        step("a list that was not read");
        expect_verdict(AccessList(otherwise), peer, otherwise, "default", kDefault);
        step("a list of entries");
        const std::vector<std::string> entries = {"deny 10.0.0.0/8"};
        expect_verdict(list_of(entries, otherwise), peer, otherwise, "default", kDefault);
    }
}

TEST_CASE("the reason is the rule as it was written") {
    step("ask rules with odd blanks, a comment and a mapped network");
    const AccessList list = list_of(
        "  deny \t 2001:DB8:0:0::/32   # as the office writes it\r\n"
        "allow ::ffff:10.0.0.0/104\n"
        "allow 10.0.0.0/8\n");
    expect_verdict(list, peer_at("2001:db8::1"), kDeny, "deny 2001:DB8:0:0::/32", kReason);
    expect_verdict(list, peer_at("10.1.2.3"), kAllow, "allow ::ffff:10.0.0.0/104",
                   {kMappedRule, kReason});
}

TEST_CASE("the reason lives as long as the list") {
    step("read rules, and free the text; ask, and look at the reason later");
    auto text =
        std::make_unique<std::string>("allow 2001:db8:1234:5678::/64\ndeny 192.168.255.0/24\n");
    const AccessList list = list_of(*text);
    text->assign(text->size(), '*');
    text.reset();
    const std::string_view first = list.decide(peer_at("2001:db8:1234:5678::1")).rule;
    const std::string_view second = list.decide(peer_at("192.168.255.7")).rule;
    const std::string_view third = list.decide(peer_at("192.0.2.1")).rule;
    expect_equal(std::string(first), "allow 2001:db8:1234:5678::/64", "the reason", kDangling);
    expect_equal(std::string(second), "deny 192.168.255.0/24", "the reason", kDangling);
    expect_equal(std::string(third), "default", "the reason", kDangling);
}

TEST_CASE("two lists know nothing of each other") {
    step("read a list, and then another one");
    const AccessList one = list_of("allow 10.0.0.0/8\n");
    const AccessList other = list_of("allow 11.0.0.0/8\n");
    expect_verdict(one, peer_at("10.0.0.1"), kAllow, "allow 10.0.0.0/8", kShared);
    expect_verdict(one, peer_at("11.0.0.1"), kDeny, "default", kShared);
    expect_verdict(other, peer_at("11.0.0.1"), kAllow, "allow 11.0.0.0/8", kShared);
    expect_verdict(other, peer_at("10.0.0.1"), kDeny, "default", kShared);
    expect_equal(other.size(), 1U, "rules of the second list", kShared);
}

TEST_CASE("each line with a rule is one rule") {
    struct Row {
        const char* text;
        std::size_t rules;
    };
    for (const Row& row :
         {Row{"", 0}, Row{"\n", 0}, Row{"\n\n \t\n# a\r\n\r\n", 0}, Row{"allow ::1", 1},
          Row{"allow ::1\n", 1}, Row{"\nallow ::1", 1}, Row{"allow ::1\ndeny all", 2},
          Row{"allow ::1\r\n\r\ndeny all\r\n", 2}, Row{"allow ::1#a\n#b\ndeny all#c\n#d", 2},
          Row{"allow ::1\nallow ::1\nallow ::1\n", 3}}) {
        step("read " + show(row.text));
        expect_equal(list_of(std::string(row.text)).size(), row.rules, "rules", kLines);
    }
    step("read a comment of 5000 bytes, and a rule behind it");
    expect_equal(list_of("#" + std::string(5000, 'x') + "\nallow ::1", kDeny, kLines).size(), 1U,
                 "rules", kLines);
    step("read the first nine bytes of \"allow ::1\\ndeny all\\n\"");
    expect_equal(
        list_of(std::string_view("allow ::1\ndeny all\n").substr(0, 9), kDeny, kViewEnd).size(), 1U,
        "rules", kViewEnd);
    step("read 300 rules, the last of which matches");
    std::string many;
    for (int number = 0; number < 299; ++number)
        many += "deny 10.0." + std::to_string(number % 256) + ".1\n";
    const AccessList long_list = list_of(many + "allow ::2\n");
    expect_equal(long_list.size(), 300U, "rules", kLines);
    expect_verdict(long_list, peer_at("::2"), kAllow, "allow ::2", kLines);
    step("read entries, two of which are no rules");
    const std::vector<std::string> entries = {"allow ::1", "", "# later", "deny all"};
    const AccessList list = list_of(entries);
    expect_equal(list.size(), 2U, "rules", kLines);
    expect_verdict(list, peer_at("::1"), kAllow, "allow ::1", kLast);
    expect_verdict(list, peer_at("::2"), kDeny, "deny all", kLines);
}

TEST_CASE("many lists and peers get the verdicts of a slow model") {
    step("ask 300 lists about 60 peers each, and find the first rule bit by bit");
    std::mt19937 random(13);
    const auto up_to = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
    const auto some_bytes = [&] {
        Bytes bytes(up_to(1) == 0 ? 4 : 16, 0);
        bytes[0] = static_cast<std::uint8_t>(up_to(3) << 6);
        bytes[1] = static_cast<std::uint8_t>(up_to(3));
        bytes.back() = static_cast<std::uint8_t>(up_to(7) * 36);
        return bytes;
    };
    for (int lists = 0; lists < 300; ++lists) {
        struct Rule {
            Access access;
            Bytes network;
            unsigned bits;
            std::string text;
        };
        std::vector<Rule> rules;
        std::string text;
        const Access otherwise = up_to(1) == 0 ? kAllow : kDeny;
        for (unsigned left = up_to(6); left > 0; --left) {
            const Bytes start = some_bytes();
            const unsigned bits = up_to(static_cast<unsigned>(start.size() * 8));
            const Bytes network = filled(start, bits, false);
            const Access access = up_to(1) == 0 ? kAllow : kDeny;
            rules.push_back({access, network, bits,
                             std::string(in_words(access)) + " " +
                                 Address::from_ip_bytes(network).host_text() + "/" +
                                 std::to_string(bits)});
            text += rules.back().text + "\n";
        }
        const AccessList list = list_of(text, otherwise);
        for (int peers = 0; peers < 60; ++peers) {
            const Bytes peer = some_bytes();
            Access access = otherwise;
            std::string reason = "default";
            for (const Rule& rule : rules)
                if (reason == "default" && rule.network.size() == peer.size() &&
                    same_bits(rule.network, peer, rule.bits)) {
                    access = rule.access;
                    reason = rule.text;
                }
            const auto seen = list.decide(Address::from_ip_bytes(peer));
            const bool right = seen.access == access && seen.rule == reason;
            if (right) continue;
            fail("the verdict on " + Address::from_ip_bytes(peer).host_text() + " of\n" + text +
                     "default " + in_words(otherwise),
                 std::string(in_words(access)) + ", by " + reason,
                 std::string(in_words(seen.access)) + ", by " + std::string(seen.rule),
                 {kLast, kSpecific, kGrouped, kFamilies});
        }
    }
}
