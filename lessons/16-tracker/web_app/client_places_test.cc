#include "web_app/client_places.hh"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "net/notice.hh"
#include "net/task_group.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

ReloadableSettings two_for_each() {
    ReloadableSettings settings;
    settings.max_connections = 5;
    settings.max_connections_per_address = 2;
    return settings;
}

struct Visitors {
    net::EventLoop loop;
    net::Notice over{loop};
    ClientPlaces places{two_for_each()};
    net::TaskGroup tasks;
    net::http::DateClock clock;
    std::string out, scratch;
    const net::Address proxy = net::Address::parse("10.0.0.1:1");

    // Of a stream that ends when `over` is told.
    static net::Task<> stream(net::Notice& over) { co_await over.wait(); }

    // "streams", "answered", or what the refusal says.
    std::string visit(std::string_view client, bool streams) {
        out.clear();
        net::http::Exchange exchange(out, clock, scratch, proxy);
        net::http::Completion completion =
            places.answer(exchange, net::Address::parse(client), [&](net::http::Exchange& asked) {
                if (streams) return net::http::Completion(stream(over));
                asked.answer.answer(200, "text/plain", "hello");
                return net::http::answered();
            });
        if (!completion.is_pending()) return out;
        tasks.start(std::move(completion.task()));
        return "streams";
    }
};

bool is_refused(const std::string& answer) {
    return answer.find(" 503 ") != std::string::npos &&
           answer.find("Retry-After: 5\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a client has so many places, until its answers have ended, and others have theirs") {
    Visitors visitors;
    CHECK(visitors.visit("192.0.2.1:1", true) == "streams");
    CHECK(visitors.visit("192.0.2.1:2", true) == "streams");
    CHECK(is_refused(visitors.visit("192.0.2.1:3", true)));
    CHECK(is_refused(visitors.visit("192.0.2.1:3", false)));
    CHECK(visitors.visit("192.0.2.2:1", false).find("hello") != std::string::npos);
    CHECK(visitors.places.count_of(net::Address::parse("192.0.2.2:1")) == 0);
    visitors.over.tell_all();
    while (visitors.tasks.size() > 0)
        visitors.loop.run_once(daemon::Deadline::after(std::chrono::milliseconds(1)));
    CHECK(visitors.visit("192.0.2.1:4", false).find("hello") != std::string::npos);
}

TEST_CASE("all clients together have no more than the server") {
    Visitors visitors;
    for (const std::string_view client :
         {"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "192.0.2.2:2", "[2001:db8::1]:1"})
        CHECK(visitors.visit(client, true) == "streams");
    CHECK(is_refused(visitors.visit("[2001:db8:1::1]:1", false)));
    visitors.tasks.destroy_all();
    CHECK(visitors.visit("[2001:db8:1::1]:1", false).find("hello") != std::string::npos);
}
