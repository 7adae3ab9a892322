#include "settings.hh"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "daemon/error.hh"

using namespace waymark::tracker;
using waymark::daemon::UsageError;
using waymark::net::Address;

namespace {

std::string refusal(const std::function<void(Settings&)>& change) {
    Settings settings;
    change(settings);
    try {
        settings.validate_together();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the settings that a server starts with are valid") {
    CHECK(refusal([](Settings&) {}) == "accepted");
}

TEST_CASE("what is wrong is refused, and the message names the key") {
    struct Row {
        std::function<void(Settings&)> change;
        std::string_view key;
        std::string_view reason;
    };
    const Row rows[] = {
        {[](Settings& s) { s.listen_devices = {"127.1:80"}; }, "listen-devices", "127.1"},
        {[](Settings& s) { s.listen_devices = {}; }, "listen-devices", "at least one"},
        {[](Settings& s) { s.listen_web = {"0.0.0.0:8080"}; }, "listen-web", "--web-certificate"},
        {[](Settings& s) { s.listen_web = {"[::]:8080"}; }, "listen-web", "--trusted-proxy"},
        {[](Settings& s) {
             s.listen_web = {"127.0.0.1:1", "192.0.2.1:2"};
         },
         "listen-web", "192.0.2.1:2"},
        {[](Settings& s) { s.listen_devices_tls = {"127.0.0.1:5443"}; }, "listen-devices-tls",
         "web-certificate"},
        {[](Settings& s) { s.listen_devices_tls = {"unix:/run/x"}; }, "listen-devices-tls",
         "has no port"},
        {[](Settings& s) { s.mqtt = "mqtts://broker.example/topic"; }, "mqtt",
         "mqtts://broker.example/topic"},
        {[](Settings& s) { s.mqtt = "mqtts://[broker.example]"; }, "mqtt", "[broker.example]"},
        {[](Settings& s) {
             s.mqtt = "broker.example:8883";
             s.mqtt_authority = "a.pem";
         },
         "mqtt, mqtt-authority", "write mqtts://broker.example:8883"},
        {[](Settings& s) { s.forward = {"https://a..b"}; }, "forward", "https://a..b"},
        {[](Settings& s) {
             s.forward = {"http://there.example:5055/secret", "http://other.example"};
             s.forward_authority = "a.pem";
         },
         "forward, forward-authority", "write https://there.example:5055, or"},
        {[](Settings& s) { s.web_certificate = "c.pem"; }, "web-certificate", "web-key is missing"},
        {[](Settings& s) { s.web_key = "c.key"; }, "web-key", "web-certificate is missing"},
        {[](Settings& s) { s.reloadable.trusted_proxies = {"all"}; }, "trusted-proxy", "everybody"},
        {[](Settings& s) { s.reloadable.web_names = {"https://family.example"}; }, "web-name",
         "https://family.example"},
        {[](Settings& s) { s.reloadable.web_names = {"family.example:443"}; }, "web-name", "port"},
        {[](Settings& s) { s.reloadable.web_names = {"[::1]"}; }, "web-name", "[::1]"},
        {[](Settings& s) { s.reloadable.web_names = {""}; }, "web-name", "''"},
        {[](Settings& s) { s.reloadable.log_level = "loud"; }, "log-level", "loud"},
        {[](Settings& s) { s.reloadable.access_web = {"allow 10.0.0.1/8"}; }, "access-web",
         "10.0.0"},
        {[](Settings& s) { s.reloadable.max_connections = 0; }, "max-connections", "0"},
        {[](Settings& s) { s.reloadable.idle_timeout_s = 100'000; }, "idle-timeout", "100000"},
        {[](Settings& s) { s.reloadable.max_import_mb = 0; }, "max-import", "0"},
        {[](Settings& s) { s.receivers = 65; }, "receivers", "65"},
        {[](Settings& s) { s.threads = 0; }, "threads", "0"},
        {[](Settings& s) { s.threads = 65; }, "threads", "65"},
        {[](Settings& s) { s.threads = s.receivers = 17; }, "receivers, threads", "17 x 17"},
        {[](Settings& s) { s.reloadable.tiles = "https://{s}.h/{z}/{x}/{y}"; }, "tiles", "{s}"},
        {[](Settings& s) { s.reloadable.tiles_attribution = "a\nlog-level=debug"; },
         "tiles-attribution", "one line"},
        {[](Settings& s) {
             s.map = "/map.pmtiles";
             s.reloadable.tiles = "https://h/{z}/{x}/{y}";
         },
         "map, tiles", "one of them"},
        {[](Settings& s) { s.web_hooks = {"private"}; }, "web-hooks", "private"},
        {[](Settings& s) {
             s.web_hooks = {"public", "127.1"};
         },
         "web-hooks", "127.1"},
        {[](Settings& s) { s.forward = {"there.example:5055"}; }, "forward", "https://"},
        {[](Settings& s) { s.forward = {"http://there.example:0"}; }, "forward", "example:0"},
        {[](Settings& s) { s.forward = {"http://me:secret@there.example"}; }, "forward", "address"},
        {[](Settings& s) { s.forward = {"http://there.example/?id=7"}; }, "forward", "?id=7"},
        {[](Settings& s) {
             s.forward = {"http://a.example", "http://b.example", "http://a.example"};
         },
         "forward", "twice"},
        {[](Settings& s) { s.forward.assign(9, "http://there.example"); }, "forward",
         "more than 8"},
        {[](Settings& s) { s.metrics_token = "a-token-of-nineteen"; }, "metrics-token",
         "20 to 200"},
        {[](Settings& s) { s.metrics_token = "a token of twenty chars"; }, "metrics-token",
         "blanks"},
        {[](Settings& s) { s.metrics_token.assign(201, 'x'); }, "metrics-token", "20 to 200"},
        {[](Settings& s) { s.reloadable.access_devices.assign(3000, "allow 192.168.100.0/24"); },
         "access-devices", "bytes in all"},
    };
    for (const Row& row : rows) {
        const std::string message = refusal(row.change);
        CHECK_MESSAGE(says(message, row.key), message);
        CHECK_MESSAGE(says(message, row.reason), message);
    }
}

TEST_CASE("others may reach the web app by TLS or through a proxy, and each line may come first") {
    const auto reachable = [](Settings& s) { s.listen_web = {"*:8443"}; };
    CHECK(refusal([&](Settings& s) {
              reachable(s);
              s.web_certificate = s.web_key = "both.pem";
          }) == "accepted");
    CHECK(refusal([&](Settings& s) {
              reachable(s);
              s.reloadable.trusted_proxies = {"10.0.0.1"};
          }) == "accepted");
    Settings settings;
    reachable(settings);
    settings.validate();  // of a file that is read line by line
    CHECK(settings.web_is_beyond_loopback());
    CHECK_FALSE(Settings().web_is_beyond_loopback());
    settings.listen_web = {"unix:/run/web.sock", "[::1]:1"};
    CHECK_FALSE(settings.web_is_beyond_loopback());
}

TEST_CASE("an authority is of use where one of the servers that are forwarded to has TLS") {
    const auto forward_to = [](const std::vector<std::string>& servers) {
        return refusal([&](Settings& s) {
            s.forward = servers;
            s.forward_authority = "a.pem";
        });
    };
    CHECK(forward_to({"http://a.example", "https://b.example"}) == "accepted");
    CHECK(forward_to({}) == "accepted");  // a line that was left when the other went
    CHECK(forward_to({"http://a.example/secret"}).find("secret") == std::string::npos);
}

TEST_CASE("what may be reloaded crosses a channel as it was") {
    ReloadableSettings settings;
    settings.log_level = "debug";
    settings.access_devices = {"allow 192.168.0.0/16", "deny all"};
    settings.access_web = {"allow ::1"};
    settings.tiles = "https://h/?a=b&{z}={x}={y}";
    settings.tiles_attribution = "© A = B";
    settings.trusted_proxies = {"127.0.0.1", "unix"};
    settings.web_names = {"family.example", "nas"};
    settings.max_connections = 10'000;
    settings.idle_timeout_s = 300;
    settings.max_import_mb = 7;
    CHECK(ReloadableSettings::from_text(settings.to_text()) == settings);
    CHECK_FALSE(ReloadableSettings::from_text("") == settings);
}

TEST_CASE("a change that takes a new start is named, and no other") {
    const Settings before;
    Settings after = before;
    CHECK(before.changes_that_need_a_start(after).empty());
    after.reloadable.log_level = "debug";
    after.reloadable.access_web = {"allow ::1"};
    after.reloadable.tiles = after.reloadable.tiles_attribution = "x";
    CHECK(before.changes_that_need_a_start(after).empty());
    after.receivers = 2;
    after.listen_web = {"127.0.0.1:8081"};
    after.web_hooks = {"public"};
    CHECK(before.changes_that_need_a_start(after) == "listen-web, web-hooks, receivers");
    Settings other = before;
    other.data = other.site = other.map = other.user = other.log = "x";
    other.listen_devices = other.listen_devices_tls = {"127.0.0.1:1"};
    other.threads = 2;
    other.foreground = other.one_process = other.demo = true;
    CHECK(before.changes_that_need_a_start(other) ==
          "data, listen-devices, listen-devices-tls, site, map, user, log, threads, foreground, "
          "one-process, demo");
}

TEST_CASE("with rules only who is allowed comes in, without rules everybody does") {
    ReloadableSettings settings;
    const Address stranger = *Address::parse_ip("203.0.113.9");
    CHECK(settings.devices_access_list().allows(stranger));
    settings.access_devices = {"allow 192.168.0.0/16"};
    CHECK_FALSE(settings.devices_access_list().allows(stranger));
    CHECK(settings.devices_access_list().allows(*Address::parse_ip("192.168.1.7")));
}

TEST_CASE("the address for phones is one that an app can take, or nothing") {
    Settings settings;
    for (const char* good : {"", "http://192.0.2.1:5055", "https://home.example/way"}) {
        settings.public_devices_url = good;
        CHECK_NOTHROW(settings.validate());
    }
    for (const char* wrong : {"home.example", "ftp://home.example", "http://", "http:///x",
                              "http://home.example/", "http://a b", "http://home.example?x",
                              "http://u@home.example", "http://home.example/\"><img>"}) {
        settings.public_devices_url = wrong;
        INFO(std::string(wrong));
        CHECK_THROWS_AS(settings.validate(), waymark::daemon::UsageError);
    }
}

TEST_CASE("a demo, to which nobody logs in, stays on this machine") {
    Settings demo;
    demo.demo = true;
    demo.data = "/data";
    CHECK_NOTHROW(demo.validate_together());
    demo.web_certificate = demo.web_key = "/file.pem";
    demo.listen_web = {"0.0.0.0:8080"};
    CHECK_THROWS_AS(demo.validate_together(), UsageError);
    demo.listen_web = {"127.0.0.1:8080"};
    CHECK_NOTHROW(demo.validate_together());
    demo.reloadable.trusted_proxies = {"127.0.0.1"};
    CHECK_THROWS_AS(demo.validate_together(), UsageError);
}
