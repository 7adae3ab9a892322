// What our own system refuses one connection ends that one, and no other.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "net/http/server_conversation.hh"
#include "net/http/static_files.hh"
#include "net/scarcity_under_test.hh"

using namespace waymark::net;
using namespace waymark::net::http;
using namespace waymark::daemon;
using namespace std::chrono_literals;
using scarcity::at_each_allocation;
using scarcity::Shortage;

namespace {

struct House : ServerConversation {
    TemporaryFolder folder;
    std::optional<StaticFiles> files;
    int failed = 0;

    House() {
        router.add("POST", "/at-once", 100'000, [](Exchange& exchange) {
            exchange.answer.answer(200, "", exchange.request.body);
            return answered();
        });
        router.add("POST", "/later", 100'000,
                   [this](Exchange& exchange) { return answer_later(exchange); });
        router.add("POST", "/file", 100'000, [this](Exchange& exchange) {
            files->answer(exchange, "/page.html");
            return answered();
        });
        std::ofstream(folder.file("page.html")) << std::string(10'000, 'p');
        files.emplace(folder.path(), StaticFiles::Settings());
    }

    Task<void> answer_later(Exchange& exchange) {
        co_await loop.yield();
        exchange.answer.answer(200, "", exchange.request.body);
    }

    void make_server() {
        server = std::make_unique<Server>(loop, router, limits);
        server->when_handler_fails(
            [this](std::exception_ptr thrown) { failed += message_of(thrown).empty() ? 0 : 1; });
    }

    // The status, or "" if the server closed before it had answered.
    std::string ask(std::string_view path) {
        const std::string body(20'000, 'x');
        connect();
        send("POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" +
             body);
        shutdown_write();
        receive_until_end();
        return statuses();
    }
};

// A server with an address and clients whom it lets in, denies or turns away, and says so.
struct Doorstep : House {
    Address address;
    std::vector<std::string> said;

    explicit Doorstep(Access access) {
        limits.gate = {.soft = 9, .hard = 9, .per_network = 1, .early_drop = {}};
        make_server();
        server->set_access(AccessList(access));
        server->when_not_served(
            {.on_denied = [this](const Address& who) { say("is not allowed here", who); },
             .on_turned_away = [this](const Address& who,
                                      ReachedLimit) { say("is turned away, for now", who); },
             .on_exhausted =
                 [this](int error_number) { said.push_back(error_text(error_number)); }});
        Listener listener(Address::parse("127.0.0.1:0"));
        address = listener.address();
        server->accept_on(std::move(listener));
    }
    void say(const char* words, const Address& who) {
        said.push_back(who.host_text() + " " + words);
    }
    Fd client() const {
        Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(::connect(socket.get(), address.data(), address.size()), "connect");
        return socket;
    }
    // Whether somebody gets an answer now.
    bool serves() {
        server->set_access(AccessList(Access::allow));
        const Fd socket = client();
        const std::string_view request = "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n";
        ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
        char buffer[1000];
        for (int rounds = 0; rounds < 10'000; ++rounds) {
            const ssize_t got = ::recv(socket.get(), buffer, sizeof buffer, MSG_DONTWAIT);
            if (got > 0) return std::string_view(buffer, 12) == "HTTP/1.1 404";
            if (got == 0) return false;
            round();
        }
        return false;
    }
};

}  // namespace

TEST_CASE("a connection that epoll has no place for is closed, the others stay") {
    House house;
    REQUIRE(house.ask("/at-once") == "200");
    scarcity::epoll_error = ENOSPC;
    CHECK_NOTHROW(house.connect());
    scarcity::epoll_error = 0;
    CHECK(house.receive_until_end().empty());
    CHECK(house.server->counters().failed_connections == 1);
    CHECK(house.server->open_connections() == 0);
    CHECK(house.ask("/at-once") == "200");
}

TEST_CASE("memory that runs out anywhere in a conversation ends that conversation alone") {
    for (const char* path : {"/at-once", "/later", "/file"}) {
        CAPTURE(path);
        int unavailable = 0;
        const int failures = at_each_allocation([&](Shortage& shortage) {
            House house;
            house.make_server();
            SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
            house.peer = std::move(pair.second);
            const std::string body(20'000, 'x');
            house.send("POST " + std::string(path) +
                       " HTTP/1.1\r\nHost: h\r\nContent-Length: 20000\r\n\r\n" + body);
            house.shutdown_write();
            bool began = false;
            const bool was_whole = shortage.during([&] {
                house.server->serve(std::move(pair.first), Address());
                began = true;
                for (int rounds = 0; rounds < 5; ++rounds)
                    house.loop.run_once(Deadline::after(0ms));
            });
            // It is thrown before it began, and the caller hears of it; later nobody does.
            CHECK(was_whole == began);
            house.receive_until_end();
            const std::string status = house.statuses();
            if (!shortage.has_failed()) CHECK(status == "200");
            if (status == "503") ++unavailable;
            CHECK((status == "200" || status == "503" || status.empty()));
            CHECK(house.server->open_connections() == 0);
            REQUIRE(house.ask(path) == "200");
        });
        CHECK(failures > 10);
        CHECK(unavailable > 0);
    }
}

TEST_CASE("memory that runs out where a client comes in costs that client alone") {
    enum class Fate { let_in, denied, turned_away };
    for (const Fate fate : {Fate::let_in, Fate::denied, Fate::turned_away}) {
        CAPTURE(fate);
        const int failures = at_each_allocation([&](Shortage& shortage) {
            Doorstep doorstep(fate == Fate::denied ? Access::deny : Access::allow);
            Fd inside;
            if (fate == Fate::turned_away) {
                inside = doorstep.client();
                doorstep.rounds_until([&] { return doorstep.server->places_taken() == 1; });
            }
            Fd unlucky = doorstep.client();
            CHECK(shortage.during([&] {
                for (int rounds = 0; rounds < 5; ++rounds)
                    doorstep.loop.run_once(Deadline::after(0ms));
            }));
            const Server::Counters& counters = doorstep.server->counters();
            if (!shortage.has_failed()) {
                CHECK(counters.denied == (fate == Fate::denied ? 1 : 0));
                CHECK(counters.turned_away == (fate == Fate::turned_away ? 1 : 0));
            }
            inside.reset();
            unlucky.reset();
            doorstep.rounds_until([&] { return doorstep.server->places_taken() == 0; });
            CHECK(doorstep.serves());
        });
        CHECK(failures > 2);
    }
}
