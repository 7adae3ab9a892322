// How the server does, for programs and for the page of admins:
//
//   GET /health        for anybody, because load balancers and container engines ask without a
//                      word: 200 {"status":"ok"}, or 503 {"status":"failing"}. Admins are told
//                      what fails, too: "problems":["..."]
//   GET /metrics       for Prometheus (web_app/metrics_text): an admin's session, or the token of
//                      the setting metrics-token (Authorization: Bearer TOKEN). Not open on
//                      loopback: a proxy on this machine would show it to the world
//   GET /api/status/history  for admins: {"now":MS,"version":"..","every_s":5,"problems":[..],
//                      "services":[..],"figures":{..},"samples":[[..],..]}
//                      (web_app/server_figures), of ten minutes
//
// The figures come from the supervisor, which asks all services. It is asked every five seconds,
// and for /metrics when what is here is older than a second; however many ask, that is once.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.hh"
#include "net/notice.hh"
#include "web_app/routes.hh"
#include "web_app/server_figures.hh"

namespace waymark::tracker {

class StatusApi {
  public:
    struct Parts {
        net::EventLoop& loop;
        std::function<bool()> ask;  // for the figures; false if there is nobody to ask
        std::string metrics_token;  // "": there is none
        Routes::WhoAsks who_asks;   // with a session
    };

    explicit StatusApi(Parts parts);
    StatusApi(const StatusApi&) = delete;
    StatusApi& operator=(const StatusApi&) = delete;

    void add_routes(Routes& routes);
    // Begins to ask.
    void start() { look(); }
    // What the supervisor says (services/service_control, on_figures).
    void hear(std::string_view service);
    // Who asks with a session, or with the token, which is as good as an admin's for the figures
    // alone.
    std::optional<Viewer> who_asks(const net::http::Exchange& exchange) const;

    static constexpr std::chrono::seconds kPeriod{5};
    static constexpr std::size_t kSamples = 121;  // ten minutes

  private:
    using Clock = net::EventLoop::Clock;

    void look();
    void ask();
    net::Task<bool> know(std::chrono::milliseconds age);
    net::Task<> metrics(net::http::Exchange& exchange);
    net::Task<> health(net::http::Exchange& exchange);
    net::http::Completion history(net::http::Exchange& exchange) const;
    std::vector<std::string> problems() const;
    bool knows(std::chrono::milliseconds age) const;
    bool shows_token(const net::http::Exchange& exchange) const;

    Parts parts_;
    net::Timer timer_;
    net::Notice heard_;
    ServerFigures coming_;
    ServerFigures figures_;
    std::optional<Clock::time_point> heard_at_;  // the figures
    std::optional<Clock::time_point> asked_at_, sampled_at_;
    std::deque<std::string> samples_;
};

}  // namespace waymark::tracker
