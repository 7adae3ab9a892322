#include "daemon/supervisor.hh"

#include <cstddef>

#include "daemon/back_off.hh"

namespace waymark::daemon {

enum class Supervisor::Step {
    ignore,
    spawn,      // start the process, and its start deadline
    succeed,    // note since when it is up
    terminate,  // SIGTERM, and its stop deadline
    kill,       // SIGKILL; after that only the end of the process can come
    back_off,   // start again at once or later, or give up
    finish,     // it has ended as wanted; start again if that was wanted meanwhile
    remember,   // to be started again after the end
    forget,     // not to be started again
};

struct Supervisor::Cell {
    ServiceState next;
    Step step;
};

namespace {
constexpr ServiceState down = ServiceState::down;
constexpr ServiceState starting = ServiceState::starting;
constexpr ServiceState up = ServiceState::up;
constexpr ServiceState stopping = ServiceState::stopping;
constexpr ServiceState failed = ServiceState::failed;
}  // namespace

// clang-format off
// `back_off` and `finish` may lead on to starting; every other cell says the whole truth.
const Supervisor::Cell Supervisor::kTable[5][6] = {
    // start_wanted               ready                     exited                      stop_wanted                  kill_wanted               timer
    /* down */
    {{starting, Step::spawn},     {down, Step::ignore},     {down, Step::ignore},       {down, Step::ignore},        {down, Step::ignore},     {down, Step::ignore}},
    /* starting */
    {{starting, Step::ignore},    {up, Step::succeed},      {failed, Step::back_off},   {stopping, Step::terminate}, {stopping, Step::kill},   {starting, Step::kill}},
    /* up */
    {{up, Step::ignore},          {up, Step::ignore},       {failed, Step::back_off},   {stopping, Step::terminate}, {stopping, Step::kill},   {up, Step::ignore}},
    /* stopping */
    {{stopping, Step::remember},  {stopping, Step::ignore}, {down, Step::finish},       {stopping, Step::forget},    {stopping, Step::kill},   {stopping, Step::kill}},
    /* failed */
    {{starting, Step::spawn},     {failed, Step::ignore},   {failed, Step::ignore},     {down, Step::forget},        {down, Step::forget},     {starting, Step::spawn}},
};
// clang-format on

std::string_view name_of(ServiceState state) {
    constexpr std::string_view kNames[] = {"down", "starting", "up", "stopping", "failed"};
    return kNames[static_cast<std::size_t>(state)];
}

ServiceAction Supervisor::handle(ServiceEvent event, Instant now) {
    // A timer may have been on its way when the deadline was moved.
    if (event == ServiceEvent::timer && !next_timer_.expired(now)) return ServiceAction::nothing;
    const Cell cell = kTable[static_cast<std::size_t>(state_)][static_cast<std::size_t>(event)];
    state_ = cell.next;
    return take(cell.step, now);
}

ServiceAction Supervisor::take(Step step, Instant now) {
    switch (step) {
        case Step::ignore:
            return ServiceAction::nothing;
        case Step::spawn:
            return spawn(now);
        case Step::succeed:
            up_since_ = now;
            was_ever_up_ = true;
            next_timer_ = Deadline::never();
            return ServiceAction::nothing;
        case Step::terminate:
            return terminate(now);
        case Step::kill:
            next_timer_ = Deadline::never();
            return ServiceAction::send_kill;
        case Step::back_off:
            return back_off(now);
        case Step::finish:
            next_timer_ = Deadline::never();
            return wanted_again_ ? spawn(now) : ServiceAction::nothing;
        case Step::remember:
            wanted_again_ = true;
            return ServiceAction::nothing;
        case Step::forget:
            wanted_again_ = false;
            if (state_ == ServiceState::down) next_timer_ = Deadline::never();
            return ServiceAction::nothing;
    }
    return ServiceAction::nothing;
}

ServiceAction Supervisor::spawn(Instant now) {
    state_ = ServiceState::starting;
    wanted_again_ = false;
    up_since_ = Instant::max();  // not up
    next_timer_ = Deadline::after(times_.start, now);
    return ServiceAction::spawn;
}

ServiceAction Supervisor::terminate(Instant now) {
    wanted_again_ = false;
    next_timer_ = Deadline::after(times_.stop, now);
    return ServiceAction::send_terminate;
}

ServiceAction Supervisor::back_off(Instant now) {
    next_timer_ = Deadline::never();
    if (!was_ever_up_) return ServiceAction::give_up;
    const bool was_healthy =
        up_since_ != Instant::max() && Deadline::after(times_.healthy, up_since_).expired(now);
    if (was_healthy) {
        failures_ = 0;
        return spawn(now);
    }
    next_timer_ = Deadline::after(pause(), now);
    ++failures_;
    return ServiceAction::nothing;
}

std::chrono::milliseconds Supervisor::pause() const {
    return doubled_pause(failures_, times_.first_back_off, times_.longest_back_off);
}

}  // namespace waymark::daemon
