#include "services/forwarder.hh"

#include <doctest/doctest.h>

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "net/http/server.hh"
#include "net/listener.hh"
#include "net/task_group.hh"
#include "net/tls_under_test.hh"
#include "services/forwarding_under_test.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// The other server, which keeps what it has taken, and answers as it is told.
struct There {
    explicit There(net::EventLoop& its_loop) : loop(its_loop) {
        router.add("POST", "/", 10'000, [this](net::http::Exchange& exchange) {
            ++requests;
            int status = 200;
            if (!answers.empty()) {
                status = answers.front();
                answers.pop_front();
            }
            const std::string form(exchange.request.body);
            if (refused_id != "" && form.starts_with("id=" + refused_id + "&")) status = 403;
            if (status == 200) taken.push_back(form);
            if (status == 200)
                exchange.answer.answer(200, "text/plain", "");
            else
                exchange.answer.error(status);
            return net::http::answered();
        });
        net::Listener listener(net::Address::parse("127.0.0.1:0"));
        address = listener.address();
        server = std::make_unique<net::http::Server>(loop, router, net::http::ServerLimits{});
        server->accept_on(std::move(listener));
    }
    std::string url() const { return "http://" + address.to_string(); }
    // The times of what was taken, as they were sent.
    std::vector<std::string> times() const {
        std::vector<std::string> times;
        for (const std::string& form : taken) {
            const std::size_t begin = form.find("timestamp=") + 10;
            times.push_back(form.substr(begin, form.find('&', begin) - begin));
        }
        return times;
    }

    net::EventLoop& loop;
    net::http::Router router;
    std::unique_ptr<net::http::Server> server;
    net::Address address;
    std::deque<int> answers;  // then 200
    std::string refused_id;
    int requests = 0;
    std::vector<std::string> taken;
};

struct Forwards {
    net::EventLoop far_loop;
    There there{far_loop};
    ForwardingStore at{{there.url()}};
    StoreLink link{at.loop, {}};
    CallerHost host{at.loop, link, at.log, Refusals(at.log), std::nullopt};
    daemon::ThreadPool pool{1, 4};
    net::TlsClientContext tls;
    std::unique_ptr<Forwarder> forwarder;
    net::TaskGroup tasks;

    Forwards() {
        link.on_other([this](std::string_view message) {
            ToForward to_forward;
            if (read(message, to_forward)) forwarder->takes(to_forward);
        });
        start();
    }
    ~Forwards() { tasks.destroy_all(); }

    // As a caller that has been started (again).
    void start() {
        tasks.destroy_all();
        forwarder = std::make_unique<Forwarder>(host, pool, tls, there.url());
        connect();
        tasks.start(forwarder->run());
    }
    void connect() {
        link.connect(at.meet());
        forwarder->store_came();
    }
    template <class Condition>
    void until(Condition condition) {
        for (int rounds = 0; rounds < 100'000 && !condition(); ++rounds) {
            at.loop.run_once(daemon::Deadline::after(1ms));
            far_loop.run_once(daemon::Deadline::after(0ms));
        }
        REQUIRE(condition());
    }
    void until_noted(std::int64_t sent, std::int64_t refused = 0) {
        until([&] {
            const Forwarding::State state = at.state(there.url());
            return state.sent == sent && state.refused == refused;
        });
    }
    json figures() const { return json::parse(forwarder->to_json()); }
};

}  // namespace

TEST_CASE("each fix is sent once, in order, over one connection, and what came of it is noted") {
    Forwards forwards;
    forwards.at.add(3, 1);
    forwards.at.add(450, 2);
    forwards.at.add(1, 1);
    forwards.until_noted(454);
    CHECK(forwards.there.taken.size() == 454);
    CHECK(forwards.there.taken.front().starts_with("id=v1&timestamp="));
    CHECK(forwards.there.taken[3].starts_with("id=b1&"));
    const std::vector<std::string> times = forwards.there.times();
    CHECK(std::is_sorted(times.begin(), times.end()));
    CHECK(std::adjacent_find(times.begin(), times.end()) == times.end());
    CHECK(forwards.there.server->counters().connections == 1);
    CHECK(daemon::lines_of(forwards.at.log_folder.file()).size() == 1);  // it is connected
    const json figures = forwards.figures();
    CHECK(figures["connected"] == true);
    CHECK(figures["waiting"] == 0);
    CHECK(figures["sent"] == 454);
    CHECK(figures["refused"] == 0);
    CHECK(figures["last_error"] == "");
    CHECK(figures["to"] == forwards.there.url());
}

TEST_CASE("a server that cannot take it now gets it later, and nothing is given up") {
    Forwards forwards;
    forwards.there.answers = {503, 503, 404, 200, 500};
    forwards.at.add(3);
    forwards.until([&] { return forwards.there.requests == 1; });
    forwards.until([&] { return forwards.figures()["last_error"] != ""; });
    CHECK(forwards.figures()["waiting"] == 3);
    CHECK(forwards.figures()["connected"] == false);
    forwards.until_noted(3);
    CHECK(forwards.there.taken.size() == 3);
    CHECK(forwards.there.requests == 7);
    // 503, 404, connected, 500, connected: a line for each change, not for each try.
    CHECK(daemon::lines_of(forwards.at.log_folder.file()).size() == 5);
    CHECK(forwards.at.state(forwards.there.url()).refused == 0);
    CHECK(forwards.figures()["last_error"] == "");
}

TEST_CASE("a fix that is refused is tried three times, left out, and does not stop the others") {
    Forwards forwards;
    forwards.there.refused_id = "b1";
    forwards.at.add(1, 1);
    forwards.at.add(5, 2);
    forwards.at.add(1, 1);
    forwards.until_noted(2, 5);
    CHECK(forwards.there.taken.size() == 2);
    // The first of that device three times, the others once; a line for all of them.
    CHECK(forwards.there.requests == 2 + 3 + 4);
    CHECK(daemon::lines_of(forwards.at.log_folder.file()).size() == 2);
    const json figures = forwards.figures();
    CHECK(figures["refused"] == 5);
    CHECK(figures["last_refusal"].get<std::string>().starts_with("b1: the server answers 403"));
    CHECK(figures["last_refusal_ms"] > 0);
    CHECK(figures["last_refusal"] == forwards.at.state(forwards.there.url()).last_refusal);
}

TEST_CASE("a refusal that passes costs nothing") {
    Forwards forwards;
    forwards.there.answers = {400, 400};
    forwards.at.add(2);
    forwards.until_noted(2);
    CHECK(forwards.there.taken.size() == 2);
    CHECK(forwards.there.requests == 4);
}

TEST_CASE("a caller that starts again begins behind what was noted, and a store that does too") {
    Forwards forwards;
    forwards.at.add(200);
    forwards.until_noted(200);
    forwards.there.answers = {503};
    forwards.at.add(10);
    forwards.until([&] { return forwards.figures()["last_error"] != ""; });
    SUBCASE("the caller") {
        forwards.start();
        forwards.until([&] { return forwards.figures()["sent"] == 210; });
    }
    SUBCASE("the store") {
        forwards.at.open();
        forwards.connect();
    }
    SUBCASE("the store, while nothing is to be sent") {
        forwards.until_noted(210);
        forwards.at.open();
        forwards.connect();
        forwards.at.add(1);
        forwards.until_noted(211);
        return;
    }
    forwards.until_noted(210);
    CHECK(forwards.there.taken.size() == 210);
}

TEST_CASE(
    "what a command has stored is sent as well, and by another tracker while this has a pause") {
    Forwards forwards;
    forwards.at.add_by_command(3);
    forwards.until_noted(3);
    CHECK(forwards.there.taken.size() == 3);
    if (!on_postgresql()) return;
    Store other(forwards.at.database.location(), Store::kQuarantineRoom, "elsewhere");
    const std::string url = forwards.there.url();
    forwards.there.answers.assign(1000, 503);
    forwards.at.add_by_command(2);
    std::vector<FixToSend> claimed;
    forwards.until([&] {
        if (!claimed.empty()) return true;
        forwards.at.look();
        other.change([&](Connection& it) {
            Forwarding forwarding(it);
            if (forwards.there.requests > 3) claimed = forwarding.claim(url, 77);
            if (claimed.empty()) return;
            forwarding.note(url, {.place = claimed[0].place, .sent = 1}, 77);
            forwarding.give_back(url);
        });
        return !claimed.empty();
    });
    CHECK(claimed.size() == 2);
    forwards.there.answers.clear();
    forwards.until_noted(4);
    CHECK(forwards.there.taken.size() == 4);  // the first of the two is not sent again
}

TEST_CASE("what is deleted while its server is away is not sent") {
    Forwards forwards;
    forwards.there.answers = {503};
    forwards.at.add(3);
    forwards.until([&] { return forwards.figures()["last_error"] != ""; });
    forwards.at.store->change([&](Connection& connection) {
        connection.execute(
            ("DELETE FROM fix WHERE time_ms < " + std::to_string(forwards.at.time_ms)).c_str());
    });
    forwards.until_noted(1);
    CHECK(forwards.there.taken.size() == 1);
}

TEST_CASE("a secured server is asked by its name, and believed by the file that was named") {
    const net::Authority authority;
    const net::TlsServerContext tls({.identity = authority.server()});
    const net::TlsClientContext believing({.authorities = authority.file("authority.pem")});
    Forwards forwards;
    net::Listener listener(net::Address::parse("127.0.0.1:0"));
    const std::string url = "https://" + listener.address().to_string();
    forwards.there.server->accept_on(std::move(listener), [&] { return tls.accept(); });
    Forwarder secured(forwards.host, forwards.pool, believing, url);
    FixToSend fix;
    fix.fix.time_ms = 1;
    fix.called = "v1";
    forwards.tasks.start(secured.run());
    CHECK(secured.takes({url, {fix}, 1, {}}));
    forwards.until([&] { return forwards.there.taken.size() == 1; });
    forwards.until([&] { return json::parse(secured.to_json())["connected"] == true; });
    forwards.tasks.destroy_all();
}

TEST_CASE("the path of the address is sent, and not shown") {
    Forwards forwards;
    const Forwarder hidden(forwards.host, forwards.pool, forwards.tls,
                           "https://there.example:5055/secret/");
    CHECK(json::parse(hidden.to_json())["to"] == "https://there.example:5055");
}
