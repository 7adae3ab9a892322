#include "net/access_list.hh"

#include <doctest/doctest.h>
#include <netinet/in.h>

#include <memory>

#include "daemon/error.hh"

using namespace waymark::net;
using waymark::daemon::UsageError;

namespace {

AccessList list_of(std::string_view text, Access otherwise = Access::deny) {
    return AccessList::parse(text, otherwise, "access.txt");
}

bool allows(std::string_view rules, std::string_view peer) {
    return list_of(rules).allows(Address::parse_ip(peer, 4711).value());
}

std::string error_of(std::string_view text) {
    try {
        list_of(text);
        return "no error";
    } catch (const UsageError& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a network matches by bits, not by the beginning of its text") {
    struct Row {
        std::string_view rule, peer;
        bool allowed;
    };
    for (const Row& row : {
             Row{"allow 192.168.1.0/24", "192.168.1.255", true},
             Row{"allow 192.168.1.0/24", "192.168.2.0", false},
             Row{"allow 192.168.1.1", "192.168.1.1", true},
             Row{"allow 192.168.1.1", "192.168.1.10", false},
             Row{"allow 192.168.1.1/32", "192.168.1.0", false},
             Row{"allow 10.0.0.0/9", "10.127.255.255", true},
             Row{"allow 10.0.0.0/9", "10.128.0.0", false},
             Row{"allow 128.0.0.0/1", "200.1.1.1", true},
             Row{"allow 128.0.0.0/1", "127.255.255.255", false},
             Row{"allow 192.0.2.252/30", "192.0.2.255", true},
             Row{"allow 192.0.2.252/30", "192.0.2.251", false},
             Row{"allow 0.0.0.0/0", "255.255.255.255", true},
             Row{"allow 2001:db8::/32", "2001:db8:ffff::1", true},
             Row{"allow 2001:db8::/32", "2001:db9::", false},
             Row{"allow 2001:db8::/33", "2001:db8:8000::", false},
             Row{"allow ::1", "::1", true},
             Row{"allow ::1/128", "::2", false},
             Row{"allow all", "2001:db8::1", true},
         }) {
        CAPTURE(row.rule);
        CAPTURE(row.peer);
        CHECK(allows(row.rule, row.peer) == row.allowed);
    }
}

TEST_CASE("a rule of one family says nothing about the other") {
    CHECK_FALSE(allows("allow 0.0.0.0/0", "2001:db8::1"));
    CHECK_FALSE(allows("allow ::/0", "192.0.2.1"));
    CHECK_FALSE(allows("allow ::/96", "0.0.0.1"));
}

TEST_CASE("an IPv4 address that arrives as IPv6 gets the same verdict") {
    for (const char* peer : {"127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"}) {
        CAPTURE(peer);
        CHECK(allows("allow 127.0.0.0/8", peer));
        CHECK(allows("allow ::ffff:127.0.0.0/104", peer));
        CHECK(allows("allow ::ffff:0:0/96", peer));
        CHECK_FALSE(allows("deny 127.0.0.0/8\nallow all", peer));
        CHECK_FALSE(allows("deny ::ffff:7f00:1\nallow all", peer));
        CHECK_FALSE(allows("allow ::/0", peer));
    }
}

TEST_CASE("the first rule that matches decides") {
    CHECK_FALSE(allows("deny 10.1.0.0/16\nallow 10.0.0.0/8", "10.1.2.3"));
    CHECK(allows("allow 10.0.0.0/8\ndeny 10.1.0.0/16", "10.1.2.3"));
    CHECK(allows("allow 10.1.2.3\ndeny all\nallow all", "10.1.2.3"));
    CHECK_FALSE(allows("allow 10.1.2.3\ndeny all\nallow all", "10.1.2.4"));
}

TEST_CASE("the default holds where no rule matches") {
    const Address peer = Address::parse("192.0.2.1:80");
    CHECK_FALSE(AccessList(Access::deny).allows(peer));
    CHECK(AccessList(Access::allow).allows(peer));
    CHECK(list_of("deny 10.0.0.0/8", Access::allow).allows(peer));
    CHECK(list_of("deny 10.0.0.0/8", Access::allow).decide(peer).rule == "default");
}

TEST_CASE("a verdict names its rule") {
    const AccessList list = list_of("  allow\t10.0.0.0/8 # office\ndeny all");
    CHECK(list.decide(Address::parse("10.0.0.1:1")).rule == "allow 10.0.0.0/8");
    CHECK(list.decide(Address::parse("11.0.0.1:1")).rule == "deny all");
}

TEST_CASE("the port and the interface of a peer do not count") {
    const AccessList list = list_of("allow fe80::/10\nallow 192.0.2.1");
    for (const std::uint16_t port : {std::uint16_t{0}, std::uint16_t{65535}})
        CHECK(list.allows(Address::parse_ip("192.0.2.1", port).value()));
    sockaddr_in6 peer{};
    peer.sin6_family = AF_INET6;
    peer.sin6_addr.s6_addr[0] = 0xfe;
    peer.sin6_addr.s6_addr[1] = 0x80;
    for (const std::uint32_t interface : {0U, 1U, 4711U}) {
        peer.sin6_scope_id = interface;
        CHECK(list.allows(Address(reinterpret_cast<const sockaddr*>(&peer), sizeof peer)));
    }
}

TEST_CASE("a list keeps nothing of the text that it was read from") {
    auto text = std::make_unique<std::string>("allow 2001:db8:1234:5678::/64\n");
    const AccessList list = list_of(*text);
    text.reset();
    CHECK(list.decide(Address::parse("[2001:db8:1234:5678::1]:1")).rule ==
          "allow 2001:db8:1234:5678::/64");
}

TEST_CASE("only all speaks about a Unix peer") {
    const Address peer = Address::parse("unix:/run/a.sock");
    CHECK_FALSE(list_of("allow 0.0.0.0/0\nallow ::/0").allows(peer));
    CHECK(list_of("deny 0.0.0.0/0\nallow all").allows(peer));
}

TEST_CASE("comments, empty lines and line ends of another system are no rules") {
    const AccessList list = list_of("# office\r\n\r\n \t \nallow 10.0.0.0/8\r\ndeny all#rest");
    CHECK(list.size() == 2);
    CHECK(list_of("").size() == 0);
}

TEST_CASE("a rule in doubt is an error at its line and column") {
    struct Row {
        std::string_view text, message;
    };
    for (const Row& row : {
             Row{"allow all\n  deny 10.0.0.1/8",
                 "access.txt:2:8: \"10.0.0.1/8\" has bits set beyond its mask; say 10.0.0.0/8 or "
                 "10.0.0.1"},
             Row{"deny 2001:db8::1/32",
                 "access.txt:1:6: \"2001:db8::1/32\" has bits set beyond its mask; say "
                 "2001:db8::/32 or 2001:db8::1"},
             Row{"permit all", "access.txt:1:1: \"permit\" is neither allow nor deny"},
             Row{"Allow all", "access.txt:1:1: \"Allow\" is neither allow nor deny"},
             Row{"allow", "access.txt:1:6: a network is missing"},
             Row{"allow # all", "access.txt:1:7: a network is missing"},
             Row{"allow 10.0.0.0/8 10.1.0.0/16", "access.txt:1:18: \"10.1.0.0/16\" is one word"},
             Row{"allow 10.0.0.0/33", "has no mask from /0 to /32"},
             Row{"allow ::/129", "has no mask from /0 to /128"},
             Row{"allow 10.0.0.0/", "has no mask"},
             Row{"allow 10.0.0.0/08", "has no mask"},
             Row{"allow 10.0.0.0/-8", "has no mask"},
             Row{"allow 10.0.0.0/8/8", "has no mask"},
             Row{"allow 10.0.0.0/99999999999", "has no mask"},
             Row{"allow 10.0.0.0/255.0.0.0", "has no mask"},
             Row{"allow ::ffff:10.0.0.0/8", "bits set beyond its mask"},
             Row{"allow ::ffff:0:0/95", "bits set beyond its mask"},
             Row{"allow 127.1", "is not an IP address"},
             Row{"allow 0177.0.0.1", "is not an IP address"},
             Row{"allow 2130706433", "is not an IP address"},
             Row{"allow localhost", "is not an IP address"},
             Row{"allow fe80::1%lo", "is not an IP address"},
             Row{"allow [::1]", "is not an IP address"},
             Row{"allow 127.0.0.1:80", "is not an IP address"},
             Row{"allow *", "is not an IP address"},
         }) {
        CAPTURE(row.text);
        const std::string message = error_of(row.text);
        CAPTURE(message);
        CHECK(message.find(row.message) != message.npos);
    }
}

TEST_CASE("a broken text leaves the list in use as it was") {
    AccessList list = list_of("allow 10.0.0.0/8");
    CHECK_THROWS_AS(list = list_of("allow 11.0.0.0/8\nallow 12.0.0.0/99"), UsageError);
    CHECK(list.size() == 1);
    CHECK(list.allows(Address::parse("10.0.0.1:1")));
    CHECK_FALSE(list.allows(Address::parse("11.0.0.1:1")));
}

TEST_CASE("a configuration's list is read entry by entry") {
    const std::vector<std::string> rules = {"deny 10.1.0.0/16", "allow 10.0.0.0/8"};
    const AccessList list = AccessList::parse(rules, Access::deny, "config");
    CHECK(list.size() == 2);
    CHECK(list.allows(Address::parse("10.0.0.1:1")));
    const std::vector<std::string> broken = {"allow all", "allow 10.0.0.0/8\ndeny all"};
    CHECK_THROWS_AS(AccessList::parse(broken, Access::deny, "config"), UsageError);
}

TEST_CASE("an entry with a line end is refused, also where a comment hides it") {
    for (const char* entry :
         {"allow all\n", "\n", "deny 10.0.0.0/8 # office\nallow all", "# office\nallow all"}) {
        const std::vector<std::string> entries = {"allow ::1", entry};
        CAPTURE(std::string(entry));
        std::string message;
        try {
            AccessList::parse(entries, Access::deny, "config");
        } catch (const UsageError& error) {
            message = error.what();
        }
        const std::size_t column = std::string(entry).find('\n') + 1;
        CHECK(message.starts_with("config:2:" + std::to_string(column) + ": a line end"));
    }
}
