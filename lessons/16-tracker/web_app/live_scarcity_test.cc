// Memory that runs out while a viewer comes, or while news is handed to viewers, costs a viewer or
// a piece of news, of which the others are told. The web app goes on.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/channel.hh"
#include "net/http/server_conversation.hh"
#include "net/scarcity_under_test.hh"
#include "services/messages.hh"
#include "unix_time.hh"
#include "web_app/event_feed.hh"
#include "web_app/live.hh"
#include "web_app/store_announcements.hh"

using namespace waymark;
using namespace waymark::tracker;
using daemon::Channel;
using daemon::Deadline;
using daemon::Fd;
using net::scarcity::at_each_allocation;
using net::scarcity::Shortage;
using namespace std::chrono_literals;

namespace {

// The web app's live stream on a loop, the store's end of its channel in our hand.
struct Viewers : net::http::ServerConversation {
    const Viewer admin{1, "ada", Role::admin, {}};
    EventFeed feed{"epoch"};
    Live live;
    StoreAnnouncements announcements;
    daemon::ChannelPair pair = daemon::make_channel();
    std::uint64_t sequence = 1;

    Viewers()
        : live(loop, feed, settings()),
          announcements(loop, feed,
                        {.on_feed_changed = [this] { live.feed_changed(); },
                         .on_devices_changed = [this] { live.devices_changed(); }},
                        0ms) {
        announcements.connect(std::move(pair.first));
        router.add("GET", "/live", 0, [this](net::http::Exchange& exchange) {
            return net::http::Completion(watch(exchange));
        });
        server = std::make_unique<net::http::Server>(loop, router, limits);
    }
    // Its connections use all of the above.
    ~Viewers() { server.reset(); }

    static Live::Settings settings() {
        Live::Settings settings;
        settings.between_rounds = 0ms;
        settings.between_resets = 0ms;
        return settings;
    }

    net::Task<> watch(net::http::Exchange& exchange) {
        const StoreAnnouncements::Interest interest(announcements);
        co_await live.serve(exchange, admin, feed.newest(), true);
    }

    // Tells everything that can be told without waiting.
    void rounds() {
        for (int i = 0; i < 8; ++i) loop.run_once(Deadline::after(0ms));
    }

    Fd ask() {
        daemon::SocketPair sockets = daemon::make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
        const std::string_view request = "GET /live HTTP/1.1\r\nHost: h\r\n\r\n";
        REQUIRE(::send(sockets.second.get(), request.data(), request.size(), 0) > 0);
        waiting.push_back(std::move(sockets.first));
        return std::move(sockets.second);
    }
    // Of those who have asked.
    void serve() {
        for (Fd& socket : waiting) server->serve(std::move(socket), net::Address());
        waiting.clear();
    }
    std::vector<Fd> waiting;

    // The store says where announcements begin, and then what it has stored.
    void follow() { REQUIRE(pair.second.send(write_begin(sequence)) == Channel::Result::done); }
    void announce(DeviceNumber device) {
        Fix fix;
        fix.device = device;
        fix.time_ms = unix_now() - 1000;
        fix.extras = std::string(100, 'x');
        for (const std::string& message : write_stored(++sequence, {fix, fix}))
            REQUIRE(pair.second.send(message) == Channel::Result::done);
    }
    // Other messages to the store, of which it reads none: some wait in the channel, and so many
    // or some more behind it.
    void fill_the_channel(int waiting_behind) {
        const std::string other(60'000, 'o');
        for (int i = 0; i < 10 + waiting_behind; ++i) REQUIRE(announcements.send(other));
    }
    // Reads what has come to the store: whether the last wish was to listen.
    bool listens_in_the_end() {
        bool listens = false;
        for (int i = 0; i < 40; ++i) {
            rounds();
            for (Channel::Received got = pair.second.receive(); got.result == Channel::Result::done;
                 got = pair.second.receive()) {
                Listen listen;
                if (read(got.message, listen)) listens = listen.wanted;
            }
        }
        return listens;
    }
};

// What a viewer has seen so far; `has_ended` if its stream is over.
struct Seen {
    std::string text;
    bool has_ended = false;

    explicit Seen(const Fd& viewer) {
        char buffer[4096];
        ssize_t got = 0;
        while ((got = ::recv(viewer.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
            text.append(buffer, static_cast<std::size_t>(got));
        has_ended = got == 0 || errno != EAGAIN;
    }
    bool has(std::string_view words) const { return text.find(words) != text.npos; }
    // A row of the device, or the word to read everything anew.
    bool knows_of(std::string_view device) const {
        return has("[[" + std::string(device) + ",") || has("event: reset");
    }
};

}  // namespace

TEST_CASE("memory that runs out while news goes to viewers costs viewers or news, not the app") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        Viewers app;
        std::vector<Fd> viewers;
        for (int i = 0; i < 2; ++i) viewers.push_back(app.ask());
        app.serve();
        app.rounds();
        app.follow();
        app.rounds();
        REQUIRE(app.live.viewers() == 2);
        for (const Fd& viewer : viewers) REQUIRE(Seen(viewer).has("retry: "));

        app.announce(7);
        CHECK(shortage.during([&] { app.rounds(); }));
        std::vector<Seen> seen;
        for (const Fd& viewer : viewers) seen.emplace_back(viewer);
        app.announce(8);
        app.rounds();
        for (std::size_t i = 0; i < 2; ++i) {
            CAPTURE(i);
            Seen later(viewers[i]);
            if (!shortage.has_failed()) CHECK(seen[i].knows_of("7"));
            if (seen[i].has_ended || later.has_ended) continue;
            later.text.insert(0, seen[i].text);
            CHECK(later.knows_of("7"));
            CHECK(later.knows_of("8"));
        }
        // One who comes now has all that comes from now on.
        const Fd next = app.ask();
        app.serve();
        app.rounds();
        app.announce(9);
        app.rounds();
        CHECK(Seen(next).knows_of("9"));
        std::string newest;
        app.feed.write_newest(app.admin, newest);
        CHECK(newest.find("[0,") == newest.npos);
    });
    CHECK(failures > 8);
}

// A wish needs memory where it has to wait behind others, and not each one does.
constexpr int kLongestQueue = 20;

TEST_CASE("a viewer that there is no memory for is not counted, and the store hears of the next") {
    for (int waiting = 0; waiting < kLongestQueue; ++waiting) {
        CAPTURE(waiting);
        const int failures = at_each_allocation([waiting](Shortage& shortage) {
            Viewers app;
            app.fill_the_channel(waiting);
            const Fd unlucky = app.ask();
            shortage.during([&] {
                app.serve();
                app.rounds();
            });
            app.waiting.clear();
            CHECK(app.announcements.interested() == app.live.viewers());
            const Seen seen(unlucky);
            if (app.live.viewers() == 0)
                CHECK((seen.has_ended || seen.has("HTTP/1.1 503")));
            else
                CHECK(seen.has("HTTP/1.1 200"));
            const Fd next = app.ask();
            app.serve();
            CHECK(app.listens_in_the_end());
            app.follow();
            app.announce(7);
            app.rounds();
            CHECK(Seen(next).knows_of("7"));
        });
        CHECK(failures > 8);
    }
}

TEST_CASE("memory that runs out when the last viewer has gone harms none who comes later") {
    int failures = 0;
    for (int waiting = 0; waiting < kLongestQueue; ++waiting) {
        CAPTURE(waiting);
        failures += at_each_allocation([waiting](Shortage& shortage) {
            Viewers app;
            Fd viewer = app.ask();
            app.serve();
            app.rounds();
            app.fill_the_channel(waiting);
            viewer.reset();
            CHECK(shortage.during([&] { app.rounds(); }));
            CHECK(app.announcements.interested() == 0);
            app.rounds_until([&] { return !app.announcements.is_listening(); });
            const Fd next = app.ask();
            app.serve();
            CHECK(app.listens_in_the_end());
        });
    }
    CHECK(failures > 0);
}
