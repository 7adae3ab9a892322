#include "services/store_link.hh"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/task.hh"
#include "net/task_group.hh"

using namespace waymark;
using namespace waymark::tracker;
using waymark::daemon::Channel;
using waymark::daemon::Deadline;
using namespace std::chrono_literals;

namespace {

Decoded one_fix(UnixMillis time_ms) {
    Decoded decoded;
    decoded.fixes.emplace_back();
    decoded.fixes.back().device = 1;
    decoded.fixes.back().time_ms = time_ms;
    return decoded;
}

// A receiver's link, and the store's end of its channel in our hand.
struct Link {
    net::EventLoop loop;
    StoreLink link;
    std::optional<Channel> store;
    std::vector<std::string> results;
    net::TaskGroup tasks;

    explicit Link(StoreLink::Limits limits = {}) : link(loop, limits) {}

    void start_store() {
        daemon::ChannelPair pair = daemon::make_channel();
        store.emplace(std::move(pair.second));
        link.connect(std::move(pair.first));
    }
    void round() { loop.run_once(Deadline::after(1ms)); }

    void submit(Decoded decoded, const std::string& name) {
        tasks.start(wait(std::move(decoded), name));
    }
    net::Task<> wait(Decoded decoded, std::string name) {
        const StoreLink::Result result = co_await link.submit(decoded);
        results.push_back(name + (result.durable ? " durable" : " lost: " + result.reason));
    }

    // The batches that have reached the store, each as the times of its fixes.
    std::vector<Batch> received() const {
        std::vector<Batch> batches;
        for (;;) {
            const Channel::Received got = const_cast<Channel&>(*store).receive();
            if (got.result != Channel::Result::done) return batches;
            batches.emplace_back();
            REQUIRE(read(got.message, batches.back()));
        }
    }
    void answer(Ticket ticket, bool durable = true, const std::string& reason = {}) {
        REQUIRE(store->send(write(Answer{ticket, durable, reason})) == Channel::Result::done);
        round();
        round();
    }
};

}  // namespace

TEST_CASE(
    "what is submitted in one round leaves in one batch, and nobody goes on before the answer") {
    Link link;
    link.start_store();
    link.submit(one_fix(1), "a");
    link.submit(one_fix(2), "b");
    link.round();
    const std::vector<Batch> batches = link.received();
    REQUIRE(batches.size() == 1);
    CHECK(batches[0].items.size() == 2);
    CHECK(link.results.empty());
    link.answer(batches[0].ticket);
    CHECK(link.results == std::vector<std::string>{"a durable", "b durable"});
    CHECK(link.link.unanswered_bytes() == 0);
}

TEST_CASE("while one batch is with the store the next one grows, and leaves with the answer") {
    Link link;
    link.start_store();
    link.submit(one_fix(1), "a");
    link.round();
    const std::vector<Batch> first = link.received();
    link.submit(one_fix(2), "b");
    link.round();
    link.submit(one_fix(3), "c");
    link.round();
    CHECK(link.received().empty());
    link.answer(first.at(0).ticket);
    const std::vector<Batch> second = link.received();
    REQUIRE(second.size() == 1);
    CHECK(second[0].items.size() == 2);
    link.answer(second[0].ticket);
    CHECK(link.results == std::vector<std::string>{"a durable", "b durable", "c durable"});
}

TEST_CASE("a message too large for one batch waits for all of its batches") {
    Link link;
    link.start_store();
    Decoded large;
    for (int i = 0; i < 3000; ++i) large.fixes.push_back(one_fix(i).fixes[0]);
    link.submit(std::move(large), "large");
    link.round();
    std::vector<Batch> batches = link.received();
    REQUIRE(batches.size() > 1);
    // The full ones have left at once; the last one leaves when they are answered.
    for (const Batch& full : std::vector<Batch>(batches)) link.answer(full.ticket);
    CHECK(link.results.empty());
    for (const Batch& last : link.received()) batches.push_back(last);
    std::size_t items = 0;
    for (const Batch& batch : batches) items += batch.items.size();
    CHECK(items == 3000);
    link.answer(batches.back().ticket);
    CHECK(link.results == std::vector<std::string>{"large durable"});
}

TEST_CASE("what the store could not make durable is told with the reason") {
    Link link;
    link.start_store();
    link.submit(one_fix(1), "a");
    link.round();
    link.answer(link.received().at(0).ticket, false, "disk full");
    CHECK(link.results == std::vector<std::string>{"a lost: disk full"});
}

TEST_CASE("a new store gets everything that the old one did not answer") {
    Link link;
    link.start_store();
    link.submit(one_fix(1), "a");
    link.round();
    CHECK(link.received().size() == 1);
    link.store.reset();
    link.round();
    CHECK_FALSE(link.link.is_connected());
    link.submit(one_fix(2), "b");
    link.round();
    link.start_store();
    link.round();
    std::vector<Batch> batches = link.received();
    REQUIRE_FALSE(batches.empty());
    link.answer(batches.back().ticket);
    for (const Batch& batch : link.received()) link.answer(batch.ticket);
    CHECK(link.results == std::vector<std::string>{"a durable", "b durable"});
}

TEST_CASE("a store that does not answer in time is not waited for") {
    Link link({.patience = 50ms});
    link.start_store();
    link.submit(one_fix(1), "a");
    link.round();
    while (link.results.empty()) link.loop.run_once();
    CHECK(link.results == std::vector<std::string>{"a lost: the store did not answer in time"});
    link.answer(link.received().at(0).ticket);  // too late, and harmless
    CHECK(link.results.size() == 1);
    CHECK(link.link.unanswered_bytes() == 0);
}

TEST_CASE("more than the limit waiting is refused at once") {
    Link link({.patience = 8s, .most_bytes = 100});
    link.submit(one_fix(1), "a");
    link.submit(one_fix(2), "b");
    link.submit(one_fix(3), "c");
    CHECK(link.results == std::vector<std::string>{"c lost: the store does not keep up"});
}

TEST_CASE(
    "a connection that ends while it waits is forgotten, and its fix is stored all the same") {
    Link link;
    link.start_store();
    {
        net::TaskGroup connection;
        connection.start(link.wait(one_fix(1), "gone"));
        link.round();
    }
    const std::vector<Batch> batches = link.received();
    REQUIRE(batches.size() == 1);
    link.answer(batches[0].ticket);
    CHECK(link.results.empty());
    CHECK(link.link.unanswered_bytes() == 0);
}
