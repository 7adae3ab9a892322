#include "slides/server/server.hh"

#include <fmt/core.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "net/event_loop.hh"
#include "net/http/router.hh"
#include "net/http/server.hh"
#include "slides/server/manifest.hh"
#include "slides/server/pages.hh"
#include "slides/server/request_guard.hh"
#include "slides/server/runs.hh"
#include "slides/server/site.hh"

namespace waymark::slides {

namespace {

constexpr std::chrono::seconds kTimeToFinish{3};

void report(const std::exception_ptr& thrown) {
    daemon::print_error("waymark-slides", daemon::message_of(thrown));
}

class SlideServer final : private net::EventLoop::Watcher {
  public:
    SlideServer(const Options& options, const Manifest& manifest, net::Listener listener)
        : files_(options.root),
          pages_(manifest, files_, options.printed),
          site_(options.assets, pages_, manifest, guard_),
          runs_(loop_, manifest, guard_, listener.address()),
          server_(loop_, router_, {.gate = kGate}) {
        runs_.add_routes(router_);
        site_.add_routes(router_);
        server_.set_fields(security_fields());
        server_.when_handler_fails(report);
        server_.when_stopping([this] { runs_.close_all(); });
        server_.when_stopped([this] { loop_.stop(); });
        server_.accept_on(std::move(listener));
        loop_.add(stop_signals_.fd(), EPOLLIN, *this);
    }
    ~SlideServer() { loop_.remove(stop_signals_.fd(), *this); }

    void run() { loop_.run(); }

  private:
    // Pages of one presenter, and their tabs: no more is needed.
    static constexpr net::GateLimits kGate{
        .soft = 120, .hard = 128, .per_network = 128, .early_drop = {}};

    bool on_ready(std::uint32_t) override {
        bool took = false;
        for (; stop_signals_.next(); took = true)
            server_.stop(daemon::Deadline::after(kTimeToFinish));
        return took;
    }

    daemon::SignalDescriptor stop_signals_{SIGTERM, SIGINT, SIGHUP};
    net::EventLoop loop_;
    ProjectFiles files_;
    Pages pages_;
    RequestGuard guard_;
    Site site_;
    Runs runs_;
    net::http::Router router_;
    net::http::Server server_;  // its connections use runs_: they go first
};

// The deck that the command line names, or the home page.
std::string path_to_show(const Options& options, const Manifest& manifest) {
    if (options.lesson.empty()) return "/";
    const LessonEntry* lesson = manifest.lesson(options.lesson);
    if (lesson != nullptr) return "/decks/" + lesson->name;
    std::string names;
    for (const LessonEntry& each : manifest.lessons) names += " " + each.name;
    throw daemon::UsageError(
        fmt::format("there is no lesson {}; there are:{}", options.lesson, names));
}

}  // namespace

int serve(const Options& options) {
    ::signal(SIGPIPE, SIG_IGN);  // daemon::ignore_sigpipe() is an exercise
    const Manifest manifest = load_manifest(options.manifest);
    const std::string path = path_to_show(options, manifest);
    net::Listener listener(options.listen);
    const net::Address address = listener.address();
    SlideServer server(options, manifest, std::move(listener));
    fmt::print("slides: http://{}{}\n", address.to_string(), path);
    std::fflush(stdout);
    server.run();
    return daemon::kExitOk;
}

}  // namespace waymark::slides
