#include "trips/fleet.hh"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace waymark::tracker {

using net::http::ExchangeResult;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kHistoryInterval{5000};
// Ravensburg, a town with hills round it and enough land on all sides, north of Lake Constance.
constexpr Place kFirstHome{47.782, 9.612};

const Traveller* const kTravellers[] = {&kBicycle, &kCar, &kWalker};

}  // namespace

const Traveller& demo_traveller(unsigned index) {
    return *kTravellers[index % std::size(kTravellers)];
}

std::string demo_name(unsigned index) {
    const unsigned round = index / static_cast<unsigned>(std::size(kTravellers));
    const std::string name = fmt::format("demo/{}", demo_traveller(index).name);
    return round == 0 ? name : fmt::format("{}-{}", name, round + 1);
}

Place demo_home(unsigned index, std::uint64_t seed) {
    if (index < std::size(kTravellers)) return kFirstHome;
    // The others live in Upper Swabia, where no ride ends in the lake.
    Random random(seed * 7919 + index);
    const double latitude = uniform(random, 47.74, 48.10);
    const double longitude = uniform(random, 9.55, 10.05);
    return {latitude, longitude};
}

// One phone: its ride, its queue and its connection. Lives on its thread.
class FleetPhone {
  public:
    FleetPhone(Fleet& fleet, unsigned index)
        : fleet_(fleet),
          plan_(fleet.plan_),
          first_time_(fleet.start_ - std::chrono::milliseconds(plan_.history).count()),
          ride_(demo_traveller(index), demo_home(index, plan_.seed), plan_.seed * 1000 + index,
                first_time_),
          identity_{PhoneProtocol::traccar, demo_name(index), plan_.base_path},
          client_(plan_.addresses, plan_.authority) {
        for (UnixMillis time = first_time_; time < fleet.start_; time += kHistoryInterval.count())
            make_fix(time);
        // Phones do not all look at the same instant.
        Random random(plan_.seed + index);
        const auto share =
            std::chrono::duration_cast<Clock::duration>(plan_.interval) * uniform(random, 0, 1);
        next_fix_ = fleet.steady_start_ + std::chrono::duration_cast<Clock::duration>(share);
    }

    void run(std::stop_token stop) {
        while (!stop.stop_requested()) {
            const Clock::time_point now = Clock::now();
            if (now >= next_fix_) {
                make_fix(fleet_.start_ + std::chrono::duration_cast<std::chrono::milliseconds>(
                                             next_fix_ - fleet_.steady_start_)
                                             .count());
                next_fix_ += plan_.interval;
            } else if (!queue_.empty() && now >= next_try_) {
                send_head();
            } else {
                wait(stop, queue_.empty() ? next_fix_ : std::min(next_fix_, next_try_));
            }
        }
    }

  private:
    // The ride's clock runs plan_.speed times as fast as the phone's.
    void make_fix(UnixMillis time) {
        const auto since_first = static_cast<double>(time - first_time_);
        TripPoint point =
            ride_.at(first_time_ + static_cast<UnixMillis>(since_first * plan_.speed));
        point.time_ms = time;
        *point.speed_mps *= plan_.speed;
        // About a centimetre: what phones send.
        point.place.latitude_deg = std::round(point.place.latitude_deg * 1e7) / 1e7;
        point.place.longitude_deg = std::round(point.place.longitude_deg * 1e7) / 1e7;
        queue_.push_back(point);
        ++fleet_.made_;
    }

    void send_head() {
        const PhoneMessage message = make_message(identity_, queue_.front());
        const ExchangeResult result =
            client_.exchange(message.outgoing(), daemon::Deadline::after(Fleet::kExchangeTime));
        const Delivery delivery = delivery_of(result);
        if (delivery == Delivery::at_once) return;
        const bool delivered = delivery == Delivery::delivered;
        if (delivered) {
            queue_.pop_front();
            ++fleet_.delivered_;
            retry_pause_.reset();
        } else {
            // Refused points wait as well: the owner may be about to add the device.
            ++fleet_.tries_failed_;
            next_try_ = Clock::now() + retry_pause_.next(result.response);
        }
        fleet_.note(is_away_, !delivered, delivered ? "" : explain(result, identity_));
        is_away_ = !delivered;
    }

    void wait(const std::stop_token& stop, Clock::time_point until) {
        std::unique_lock lock(fleet_.mutex_);
        fleet_.stopped_.wait_until(lock, stop, until, [] { return false; });
    }

    Fleet& fleet_;
    const FleetPlan& plan_;
    const UnixMillis first_time_;
    Ride ride_;
    PhoneIdentity identity_;
    net::http::Client client_;
    std::deque<TripPoint> queue_;
    RetryPause retry_pause_;
    Clock::time_point next_fix_;
    Clock::time_point next_try_{};
    bool is_away_ = false;
};

Fleet::Fleet(FleetPlan plan, UnixMillis now)
    : plan_(std::move(plan)), start_(now), steady_start_(Clock::now()) {
    for (unsigned i = 0; i < plan_.devices; ++i)
        threads_.emplace_back([this, i](std::stop_token stop) { run_phone(std::move(stop), i); });
}

Fleet::~Fleet() {
    // All at once; one by one, each would wait for its own exchange.
    for (std::jthread& thread : threads_) thread.request_stop();
}

void Fleet::run_phone(std::stop_token stop, unsigned index) {
    try {
        FleetPhone(*this, index).run(std::move(stop));
    } catch (const std::exception& error) {
        // This machine has no descriptors, ports or memory left: this phone is off, the rest go on.
        note(false, true, fmt::format("{} is off: {}", demo_name(index), error.what()));
    }
}

void Fleet::note(bool was_away, bool is_away, const std::string& problem) {
    if (!was_away && !is_away) return;
    const std::lock_guard lock(mutex_);
    if (was_away) --away_;
    if (is_away) ++away_;
    if (!problem.empty()) problem_ = problem;
    if (away_ == 0) problem_.clear();
}

FleetCounts Fleet::counts() const {
    const std::lock_guard lock(mutex_);
    return {made_, delivered_, tries_failed_, away_, problem_};
}

}  // namespace waymark::tracker
