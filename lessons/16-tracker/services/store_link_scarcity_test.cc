// Memory that runs out while one message is handed to the store costs that message, and no other.

#include <doctest/doctest.h>

#include <algorithm>

#include <string>
#include <vector>

#include "net/scarcity_under_test.hh"
#include "net/task.hh"
#include "net/task_group.hh"
#include "services/store_link.hh"

using namespace waymark;
using namespace waymark::tracker;
using net::scarcity::fail_allocation;
using net::scarcity::has_failed;
using waymark::daemon::Channel;
using waymark::daemon::Deadline;
using namespace std::chrono_literals;

namespace {

constexpr UnixMillis kOthers = 1000;

Decoded fixes_from(UnixMillis time_ms, int count) {
    Decoded decoded;
    for (int i = 0; i < count; ++i) {
        Fix& fix = decoded.fixes.emplace_back();
        fix.device = 1;
        fix.time_ms = time_ms + i;
        fix.extras = std::string(50, 'x');
    }
    return decoded;
}

// A receiver's link whose messages are `answers`, and the store's end of its channel in our hand.
struct ScarceLink {
    net::EventLoop loop;
    StoreLink link{loop, {}};
    daemon::ChannelPair pair = daemon::make_channel();
    std::vector<std::string> answers;
    int failed = 0;
    net::TaskGroup tasks{[this](std::exception_ptr) { ++failed; }};

    ScarceLink() {
        answers.reserve(8);
        link.connect(std::move(pair.first));
    }
    void round() { loop.run_once(Deadline::after(1ms)); }
    net::Task<> wait(const Decoded& decoded, const char* name) {
        const StoreLink::Result result = co_await link.submit(decoded);
        answers.emplace_back(name);
        if (!result.durable) answers.back() += " lost";
    }
    // The times of the fixes of others that have reached the store, each batch of which is whole.
    std::vector<UnixMillis> received(Ticket& ticket) {
        std::vector<UnixMillis> times;
        for (;;) {
            const Channel::Received got = pair.second.receive();
            if (got.result != Channel::Result::done) return times;
            Batch batch;
            REQUIRE(read(std::string_view(got.message), batch));
            ticket = batch.ticket;
            for (const Item& item : batch.items)
                if (std::get<Fix>(item).time_ms >= kOthers)
                    times.push_back(std::get<Fix>(item).time_ms);
        }
    }
};

}  // namespace

TEST_CASE("memory that runs out while a message is handed over spoils no other message") {
    const Decoded others = fixes_from(kOthers, 2);
    const Decoded unlucky = fixes_from(0, 5);
    for (const bool is_first : {true, false}) {
        bool goes_on = true;
        int failures = 0;
        for (long number = 0; goes_on; ++number) {
            CAPTURE(number);
            ScarceLink link;
            if (!is_first) link.tasks.start(link.wait(others, "others"));
            fail_allocation(number);
            try {
                link.tasks.start(link.wait(unlucky, "unlucky"));
            } catch (const std::bad_alloc&) {
                ++link.failed;  // before it began
            }
            goes_on = has_failed;
            fail_allocation(-1);
            failures += goes_on ? 1 : 0;
            CHECK(link.failed == (goes_on ? 1 : 0));
            if (is_first) link.tasks.start(link.wait(others, "others"));
            link.round();
            Ticket ticket = 0;
            CHECK(link.received(ticket) == std::vector<UnixMillis>{kOthers, kOthers + 1});
            REQUIRE(link.pair.second.send(write(Answer{ticket, true, ""})) ==
                    Channel::Result::done);
            while (link.answers.size() < (goes_on ? 1U : 2U)) link.round();
            CHECK(std::count(link.answers.begin(), link.answers.end(), "others") == 1);
        }
        CHECK(failures >= 3);
    }
}

TEST_CASE("memory that runs out while the store's answer is read ends nothing") {
    const Decoded message = fixes_from(kOthers, 2);
    bool goes_on = true;
    for (long number = 0; goes_on; ++number) {
        CAPTURE(number);
        ScarceLink link;
        link.tasks.start(link.wait(message, "message"));
        link.round();
        Ticket ticket = 0;
        REQUIRE(link.received(ticket).size() == 2);
        const std::string reason(100, 'r');
        REQUIRE(link.pair.second.send(write(Answer{ticket, false, reason})) ==
                Channel::Result::done);
        fail_allocation(number);
        CHECK_NOTHROW(link.round());
        goes_on = has_failed;
        fail_allocation(-1);
        // What was not understood is settled with the next answer.
        REQUIRE(link.pair.second.send(write(Answer{ticket, false, reason})) ==
                Channel::Result::done);
        while (link.answers.empty()) link.round();
        CHECK(link.answers.front() == "message lost");
    }
}
