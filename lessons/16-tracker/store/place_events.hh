// Who came to a place that has a name, and who left it, each once (store/place_watch). The newest
// are kept; those of a device are as old as its positions may become (store/retention).

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// The numbers are stored: never reuse one.
enum class Passage : std::uint8_t { enter = 1, leave = 2 };
// "enter", "leave".
std::string_view to_text(Passage passage);

struct PlaceEvent {
    std::int64_t number = 0;
    DeviceNumber device = 0;
    std::int64_t place = 0;
    std::string place_name{};  // at that time
    Passage kind = Passage::enter;
    UnixMillis time_ms = 0;     // of the fix that shows it
    UnixMillis noticed_ms = 0;  // when that came
};

class PlaceEvents {
  public:
    static constexpr std::int64_t kMost = 100'000;
    // Those beyond kMost are forgotten with one event of so many.
    static constexpr std::int64_t kBetweenForgetting = 128;

    explicit PlaceEvents(Connection& connection) : connection_(connection) {}

    // Its number; that of `event` counts for nothing. Now and then it forgets the oldest beyond
    // kMost.
    std::int64_t add(const PlaceEvent& event);
    // The newest first, with numbers below `below` (0: all), of devices that may be seen; none of
    // one that is being removed.
    std::vector<PlaceEvent> list(const std::function<bool(DeviceNumber)>& may_see, std::size_t most,
                                 std::int64_t below = 0);

    // With numbers above `above`, of all devices, the newest first.
    std::vector<PlaceEvent> newer(std::int64_t above, std::size_t most);

  private:
    void forget_oldest();

    Connection& connection_;
};

}  // namespace waymark::tracker
