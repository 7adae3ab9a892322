// The library's own server with one page, in a child process until it is told to stop.

#pragma once

#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "web.hh"

namespace waymark::demo {

// Never comes back: the parent ends it.
inline int serve_site(Listener listener, std::chrono::milliseconds idle) {
    net::EventLoop loop;
    net::http::Router router;
    router.add("GET", "/", 0, [](net::http::Exchange& exchange) {
        exchange.answer.answer(200, "text/plain", "hello\n");
        return net::http::answered();
    });
    router.add("GET", "/picture/{}", 0, [](net::http::Exchange& exchange) {
        exchange.answer.answer(200, "text/plain", exchange.parameters[0]);
        return net::http::answered();
    });
    net::http::ServerLimits limits;
    limits.idle = idle;
    net::http::Server server(loop, router, limits);
    server.accept_on(std::move(listener));
    loop.run();
    return 0;
}

}  // namespace waymark::demo
