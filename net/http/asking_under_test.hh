// For tests: a client on a loop of its own, and one exchange after the other.

#pragma once

#include <optional>
#include <utility>

#include "net/event_loop.hh"
#include "net/http/client_on_loop.hh"
#include "net/streams_under_test.hh"
#include "net/task.hh"
#include "net/task_group.hh"

namespace waymark::net::http {

struct Asking {
    EventLoop loop;
    TaskGroup tasks;
    ClientOnLoop client;
    std::optional<ExchangeResult> result;

    explicit Asking(const Address& address, ResponseLimits limits = {},
                    ClientOnLoop::MakeLayer make_layer = {})
        : client(loop, {address}, "server", std::move(make_layer), limits) {}

    static Task<> run(Asking& self, Task<ExchangeResult> exchange) {
        ExchangeResult result = co_await exchange;
        self.result = std::move(result);
    }

    void begin(const Outgoing& request, Deadline deadline = long_deadline()) {
        result.reset();
        tasks.start(run(*this, client.exchange(request, deadline)));
    }
    ExchangeResult finish() {
        while (tasks.size() > 0) loop.run_once(long_deadline());
        return std::move(*result);
    }
    ExchangeResult ask(const Outgoing& request = {}, Deadline deadline = long_deadline()) {
        begin(request, deadline);
        return finish();
    }
};

}  // namespace waymark::net::http
