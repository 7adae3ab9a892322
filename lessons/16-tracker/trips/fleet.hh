// Phones without phones: each rides about, makes a fix every few seconds, keeps them in a queue and
// sends the queue's head on a connection of its own, as phones do. While the server is away the
// queues grow and nothing is lost. One thread a phone: each of them mostly waits.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trips/phone_message.hh"
#include "trips/ride.hh"

namespace waymark::tracker {

struct FleetPlan {
    std::vector<net::Address> addresses;
    std::string authority;
    std::string base_path;
    unsigned devices = 2;
    std::chrono::milliseconds interval{3000};
    std::chrono::minutes history{0};  // of the ride that is sent at once, at the start
    double speed = 1;                 // of the ride, not of its clock
    std::uint64_t seed = 1;
};

// "demo/bicycle", "demo/car", "demo/walker", then "demo/bicycle-2" and so on. Also what the phone
// sends as its identifier.
std::string demo_name(unsigned index);
const Traveller& demo_traveller(unsigned index);
Place demo_home(unsigned index, std::uint64_t seed);

struct FleetCounts {
    std::size_t made = 0;  // fixes
    std::size_t delivered = 0;
    std::size_t tries_failed = 0;
    unsigned away = 0;    // phones that wait before they try again
    std::string problem;  // the latest, while there is one
};

class Fleet {
  public:
    Fleet(FleetPlan plan, UnixMillis now);
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;
    // Stops the phones. Waits for the exchanges under way, at most kExchangeTime.
    ~Fleet();

    static constexpr std::chrono::seconds kExchangeTime{15};

    FleetCounts counts() const;

  private:
    void run_phone(std::stop_token stop, unsigned index);
    void note(bool was_away, bool is_away, const std::string& problem);

    const FleetPlan plan_;
    const UnixMillis start_;
    const std::chrono::steady_clock::time_point steady_start_;
    std::atomic<std::size_t> made_ = 0;
    std::atomic<std::size_t> delivered_ = 0;
    std::atomic<std::size_t> tries_failed_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable_any stopped_;
    unsigned away_ = 0;
    std::string problem_;
    std::vector<std::jthread> threads_;  // last: they end before what they use

    friend class FleetPhone;
};

}  // namespace waymark::tracker
