#include "services/call_target.hh"

#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;

namespace {

void check_refused(const std::string& wrong) {
    CAPTURE(wrong);
    std::string said;
    try {
        parse_mqtt(wrong);
    } catch (const UsageError& error) {
        said = error.what();
    }
    CHECK(said.find("mqtt: '" + wrong + "' is no HOST:PORT") == 0);
}

}  // namespace

TEST_CASE("a broker is a host and a port, or an address whose scheme says whether TLS is spoken") {
    struct Row {
        const char* text;
        const char* host_and_port;
        const char* host;
        std::uint16_t port;
        bool is_secured;
    };
    for (const Row& row :
         {Row{"localhost:1884", "localhost:1884", "localhost", 1884, false},
          Row{"[::1]:1883", "[::1]:1883", "::1", 1883, false},
          Row{"mqtt://broker.example", "broker.example:1883", "broker.example", 1883, false},
          Row{"mqtt://192.0.2.1:99", "192.0.2.1:99", "192.0.2.1", 99, false},
          Row{"mqtts://broker.example", "broker.example:8883", "broker.example", 8883, true},
          Row{"mqtts://b_1.Example.", "b_1.Example.:8883", "b_1.Example.", 8883, true},
          Row{"[fe80::1%1]:1883", "[fe80::1%1]:1883", "fe80::1%1", 1883, false},
          Row{"mqtts://[2001:db8::1]:65535", "[2001:db8::1]:65535", "2001:db8::1", 65535, true},
          Row{"mqtts://[2001:db8::1]", "[2001:db8::1]:8883", "2001:db8::1", 8883, true}}) {
        CAPTURE(row.text);
        const CallTarget target = parse_mqtt(row.text);
        CHECK(target.host_and_port == row.host_and_port);
        CHECK(target.host == row.host);
        CHECK(target.port == row.port);
        CHECK(target.is_secured == row.is_secured);
    }
}

TEST_CASE("what is no broker is refused, by its name") {
    for (const char* wrong :
         {"", "localhost", ":1883", "localhost:", "localhost:0", "localhost:65536", "localhost:18x",
          "localhost:-1", "mqtts://", "mqtts://:8883", "mqtts://a.example/topic",
          "mqtts://me:secret@a.example", "https://a.example", "MQTTS://a.example", "a b:1883",
          "ws://a.example:80", "mqtts://a.example:", "::1:1883"})
        check_refused(wrong);
}

TEST_CASE("a host that cannot be called is refused, for later there is nobody to tell") {
    for (const char* wrong :
         {"mqtts://[a.example]:8883", "mqtts://[127.0.0.1]", "mqtts://[::1]x:5", "mqtts://a]b:5",
          "mqtts://[::1%lo]", "unix:1883", "mqtts://unix", "*:1883", "mqtts://*.example"})
        check_refused(wrong);
    for (const char* wrong :
         {"mqtts://.", "mqtts://a..b", "mqtts://%41", "mqtts://b\u00fccher.example", "a,b:1883",
          "a\tb:1883", "127.1:1883", "0x7f000001:1883"})
        check_refused(wrong);
}

TEST_CASE("a gpsd is a host and a port, and no address with a scheme") {
    CHECK(parse_gpsd("gps.example:2947").port == 2947);
    CHECK_FALSE(parse_gpsd("gps.example:2947").is_secured);
    for (const char* wrong : {"gps.example", "mqtts://gps.example:2947", "gpsd://gps.example:2947",
                              "[gps.example]:2947", "unix:2947"})
        CHECK_THROWS_AS(parse_gpsd(wrong), UsageError);
}

TEST_CASE("whom one can call has an address or a name of DNS") {
    for (const std::string host : {"192.0.2.1", "2001:db8::1", "a", "a.example.", "_x.a-b.example"})
        CHECK(is_host_to_call(host));
    for (const std::string host :
         {"", ".", "[::1]", "192.0.2", "192.0.2.1.", ".a", "a..b", "a b", "a:1", "*", "a/b"}) {
        CAPTURE(host);
        CHECK_FALSE(is_host_to_call(host));
    }
    CHECK(is_host_to_call(std::string(253, 'a')));
    CHECK_FALSE(is_host_to_call(std::string(254, 'a')));
}
