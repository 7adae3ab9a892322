// Fixes that are sent on to other servers: how far each of them has come. There is no queue: the
// table `fix` is the queue, in the order in which it was filled, and a destination is a place in
// it. So what waits costs nothing twice, survives what the fixes survive, and what a person has
// deleted, or has hidden at its turn, is not sent.
//
// A destination begins behind what is stored when it is named first; the past is for `tracker
// export`. One that is named no more keeps its place, and goes on from there when it is named
// again.
//
// The table has no order of commits, so there is an index of those fixes that may still have to be
// sent: its name says behind which commit it begins, as in "fix_behind_815". It is there only while
// there are destinations, and grows with the fixes, by half of what they take; keep() makes it anew
// when much of it has been sent.
//
// Where several trackers store into one database (PostgreSQL), each sends on what it has stored
// itself: a destination has a place for each of them, and an index of (writer, sequence) is always
// there.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

// A fix's place in the order in which fixes are sent: that of the commits, and of their keys within
// one.
struct FixPlace {
    std::int64_t sequence = 0;
    DeviceNumber device = 0;
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;

    friend auto operator<=>(const FixPlace&, const FixPlace&) = default;
};

FixPlace place_of(const Fix& fix, std::int64_t sequence);

struct FixToSend {
    FixPlace place;
    Fix fix;
    // What the other server is told of the device: its first identifier, in the order of the
    // alphabet, or its name if it has none. "": it is being removed, and need not be sent.
    std::string called;
};

class Forwarding {
  public:
    static constexpr int kAtOnce = 200;

    explicit Forwarding(Connection& connection) : connection_(connection) {}

    // Makes ready for these destinations, and for none but these. Reads the whole table `fix` when
    // it makes the index.
    void keep(const std::vector<std::string>& destinations);
    // The first kAtOnce behind the place of a destination that is kept.
    std::vector<FixToSend> next(std::string_view destination);

    // What came of sending.
    struct Progress {
        FixPlace place;  // of the last one that need not be sent again
        std::int64_t sent = 0;
        std::int64_t refused = 0;
        std::string refusal{};  // why the last of these was
    };
    // Durable with the transaction. A place before that of the destination changes nothing of it.
    void note(std::string_view destination, const Progress& progress, UnixMillis now);

    // How many fixes lie behind the place; at most `most` are counted.
    std::int64_t waiting(std::string_view destination, std::int64_t most);

    struct State {
        std::string destination;
        FixPlace place;
        std::int64_t sent = 0;  // since it was named first
        std::int64_t refused = 0;
        std::string last_refusal;
        std::optional<UnixMillis> last_refusal_ms;
    };
    // Whether one was ever kept, also if it is named no more.
    bool has_destinations() { return connection_.number("SELECT count(*) FROM forwarding") > 0; }
    // Nothing for one that was never kept.
    std::optional<State> state(std::string_view destination);

  private:
    void add(const std::string& destination, const FixPlace& now);
    std::string and_own();
    void keep_index(std::optional<std::int64_t> begin);
    std::optional<std::int64_t> index_begin();
    void rebuild_index(std::optional<std::int64_t> begin);
    Statement behind(std::string_view columns, std::string_view destination, std::string_view end);

    Connection& connection_;
};

}  // namespace waymark::tracker
