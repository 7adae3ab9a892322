#include "trips/replay.hh"

#include <fmt/core.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "daemon/error.hh"
#include "trips/broken_line.hh"

namespace waymark::tracker {

namespace {

using daemon::Deadline;
using net::http::Client;
using net::http::ExchangeResult;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kExchangeTime{15};
constexpr double kBreakProbability = 0.2;

// The trip, shared by the connections. Each takes the next point, and the first that fails stops
// all.
class Queue {
  public:
    Queue(const std::vector<TripPoint>& points, const ReplayPlan& plan)
        : points_(points), plan_(plan), begin_(Clock::now()) {}

    // The next point, once it is due; null when there is none or all shall stop.
    const TripPoint* next() {
        std::unique_lock lock(mutex_);
        if (next_ == points_.size() || failure_) return nullptr;
        const TripPoint& point = points_[next_++];
        stopped_.wait_until(lock, due(point), [this] { return failure_ != nullptr; });
        return failure_ ? nullptr : &point;
    }

    void count_request(bool again) {
        const std::lock_guard lock(mutex_);
        ++counts_.requests;
        if (again) ++counts_.sent_again;
    }
    void count_break() {
        const std::lock_guard lock(mutex_);
        ++counts_.breaks;
    }
    void count_acknowledged() {
        const std::lock_guard lock(mutex_);
        ++counts_.acknowledged;
        last_answer_ = Clock::now();
    }

    // Whether a point that was not taken may wait: the server was there not long ago.
    bool is_patient() const {
        const std::lock_guard lock(mutex_);
        return last_answer_ && Clock::now() - *last_answer_ < plan_.patience;
    }

    // False if all shall stop.
    bool wait(std::chrono::milliseconds duration) {
        std::unique_lock lock(mutex_);
        return !stopped_.wait_for(lock, duration, [this] { return failure_ != nullptr; });
    }

    void fail(std::exception_ptr failure) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(failure);
        stopped_.notify_all();
    }

    ReplayCounts result() {
        if (failure_) std::rethrow_exception(failure_);
        return counts_;
    }

  private:
    Clock::time_point due(const TripPoint& point) const {
        if (!plan_.speed) return begin_;
        const auto since_begin = static_cast<double>(*point.time_ms - *points_.front().time_ms);
        return begin_ + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double, std::milli>(since_begin / *plan_.speed));
    }

    const std::vector<TripPoint>& points_;
    const ReplayPlan& plan_;
    const Clock::time_point begin_;
    mutable std::mutex mutex_;
    std::condition_variable stopped_;
    std::size_t next_ = 0;
    ReplayCounts counts_;
    std::optional<Clock::time_point> last_answer_;
    std::exception_ptr failure_;
};

// One connection: takes points and sees each through to its acknowledgement.
class Sender {
  public:
    Sender(Queue& queue, const ReplayPlan& plan, unsigned index)
        : queue_(queue),
          plan_(plan),
          client_(plan.addresses, plan.authority),
          random_(plan.disconnect_seed.value_or(0) + index) {}

    void run() {
        try {
            while (const TripPoint* point = queue_.next())
                if (!deliver(*point)) return;
        } catch (...) {
            queue_.fail(std::current_exception());
        }
    }

  private:
    // False if all shall stop.
    bool deliver(const TripPoint& point) {
        const PhoneMessage message = make_message(plan_.identity, point);
        RetryPause retry_pause;
        for (bool again = false;; again = true) {
            if (break_line(message, again)) continue;
            queue_.count_request(again);
            const ExchangeResult result =
                client_.exchange(message.outgoing(), Deadline::after(kExchangeTime));
            switch (delivery_of(result)) {
                case Delivery::delivered:
                    queue_.count_acknowledged();
                    return true;
                case Delivery::at_once:
                    continue;
                case Delivery::refused:
                    throw daemon::UsageError(fmt::format("point {}: {}", message.target,
                                                         explain(result, plan_.identity)));
                case Delivery::later:
                    break;
            }
            if (!queue_.is_patient())
                throw std::runtime_error("cannot reach the server: " +
                                         explain(result, plan_.identity));
            if (!queue_.wait(retry_pause.next(result.response))) return false;
        }
    }

    // Now and then wastes a request on a line that breaks. True if it did.
    bool break_line(const PhoneMessage& message, bool again) {
        if (!plan_.disconnect_seed || !happens(random_, kBreakProbability)) return false;
        const Deadline deadline = Deadline::after(kExchangeTime);
        // The exchange that follows finds out why, and says so.
        if (!client_.connect(deadline).empty()) return false;
        queue_.count_request(again);
        queue_.count_break();
        send_and_break(client_.take_connection(),
                       request_bytes(message.outgoing(), plan_.authority), choose_break(random_),
                       random_, deadline);
        return true;
    }

    Queue& queue_;
    const ReplayPlan& plan_;
    Client client_;
    Random random_;
};

}  // namespace

ReplayCounts replay(const std::vector<TripPoint>& points, const ReplayPlan& plan) {
    Queue queue(points, plan);
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < plan.connections; ++i)
            threads.emplace_back([&queue, &plan, i] { Sender(queue, plan, i).run(); });
    }
    return queue.result();
}

}  // namespace waymark::tracker
