#include "slides/server/runs.hh"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/channel.hh"
#include "daemon/error.hh"
#include "lessons/course/process_tree.hh"
#include "net/channel_link.hh"
#include "net/http/event_stream.hh"
#include "slides/server/keeper.hh"
#include "slides/server/local_user.hh"
#include "slides/server/run_plan.hh"

namespace waymark::slides {

using net::http::answered;
using net::http::Completion;
using net::http::Exchange;
using nlohmann::json;

namespace {

constexpr std::size_t kLongestBody = 2048;
constexpr std::size_t kLongestLine = 200;
constexpr std::chrono::seconds kTimeToEnd{3};

// A run's whole output fits: at most six bytes for each of RunLimits::output_bytes, and the trees.
constexpr net::http::EventStream::Settings kStream{.most_queued_bytes = std::size_t{8} << 20,
                                                   .heartbeat = std::chrono::seconds(5)};

void refuse(Exchange& exchange, int status, std::string_view reason) {
    exchange.answer.begin(status);
    exchange.answer.field("Cache-Control", "no-store");
    exchange.answer.end("text/plain; charset=utf-8", reason);
}

// The member of a JSON object if it is a string; else "".
std::string text_member(const json& object, const char* name) {
    if (!object.is_object() || !object.contains(name) || !object[name].is_string()) return {};
    return object[name].get<std::string>();
}

}  // namespace

// One run, as long as its answer.
class Run {
  public:
    Run(Runs& runs, const RunPlan& plan, net::http::EventStream& viewer)
        : runs_(runs),
          number_(++runs.last_number_),
          plan_(plan),
          viewer_(viewer),
          link_(runs.loop_, daemon::Channel(runs.start_keeper(plan)),
                {.on_message = [this](std::string_view message, daemon::Fd) { pass_on(message); },
                 .on_closed = [this] { viewer_.close(); }}) {
        runs_.runs_.emplace(number_, this);
        viewer_.send({.id = {}, .name = "started", .data = fmt::format("{{\"run\":{}}}", number_)});
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { runs_.runs_.erase(number_); }

    void type(std::string_view line) {
        if (plan_.demo.reads_input) link_.send(fmt::format("input {}", line));
    }
    void call_client() { link_.send("client"); }
    void go_on() { link_.send("next"); }
    void close() { viewer_.close(); }

  private:
    void pass_on(std::string_view message) {
        const std::size_t end = message.find('\n');
        const std::string_view data = message.substr(end + 1);
        // A viewer that takes nothing must not make us keep it all.
        if (!viewer_.send({.id = {}, .name = message.substr(0, end), .data = data}))
            viewer_.close();
    }

    Runs& runs_;
    std::uint64_t number_;
    RunPlan plan_;
    net::http::EventStream& viewer_;
    net::ChannelLink link_;
};

Runs::Runs(net::EventLoop& loop, const Manifest& manifest, const RequestGuard& guard,
           const net::Address& server)
    : loop_(loop), manifest_(manifest), guard_(guard), server_(server) {
    // A keeper that is killed leaves its run to us.
    course::become_subreaper();
    loop_.add(signals_.fd(), EPOLLIN, *this);
}

Runs::~Runs() {
    loop_.remove(signals_.fd(), *this);
    keepers_.end_all(daemon::Deadline::after(kTimeToEnd));
    course::end_descendants(daemon::Deadline::after(kTimeToEnd));
}

void Runs::add_routes(net::http::Router& router) {
    router.add("POST", "/api/runs", kLongestBody,
               [this](Exchange& exchange) { return start(exchange); });
    router.add("POST", "/api/runs/{}/input", kLongestBody, [this](Exchange& exchange) {
        return steer(exchange, [](Run& run, std::string_view body) {
            const std::string line = text_member(json::parse(body, nullptr, false), "line");
            run.type(line.substr(0, kLongestLine) + "\n");
        });
    });
    router.add("POST", "/api/runs/{}/client", kLongestBody, [this](Exchange& exchange) {
        return steer(exchange, [](Run& run, std::string_view) { run.call_client(); });
    });
    router.add("POST", "/api/runs/{}/next", kLongestBody, [this](Exchange& exchange) {
        return steer(exchange, [](Run& run, std::string_view) { run.go_on(); });
    });
}

bool Runs::is_refused(Exchange& exchange) const {
    std::string_view reason = guard_.reason_to_refuse_run(exchange.request);
    if (reason.empty() && !is_own_connection(exchange.peer, server_))
        reason =
            "Demos run as the user who started this server, and only for that user and root.\n";
    const bool is_json = exchange.request.field("Content-Type") == "application/json";
    if (!reason.empty())
        refuse(exchange, 403, reason);
    else if (!is_json)
        refuse(exchange, 415, "Send application/json.\n");
    return !reason.empty() || !is_json;
}

Completion Runs::start(Exchange& exchange) {
    if (is_refused(exchange)) return answered();
    const json asked = json::parse(exchange.request.body, nullptr, false);
    const LessonEntry* lesson = manifest_.lesson(text_member(asked, "lesson"));
    const DemoEntry* demo = lesson == nullptr ? nullptr : lesson->demo(text_member(asked, "demo"));
    if (demo == nullptr) {
        refuse(exchange, 404, "There is no such demo.\n");
        return answered();
    }
    if (::access(demo->program.c_str(), X_OK) != 0) {
        refuse(exchange, 409, "This demo is not built: ./waymark build\n");
        return answered();
    }
    if (demo->needs_root && ::geteuid() != 0) {
        refuse(exchange, 409, "This demo needs root rights, and the server has none.\n");
        return answered();
    }
    if (runs_.size() >= kMostAtOnce) {
        refuse(exchange, 503, "Too many demos are running: stop one.\n");
        return answered();
    }
    // The page names the kinds of facts that its slide has room for; all of them may be read.
    try {
        ShownFacts shown = parse_shown_facts(text_member(asked, "show"));
        return show(exchange, plan_for(*lesson, *demo, std::move(shown)));
    } catch (const daemon::UsageError& error) {
        refuse(exchange, 400, error.what());
        return answered();
    }
}

net::Task<void> Runs::show(Exchange& exchange, RunPlan plan) {
    net::http::EventStream viewer(loop_, kStream);
    Run run(*this, plan, viewer);
    co_await viewer.run(exchange);
}

Completion Runs::steer(Exchange& exchange,
                       const std::function<void(Run&, std::string_view body)>& deed) {
    if (is_refused(exchange)) return answered();
    const std::string_view text = exchange.parameters[0];
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    const auto found = runs_.find(number);
    if (found == runs_.end()) {
        refuse(exchange, 404, "This run is over.\n");
        return answered();
    }
    deed(*found->second, exchange.request.body);
    exchange.answer.begin(204);
    exchange.answer.end_without_body();
    return answered();
}

void Runs::close_all() {
    for (const auto& [number, run] : runs_) run->close();
}

bool Runs::on_ready(std::uint32_t) {
    bool took = false;
    while (signals_.next()) took = true;
    const std::vector<course::ChildGroup::Ended> ended = keepers_.reap();
    end_orphans();
    for (const course::ChildGroup::Ended& keeper : ended) folders_.erase(keeper.pid);
    return took;
}

daemon::Fd Runs::start_keeper(const RunPlan& plan) {
    KeeperProcess keeper = slides::start_keeper(keepers_, plan);
    folders_.try_emplace(keeper.pid, keeper.folder);
    return std::move(keeper.channel);
}

// Children of ours that are no keepers: a keeper was killed, and this was its run.
void Runs::end_orphans() {
    for (const course::Process& process : course::descendants_of(::getpid())) {
        if (process.parent != ::getpid() || keepers_.has(process.pid)) continue;
        course::end_descendants_of(process.pid, daemon::Deadline::after(kTimeToEnd));
        ::kill(process.pid, SIGKILL);
        ::waitpid(process.pid, nullptr, WNOHANG);
    }
}

}  // namespace waymark::slides
