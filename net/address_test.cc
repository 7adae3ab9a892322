#include "net/address.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_set>

#include "daemon/error.hh"
#include "daemon/fd.hh"

using namespace waymark::net;
using waymark::daemon::Fd;
using waymark::daemon::UsageError;

namespace {

std::string error_of(std::string_view text) {
    try {
        return "read as " + Address::parse(text).to_string();
    } catch (const UsageError& error) {
        return error.what();
    }
}

bool says(std::string_view message, std::string_view words) {
    return message.find(words) != message.npos;
}

Address ip(std::string_view text) {
    return Address::parse_ip(text).value();
}

}  // namespace

TEST_CASE("what is read is written again") {
    for (const std::string text : {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80",
                                   "[::]:8080", "[2001:db8::1]:443", "[::ffff:192.0.2.1]:80",
                                   "[fe80::1%lo]:80", "unix:/run/a.sock", "unix:@name"})
        CHECK(Address::parse(text).to_string() == text);
}

TEST_CASE("a star is every address of both families") {
    CHECK(Address::parse("*:80") == Address::parse("[::]:80"));
    CHECK(Address::parse("*:80").is_any());
    CHECK(Address::parse("0.0.0.0:80").is_any());
    CHECK_FALSE(Address::parse("127.0.0.1:80").is_any());
    CHECK_FALSE(Address::parse("unix:/a").is_any());
}

TEST_CASE("an odd or wrong text is an error that says what is wrong") {
    struct Row {
        std::string_view text, words;
    };
    for (const Row& row : {
             Row{"127.1:80", "four decimal numbers"},
             Row{"0177.0.0.1:80", "without leading zeros"},
             Row{"127.0.0.01:80", "without leading zeros"},
             Row{"2130706433:80", "four decimal numbers"},
             Row{"0x7f.0.0.1:80", "four decimal numbers"},
             Row{"127.0.0.256:80", "from 0 to 255"},
             Row{"1.2.3.4.5:80", "is not an IP address"},
             Row{"127.0.0.1 :80", "is not an IP address"},
             Row{" 127.0.0.1:80", "is not an IP address"},
             Row{"localhost:80", "names are not looked up"},
             Row{":80", "is not an IP address"},
             Row{"[127.0.0.1]:80", "is not an IP address"},
             Row{"[*]:80", "is not an IP address"},
             Row{"[::1%nosuchinterface]:80", "is not an IP address"},
             Row{"[::1%]:80", "is not an IP address"},
             Row{"[:::1]:80", "is not an IP address"},
             Row{"::1:80", "in brackets"},
             Row{"::1", "in brackets"},
             Row{"[::1]", "in brackets"},
             Row{"127.0.0.1", "needs a port"},
             Row{"", "needs a port"},
             Row{"127.0.0.1:", "port \"\" is not a number"},
             Row{"127.0.0.1:65536", "from 0 to 65535"},
             Row{"127.0.0.1:99999999999999999999", "from 0 to 65535"},
             Row{"127.0.0.1:-1", "is not a number"},
             Row{"127.0.0.1:+80", "is not a number"},
             Row{"127.0.0.1:080", "is not a number"},
             Row{"127.0.0.1:80 ", "is not a number"},
             Row{"127.0.0.1:http", "is not a number"},
             Row{"unix:", "must begin with /"},
             Row{"unix:run/a.sock", "must begin with /"},
             Row{"unix:@", "must begin with /"},
         }) {
        CAPTURE(row.text);
        const std::string message = error_of(row.text);
        CAPTURE(message);
        CHECK(says(message, row.words));
    }
    CHECK(says(error_of("unix:/" + std::string(107, 'a')), "108 bytes; the system takes 107"));
    CHECK(says(error_of("unix:/" + std::string(106, 'a')), "read as unix:/aaa"));
    CHECK(says(error_of("unix:@" + std::string(108, 'a')), "109 bytes; the system takes 108"));
    CHECK(says(error_of(std::string_view("unix:/a\0b", 9)), "zero byte"));
    CHECK_FALSE(Address::parse_ip(std::string_view("127.0.0.1\0", 10)));
}

TEST_CASE("a port that is missing or set is told apart from the address") {
    const Address address = Address::parse("[2001:db8::1]:80");
    CHECK(address.port() == 80);
    CHECK(address.with_port(81).to_string() == "[2001:db8::1]:81");
    CHECK(Address::parse("127.0.0.1:80").with_port(8080).to_string() == "127.0.0.1:8080");
    CHECK_FALSE(address == address.with_port(81));
    CHECK(address.same_host(address.with_port(81)));
    CHECK(Address::parse("unix:/a").with_port(80).to_string() == "unix:/a");
}

TEST_CASE("an IPv4 address that arrives as IPv6 is unmapped") {
    CHECK(Address::parse("[::ffff:192.0.2.1]:80").unmapped() == Address::parse("192.0.2.1:80"));
    CHECK(ip("::ffff:c000:0201").unmapped() == ip("192.0.2.1"));
    CHECK(ip("2001:db8::1").unmapped() == ip("2001:db8::1"));
    CHECK(ip("::192.0.2.1").unmapped().family() == AF_INET6);
    CHECK_FALSE(ip("::ffff:192.0.2.1").same_host(ip("192.0.2.1")));
}

TEST_CASE("loopback is this machine, in every spelling") {
    for (const char* text : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"})
        CHECK(ip(text).is_loopback());
    for (const char* text : {"128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:128.0.0.1", "::7f00:1"})
        CHECK_FALSE(ip(text).is_loopback());
    CHECK(Address::parse("unix:/a").is_loopback());
    CHECK_FALSE(Address().is_loopback());
}

TEST_CASE("a client is counted by its IPv4 address or by its IPv6 /64") {
    CHECK(ip("192.0.2.1").network_key() == ip("::ffff:192.0.2.1").network_key());
    CHECK_FALSE(ip("192.0.2.1").network_key() == ip("192.0.2.2").network_key());
    CHECK(ip("2001:db8:0:1::1").network_key() == ip("2001:db8:0:1:ffff::2").network_key());
    CHECK_FALSE(ip("2001:db8:0:1::1").network_key() == ip("2001:db8:0:2::1").network_key());
    CHECK_FALSE(ip("0.0.0.0").network_key() == ip("::").network_key());
    CHECK(ip("fe80::1%77").network_key() == ip("fe80::2%77").network_key());
    CHECK_FALSE(ip("fe80::1%77").network_key() == ip("fe80::1%78").network_key());
    CHECK(Address::parse("192.0.2.1:1").network_key() ==
          Address::parse("192.0.2.1:2").network_key());
}

TEST_CASE("a container of hosts does not look at the port") {
    std::unordered_set<Address, HostHash, HostEqual> hosts;
    for (const char* text : {"127.0.0.1:1", "127.0.0.1:2", "[::1]:1", "[::1]:2", "unix:/a"})
        hosts.insert(Address::parse(text));
    CHECK(hosts.size() == 3);
}

TEST_CASE("an address from the kernel is copied, however odd its length") {
    sockaddr_un unnamed{};
    unnamed.sun_family = AF_UNIX;
    const auto* generic = reinterpret_cast<const sockaddr*>(&unnamed);
    CHECK(Address(generic, sizeof(sa_family_t)).to_string() == "unix:");
    unnamed.sun_path[1] = 'n';
    CHECK(Address(generic, sizeof(sa_family_t) + 2).to_string() == "unix:@n");
    // 108 bytes of path and no zero at the end (unix(7), BUGS).
    std::fill(std::begin(unnamed.sun_path), std::end(unnamed.sun_path), 'p');
    CHECK(Address(generic, sizeof unnamed).unix_path().size() == 108);
    CHECK(Address().to_string() == "-");
    CHECK(Address().family() == AF_UNSPEC);
}

TEST_CASE("an abstract socket's address is read back from its text") {
    sockaddr_un abstract{};
    abstract.sun_family = AF_UNIX;
    abstract.sun_path[1] = 'n';
    const Address bound(reinterpret_cast<const sockaddr*>(&abstract), sizeof(sa_family_t) + 2);
    const Address read = Address::parse(bound.to_string());
    CHECK(read == bound);
    CHECK(read.size() == bound.size());
}

TEST_CASE("a file is not the abstract socket that is written like it") {
    sockaddr_un value{};
    value.sun_family = AF_UNIX;
    value.sun_path[0] = '@';
    value.sun_path[1] = 'n';
    const Address file(reinterpret_cast<const sockaddr*>(&value), sizeof value);
    CHECK(file.to_string() == "unix:@n");
    CHECK_FALSE(file == Address::parse("unix:@n"));
    CHECK(file == file);
}

namespace {

constexpr int kNoNamespace = 77;

// In a network of its own, whose only interface has a number for a name: 0 if that is no other
// interface's number.
int rename_and_read() {
    if (::unshare(::geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == -1)
        return kNoNamespace;
    const Fd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    std::strcpy(request.ifr_newname, "77");
    if (::ioctl(any.get(), SIOCSIFNAME, &request) == -1) return kNoNamespace;
    sockaddr_in6 value{};
    value.sin6_family = AF_INET6;
    value.sin6_scope_id = ::if_nametoindex("77");
    const Address scoped(reinterpret_cast<const sockaddr*>(&value), sizeof value);
    const std::string text = scoped.to_string();
    return text == "[::%77]:0" && Address::parse(text) == scoped ? 0 : 1;
}

}  // namespace

TEST_CASE("an interface whose name is a number is read back as itself") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(rename_and_read());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNoNamespace)
        std::puts("SKIP: address: no network of one's own here");
    else
        CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("the longest abstract name is one that the system takes") {
    std::string text = fmt::format("unix:@{}-", ::getpid());
    text.resize(5 + 108, 'a');
    const Address name = Address::parse(text);
    CHECK(name.size() == sizeof(sockaddr_un));
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(::bind(socket.get(), name.data(), name.size()) == 0);
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
    CHECK(Address(reinterpret_cast<const sockaddr*>(&bound), size).to_string() == text);
}

TEST_CASE("the bytes are in network order") {
    CHECK(ip("1.2.3.4").ip_bytes()[3] == 4);
    CHECK(ip("2001:db8::7").ip_bytes().size() == 16);
    CHECK(ip("2001:db8::7").ip_bytes()[15] == 7);
    CHECK(Address::parse("unix:/a").ip_bytes().empty());
    for (const char* text : {"1.2.3.4", "2001:db8::7"})
        CHECK(Address::from_ip_bytes(ip(text).ip_bytes()) == ip(text));
}
