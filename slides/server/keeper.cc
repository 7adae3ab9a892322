#include "slides/server/keeper.hh"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "daemon/channel.hh"
#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "daemon/signals.hh"
#include "lessons/course/process_tree.hh"
#include "slides/server/family.hh"
#include "slides/server/handed_in.hh"
#include "slides/server/shown_program.hh"
#include "slides/server/step_gate.hh"

namespace waymark::slides {

namespace {

using daemon::Channel;
using daemon::Deadline;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kPanes = 2;
constexpr milliseconds kShortestPause{10};
constexpr milliseconds kTimeToKill{3'000};
constexpr milliseconds kTimeToSend{10'000};

class Keeper {
  public:
    Keeper(daemon::Fd channel, const RunPlan& plan, const std::filesystem::path& folder)
        : channel_(std::move(channel)),
          plan_(plan),
          folder_(folder),
          gate_(folder),
          handed_in_(folder, plan.shown,
                     [this](std::string_view name, json data) { tell(name, std::move(data)); }),
          family_(children_, plan.shown, plan.ask_kernel, plan.limits.processes,
                  gate_.path().string(),
                  [this](std::string_view name, json data, steady_clock::time_point at) {
                      tell(name, std::move(data), at);
                  }),
          time_limit_(Deadline::after(plan.limits.time)) {}

    int run() {
        family_.tell_source(plan_.limits.look_every);
        start(0, plan_.demo);
        while (!is_over()) {
            wait();
            obey();
            note_signals();
            mind_the_gate();
            read_screens();
            collect();
            if (next_look_.expired()) look();
            enforce();
        }
        family_.look(true);
        tell("finished", {{"reason", reason_}, {"milliseconds", elapsed()}});
        return daemon::kExitOk;
    }

  private:
    // A program that has ended leaves its screen to be read to the end; who still runs may write.
    bool is_over() const {
        return std::ranges::none_of(programs_, &ShownProgram::is_open) && !family_.some_live();
    }

    void start(std::size_t pane, const DemoEntry& demo) {
        std::vector<std::string> variables = handed_in_.variables();
        variables.push_back(StepGate::kVariable + ("=" + gate_.path().string()));
        programs_[pane].start(children_, demo, plan_.limits, folder_.path(), variables);
        tell("program", {{"pane", pane}, {"pid", programs_[pane].pid()}, {"demo", demo.name}});
    }

    long elapsed() const {
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began_).count();
    }

    void wait() {
        std::array<pollfd, 3 + kPanes + HandedIn::kKinds> watched{};
        watched[0] = {is_left_ ? -1 : channel_.fd().get(), POLLIN, 0};
        watched[1] = {signals_.fd().get(), POLLIN, 0};
        // A negative descriptor is passed over by poll(2).
        for (std::size_t pane = 0; pane < kPanes; ++pane)
            watched[2 + pane] = {programs_[pane].screen(), POLLIN, 0};
        watched[2 + kPanes] = {gate_.descriptor(), POLLIN, 0};
        std::ranges::copy(handed_in_.to_poll(), watched.begin() + 3 + kPanes);
        ::poll(watched.data(), watched.size(), next_look_.poll_timeout());
    }

    void obey() {
        while (true) {
            const Channel::Received received = channel_.receive();
            if (received.result == Channel::Result::would_block) return;
            if (received.result == Channel::Result::closed) {
                is_left_ = true;
                return stop("stopped");
            }
            constexpr std::string_view kInput = "input ";
            if (received.message.starts_with(kInput)) {
                const std::string_view line = received.message.substr(kInput.size());
                tell("typed", {{"line", line.substr(0, line.find('\n'))}});
                programs_[0].type(line);
            } else if (received.message == "client")
                call_client();
            else if (received.message == "next")
                go_on();
        }
    }

    // Not while one is running. What the last one printed is told before its screen is given away.
    void call_client() {
        if (!plan_.client || is_stopping() || children_.has(programs_[1].pid())) return;
        while (programs_[1].is_open() && read_screen(1))
            ;
        start(1, *plan_.client);
    }

    // A process has ended: the tree is another one now.
    void note_signals() {
        while (const std::optional<int> signal = signals_.next()) {
            if (*signal == SIGTERM) stop("stopped");
            next_look_ = Deadline::after({});
        }
    }

    // While a step is looked at, the time of the run does not pass.
    void mind_the_gate() {
        if (gate_.take_in() > 0) {
            read_screens();  // what was printed before belongs to this step
            look(true);
            tell("step", {{"number", ++step_}});
            if (!step_began_) step_began_ = steady_clock::now();
            if (plan_.step_time) next_step_ = Deadline::after(*plan_.step_time);
        }
        if (step_began_ && (next_step_.expired() || !gate_.is_waiting())) go_on();
        if (step_began_ && Deadline(*step_began_ + plan_.limits.step).expired())
            stop("nobody went on");
    }

    void go_on() {
        if (!step_began_) return;
        const auto waited = steady_clock::now() - *step_began_;
        time_limit_ = Deadline(time_limit_.instant() + waited);
        step_began_.reset();
        next_step_ = Deadline::never();
        tell("next", {{"number", step_}});
        gate_.open();
    }

    void read_screens() {
        for (std::size_t pane = 0; pane < kPanes; ++pane) read_screen(pane);
        handed_in_.tell_new();  // behind what was read: who has ended has sent it before
    }

    // False when there is nothing on it.
    bool read_screen(std::size_t pane) {
        const std::string text = programs_[pane].read();
        if (text.empty()) return false;
        if (output_bytes_ > plan_.limits.output_bytes) return true;
        output_bytes_ += text.size();
        family_.tell_events();  // what led to it is told before
        tell("output", {{"pane", pane}, {"text", text}});
        return true;
    }

    void collect() {
        for (const course::ChildGroup::Ended& ended : children_.reap()) {
            family_.tell_events();
            family_.collected(ended.pid, ended.ending);
            for (std::size_t pane = 0; pane < kPanes; ++pane)
                if (programs_[pane].pid() == ended.pid)
                    tell("ended", {{"pane", pane},
                                   {"words", ended.ending.describe()},
                                   {"milliseconds", elapsed()}});
        }
    }

    // Soon again when something has changed: it may be about to change once more.
    void look(bool in_full = false) {
        const steady_clock::time_point began = steady_clock::now();
        pause_ =
            family_.look(in_full) ? kShortestPause : std::min(2 * pause_, plan_.limits.look_every);
        // A look at a thousand threads takes its time; most of it must be the demo's. But a storm
        // of forks makes looks long, too, and must be found out as soon as ever.
        constexpr int kShare = 8;
        const auto cost = std::chrono::ceil<milliseconds>(steady_clock::now() - began);
        pause_ = std::min(std::max(pause_, kShare * cost), plan_.limits.look_every);
        next_look_ = Deadline::after(pause_);
    }

    void enforce() {
        if (time_limit_.expired() && !step_began_)
            stop(fmt::format("time limit of {} s", plan_.limits.time / std::chrono::seconds(1)));
        if (output_bytes_ > plan_.limits.output_bytes)
            stop(fmt::format("output limit of {} KB", plan_.limits.output_bytes / 1024));
        if (family_.count() > plan_.limits.processes)
            stop(fmt::format("limit of {} processes", plan_.limits.processes), milliseconds(0));
        if (kill_at_.expired()) kill_rest();
    }

    // First without collecting, so that it can be told how the programs ended.
    void kill_rest() {
        course::end_descendants_of(::getpid(), Deadline::after(kTimeToKill));
        read_screens();
        collect();
        course::end_descendants(Deadline::after(kTimeToKill));
        for (ShownProgram& program : programs_) program.close();
        family_.look();
    }

    bool is_stopping() const { return !kill_at_.is_never(); }

    void stop(std::string reason) { stop(std::move(reason), plan_.limits.grace); }

    void stop(std::string reason, milliseconds grace) {
        if (is_stopping()) return;
        gate_.open();
        reason_ = std::move(reason);
        kill_at_ = Deadline::after(grace);
        next_look_ = std::min(next_look_, kill_at_);
        for (const course::Process& process : course::descendants_of(::getpid())) {
            ::kill(process.pid, SIGTERM);
            ::kill(process.pid, SIGCONT);  // a stopped process gets its SIGTERM when it goes on
        }
    }

    void tell(std::string_view name, json data, steady_clock::time_point at = steady_clock::now()) {
        data["at"] = std::chrono::duration_cast<milliseconds>(at - began_).count();
        // A program may print anything; what is no UTF-8 becomes a replacement character.
        const std::string message =
            fmt::format("{}\n{}", name, data.dump(-1, ' ', false, json::error_handler_t::replace));
        if (message.size() > Channel::kMaxMessage) return;
        const Deadline deadline = Deadline::after(kTimeToSend);
        while (channel_.send(message) == Channel::Result::would_block && !deadline.expired()) {
            pollfd room{channel_.fd().get(), POLLOUT, 0};
            ::poll(&room, 1, deadline.poll_timeout());
        }
    }

    Channel channel_;
    const RunPlan& plan_;
    RunFolder folder_;
    StepGate gate_;
    HandedIn handed_in_;
    steady_clock::time_point began_ = steady_clock::now();
    daemon::SignalDescriptor signals_{SIGCHLD, SIGTERM};
    course::ChildGroup children_;
    Family family_;
    std::array<ShownProgram, kPanes> programs_;
    Deadline time_limit_;
    Deadline next_look_ = Deadline::after({});
    Deadline kill_at_;
    std::string reason_;
    std::optional<steady_clock::time_point> step_began_;
    Deadline next_step_;
    int step_ = 0;
    milliseconds pause_ = kShortestPause;
    std::size_t output_bytes_ = 0;
    bool is_left_ = false;  // the channel is closed
};

// Signals from the server's own terminal are for the server, which then closes the channel.
void become_keeper(const daemon::Fd& channel) {
    daemon::close_all_but({channel.get()});
    daemon::check(::prctl(PR_SET_NAME, "keeper"), "prctl PR_SET_NAME");
    course::become_subreaper();
    for (const int signal : {SIGINT, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
}

}  // namespace

KeeperProcess start_keeper(course::ChildGroup& children, const RunPlan& plan) {
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_SEQPACKET);
    const std::filesystem::path folder = make_run_folder();
    const pid_t pid = children.start([&] {
        become_keeper(pair.second);
        return Keeper(std::move(pair.second), plan, folder).run();
    });
    return {pid, std::move(pair.first), folder};
}

}  // namespace waymark::slides
