#include "services/refusal_report.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/log_under_test.hh"
#include "protocols/tested_phone.hh"
#include "services/refusal_messages.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

// Refusals whose clock and store are this test.
struct Reported {
    LogFolder folder;
    Log log{to_file(folder)};
    net::EventLoop loop;
    Refusals refusals{log};
    bool has_store = true;
    std::vector<RefusalCase> told;
    int messages = 0;
    RefusalReport report{loop, refusals, [this](std::string_view message) {
                             if (!has_store) return false;
                             std::vector<RefusalCase> part;
                             REQUIRE(read(message, part));
                             CHECK(message.size() <= Channel::kMaxMessage);
                             told.insert(told.end(), part.begin(), part.end());
                             ++messages;
                             return true;
                         }};

    void say(const std::string& target) {
        refusals.note(decode_tested({target, "", {}}), *net::Address::parse_ip("192.0.2.7", 4000),
                      kTestedNow);
    }
    // Until the time of one report has passed, and what is due then has been done.
    void wait_for_report() {
        bool is_over = false;
        net::Timer timer(loop.timers(), [&] { is_over = true; });
        timer.set(Deadline::after(RefusalReport::kBetweenReports, loop.now()));
        while (!is_over) loop.run_once();
    }
};

}  // namespace

TEST_CASE("what was refused in a second is told in one message, with its count") {
    Reported tested;
    for (int i = 0; i < 100; ++i) tested.say("/?id=my-phne&lat=48&lon=11");
    tested.say("/?id=48241179&lat=95&lon=11");
    CHECK(tested.messages == 0);
    tested.wait_for_report();
    CHECK(tested.messages == 1);
    REQUIRE(tested.told.size() == 2);
    CHECK(tested.told[0].status == 200);
    CHECK(tested.told[0].device == 1);
    CHECK(tested.told[0].reason == "lat_out_of_range");
    const RefusalCase& stranger = tested.told[1];
    CHECK(stranger.count == 100);
    CHECK(stranger.status == 403);
    CHECK(stranger.reason == "unknown_device");
    CHECK(stranger.protocol == "traccar");
    CHECK(stranger.who == "my-phne");
    CHECK(stranger.called == "my-phne");
    CHECK(stranger.address == "192.0.2.7");
    CHECK(stranger.last_ms == kTestedNow);
    CHECK(stranger.network == net::Address::parse_ip("192.0.2.7", 1)->network_key());
    tested.say("/?id=my-phne&lat=48&lon=11");
    tested.wait_for_report();
    REQUIRE(tested.told.size() == 3);
    CHECK(tested.told[2].count == 1);
}

TEST_CASE("a flood is a bounded message a second") {
    Reported tested;
    for (int i = 0; i < 5000; ++i) tested.say("/?id=" + std::string(90, 'g') + std::to_string(i));
    tested.wait_for_report();
    CHECK(tested.messages == 1);
    CHECK(tested.told.size() == Refusals::kMost);
}

TEST_CASE("without a store it is kept, and told when there is one") {
    Reported tested;
    tested.has_store = false;
    tested.say("/?id=my-phne&lat=48&lon=11");
    tested.wait_for_report();
    CHECK(tested.told.empty());
    tested.has_store = true;
    tested.wait_for_report();
    CHECK(tested.told.size() == 1);
}

TEST_CASE("a message that is cut or has more is not read") {
    RefusalCase that;
    that.reason = "unknown_device";
    that.called = std::string(500, 'x');
    const std::vector<std::string> messages = write_refused({that});
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].size() < 400);
    std::vector<RefusalCase> cases;
    CHECK(read(messages[0], cases));
    for (std::size_t size = 2; size < messages[0].size(); ++size)
        CHECK_FALSE(read(messages[0].substr(0, size), cases));
    CHECK_FALSE(read(messages[0] + "x", cases));
}

TEST_CASE("cases that do not fit into one message come in several") {
    std::deque<RefusalCase> many(1000);
    for (RefusalCase& each : many) each.who = each.called = std::string(120, 'x');
    const std::vector<std::string> messages = write_refused(many);
    CHECK(messages.size() > 1);
    std::size_t count = 0;
    for (const std::string& message : messages) {
        CHECK(message.size() <= Channel::kMaxMessage);
        std::vector<RefusalCase> part;
        REQUIRE(read(message, part));
        count += part.size();
    }
    CHECK(count == 1000);
}
