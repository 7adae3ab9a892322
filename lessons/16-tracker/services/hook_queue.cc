#include "services/hook_queue.hh"

#include <sodium.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "unix_time.hh"

namespace waymark::tracker {

using std::chrono::milliseconds;

namespace {

double chance() {
    return static_cast<double>(::randombytes_uniform(1001)) / 1000;
}

// Longer pauses are cut: the clock may be set.
constexpr UnixMillis kLookAgain = 60'000;

}  // namespace

HookQueue::HookQueue(net::EventLoop& loop, Store& store, daemon::Log& log, Send send,
                     milliseconds longest_flight)
    : loop_(loop),
      store_(store),
      log_(log),
      send_(std::move(send)),
      longest_flight_(longest_flight),
      timer_(loop.timers(), [this] {
          planned_ = daemon::Deadline::never();
          is_due_ = true;
      }) {}

bool HookQueue::takes(std::uint16_t receiver, std::string_view message) {
    if (kind_of(message) == MessageKind::want_posts) {
        caller_ = receiver;
        in_flight_.clear();
        gives_back_ = true;
        look();
        return true;
    }
    if (kind_of(message) != MessageKind::posted) return false;
    HookAnswer answer;
    if (!read(message, answer)) return true;
    const auto is_this = [&](const InFlight& each) { return each.post == answer.post; };
    if (caller_ == receiver && std::erase_if(in_flight_, is_this) > 0)
        answers_.push_back(std::move(answer));
    look();
    return true;
}

void HookQueue::look() {
    if (caller_) plan(kBetweenSteps);
}

void HookQueue::plan(milliseconds pause) {
    const daemon::Deadline deadline = daemon::Deadline::after(pause, loop_.now());
    if (deadline >= planned_) return;
    planned_ = deadline;
    timer_.set(deadline);
}

bool HookQueue::step_if_due() {
    if (!std::exchange(is_due_, false) || !caller_) return false;
    std::erase_if(in_flight_,
                  [this](const InFlight& each) { return each.given_up.expired(loop_.now()); });
    Work work;
    const std::string failure = in_transaction(work);
    if (!failure.empty()) {
        log_.warning("the web hooks go on later: {}", failure);
        plan(kAfterFailure);
        return false;
    }
    gives_back_ = false;
    const bool has_written = !std::exchange(answers_, {}).empty();
    for (const HookPost& post : work.posts) {
        in_flight_.push_back(
            {post.number, post.hook, daemon::Deadline::after(longest_flight_, loop_.now())});
        send_(*caller_, write(post));
    }
    if (has_others_ || !in_flight_.empty()) plan(milliseconds(kLookAgain));
    // With all hands full the next answer says when.
    if (work.next_ms && in_flight_.size() < kMostAtOnce)
        plan(milliseconds(
            std::clamp<UnixMillis>(*work.next_ms - unix_now(), kBetweenSteps.count(), kLookAgain)));
    return has_written;
}

// Writes the answers and takes what is due; why it failed, or "".
std::string HookQueue::in_transaction(Work& work) {
    std::string failure;
    store_.begin();
    try {
        store_.also([&](Connection& connection) { do_work(connection, work); });
    } catch (const std::exception& error) {
        failure = error.what();
    }
    const CommitResult result = store_.commit();
    return failure.empty() ? result.reason : failure;
}

void HookQueue::do_work(Connection& connection, Work& work) {
    const UnixMillis now = unix_now();
    WebHooks hooks(connection);
    if (gives_back_) hooks.give_back();
    for (const HookAnswer& answer : answers_) hooks.note(answer, chance(), now);
    std::vector<HookNumber> busy;
    for (const InFlight& each : in_flight_) busy.push_back(each.hook);
    work.posts = hooks.take_due(busy, kMostAtOnce - std::min(kMostAtOnce, busy.size()), now);
    for (const HookPost& post : work.posts) busy.push_back(post.hook);
    work.next_ms = hooks.next_due(busy);
}

}  // namespace waymark::tracker
