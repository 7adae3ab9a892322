#include "web_app/live.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "net/timed_io.hh"
#include "services/messages.hh"
#include "web_app/tested_web_app.hh"

using namespace waymark;
using namespace waymark::tracker;
using daemon::Channel;

namespace {

void announce(Channel& store, std::uint64_t sequence, const std::vector<Fix>& fixes) {
    for (const std::string& message : write_stored(sequence, fixes)) {
        while (store.send(message) == Channel::Result::would_block)
            REQUIRE(net::wait_writable(store.fd(), soon()) == net::Ready::ready);
    }
}

bool heard_listen(Channel& store) {
    const std::string message = receive(store);
    Listen listen;
    REQUIRE(kind_of(message) == MessageKind::listen);
    REQUIRE(read(message, listen));
    return listen.wanted;
}

// The id in an event that ends with an empty line.
std::string id_in(std::string_view event) {
    const std::size_t at = event.find("id: ");
    REQUIRE(at != event.npos);
    return std::string(event.substr(at + 4, event.find('\n', at) - at - 4));
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string read_event(Browser& browser, std::string_view name) {
    browser.read_until("event: " + std::string(name) + "\ndata: ");
    return browser.read_until("\n\n");
}

}  // namespace

TEST_CASE("a stream waits as long for its viewer as the settings give an answer") {
    ReloadableSettings settings;
    settings.send_timeout_s = 77;
    CHECK(page_stream(settings).send == std::chrono::seconds(77));
}

TEST_CASE("a viewer hears what the store announces, and goes on where it was after a break") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    const std::string event = app.get("/api/positions").data()["event"];

    Browser viewer = app.open("/api/live?event=" + event);
    const std::string head = viewer.read_until("retry: 2000\n\n");
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("Content-Security-Policy: ") != std::string::npos);
    CHECK(viewer.read_until("\n\n") == "id: " + event + "\n\n");
    CHECK(heard_listen(store));

    announce(store, first + 1, {fix_at(1, kStart + 1000), fix_at(2, kStart, false)});
    const std::string seen = viewer.read_until("]]\n\n");
    CHECK(seen == "id: " + event.substr(0, event.find('-') + 1) + std::to_string(first + 1) +
                      "-1\nevent: fixes\ndata: [[1," + std::to_string(kStart + 1000) +
                      ",48.1000000,11.5000000,1.5,null,null,null,50]]\n\n");
    const std::string id = id_in(seen);

    announce(store, first + 2, {fix_at(1, kStart + 2000)});
    CHECK(viewer.read_until("]]\n\n").find(std::to_string(kStart + 2000)) != std::string::npos);

    // Comes again and gets what followed, at once. The field is newer than the address.
    Browser again = app.open("/api/live?event=" + event, "Last-Event-ID: " + id + "\r\n");
    again.read_until("\n\nid: ");
    again.read_until("\n\n");
    CHECK(again.read_until("]]\n\n").find(std::to_string(kStart + 2000)) != std::string::npos);

    announce(store, first + 3, {fix_at(1, kStart + 3000)});
    CHECK(viewer.read_until("]]\n\n").find(std::to_string(kStart + 3000)) != std::string::npos);
    CHECK(again.read_until("]]\n\n").find(std::to_string(kStart + 3000)) != std::string::npos);
    CHECK(app.get("/api/status").data()["viewers"] == 2);

    store.send(write_empty(MessageKind::devices));
    CHECK(read_event(viewer, "devices") == "{}\n\n");
}

TEST_CASE("a viewer whose place is unknown or too old is told to read anew") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    SUBCASE("an id of another start") {
        Browser viewer = app.open("/api/live", "Last-Event-ID: feed-1-1\r\n");
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE("an id from before what is announced") {
        const std::string event = app.get("/api/positions").data()["event"];
        app.store({fix_at(1, kStart + 1)});
        Browser viewer = app.open("/api/live?event=" + event);
        viewer.read_until(event + "\n\n");
        announce(store, first + 2, {fix_at(1, kStart + 2)});
        CHECK(viewer.read_until("event: reset\n").find("event: fixes") != std::string::npos);
    }
    SUBCASE("the store is another one: what it stored last may never have been announced") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        CHECK(heard_listen(store));
        Channel next = app.connect_store();
        CHECK(heard_listen(next));
        announce(next, first + 1, {fix_at(1, kStart + 1)});
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE("the store says that it had to drop some") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        announce(store, first + 1, {fix_at(1, kStart + 1)});
        viewer.read_until("]]\n\n");
        store.send(write_empty(MessageKind::missed));
        announce(store, first + 2, {fix_at(1, kStart + 2)});
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE(
        "and what came before that and was not told yet comes at once, for the next reset waits") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        store.send(write_empty(MessageKind::missed));
        announce(store, first + 1, {fix_at(1, kStart + 1)});
        CHECK(read_event(viewer, "reset") == "{}\n\n");
        announce(store, first + 2, {fix_at(1, kStart + 2)});
        announce(store, first + 3, {fix_at(1, kStart + 3)});
        store.send(write_empty(MessageKind::missed));
        viewer.read_until("[1," + std::to_string(kStart + 3) + ",");
    }
    SUBCASE("and who missed nothing is not") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        announce(store, first + 1, {fix_at(1, kStart + 1)});
        CHECK(viewer.read_until("]]\n\n").find("reset") == std::string::npos);
    }
}

TEST_CASE(
    "a viewer that does not read costs nobody else anything, and gets the newest in the end") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    Browser slow = app.open("/api/live");
    Browser quick = app.open("/api/live");
    slow.read_until("\n\nid: ");
    quick.read_until("\n\nid: ");
    CHECK(heard_listen(store));

    // More than the ring, the queue and both sockets' buffers hold.
    constexpr int kCommits = 400;
    constexpr int kFixes = 600;
    UnixMillis time_ms = kStart;
    for (int commit = 1; commit <= kCommits; ++commit) {
        std::vector<Fix> fixes;
        for (int i = 0; i < kFixes; ++i) fixes.push_back(fix_at(1, ++time_ms));
        announce(store, first + static_cast<std::uint64_t>(commit), fixes);
        if (commit % 20 == 0)
            CHECK(quick.read_until("," + std::to_string(time_ms) + ",").find("reset") ==
                  std::string::npos);
    }
    const std::string newest = "[1," + std::to_string(time_ms) + ",";
    std::string seen = slow.read_until("event: reset\n");
    if (seen.find(newest) == std::string::npos) seen += slow.read_until(newest);
    CHECK(count(seen, "[1,") < std::size_t{kCommits} * kFixes);
    announce(store, first + kCommits + 1, {fix_at(2, kStart)});
    slow.read_until("[2," + std::to_string(kStart) + ",");
}

TEST_CASE("only so many may look, and a stop ends their streams") {
    WebApp app;
    app.start();
    std::vector<Browser> viewers;
    // The connection gate lets 32 in from one address.
    for (int i = 0; i < 20; ++i) {
        viewers.push_back(app.open("/api/live"));
        viewers.back().read_until("\n\nid: ");
    }
    CHECK(app.get("/api/status").data()["viewers"] == 20);
    app.tell_to_stop();
    for (Browser& viewer : viewers) viewer.read_to_end();
    CHECK(app.stop() == 0);
}
