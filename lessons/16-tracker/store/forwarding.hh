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
// there. What commands have stored came in through none of them. It has a place as well, and the
// tracker that asks first claims what lies behind it, so that nobody else sends it meanwhile. The
// claim ends when it is given back, or after kLongestClaim: what a tracker held that has died is
// sent by another.

#pragma once

#include <chrono>
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
// one. Each writer has an order of its own (store/writer.hh); in SQLite there is one, and it is 0.
struct FixPlace {
    std::int64_t sequence = 0;
    DeviceNumber device = 0;
    UnixMillis time_ms = 0;
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::int64_t writer = 0;

    friend auto operator<=>(const FixPlace&, const FixPlace&) = default;
};

FixPlace place_of(const Fix& fix, std::int64_t sequence, std::int64_t writer = 0);

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
    // More than clocks differ by (kClockError) and a fix is on its way (services/forwarder.hh).
    static constexpr UnixMillis kLongestClaim =
        std::chrono::milliseconds(std::chrono::minutes(10)).count();

    explicit Forwarding(Connection& connection) : connection_(connection) {}

    // Makes ready for these destinations, and for none but these. Reads the whole table `fix` when
    // it makes the index.
    void keep(std::vector<std::string> destinations);
    // The first kAtOnce behind the place of a destination that is kept; in PostgreSQL of what this
    // tracker has stored itself.
    std::vector<FixToSend> next(std::string_view destination);

    // The same of what commands have stored, within a transaction. It is claimed with its commit,
    // if there is any; none where another tracker has a claim. In SQLite next() has them all.
    std::vector<FixToSend> claim(std::string_view destination, UnixMillis now);
    // Whether claim() may give some; writes nothing.
    bool may_claim(std::string_view destination, UnixMillis now);
    // Ends the claim, if it is ours. What was not noted as sent is claimed again, by any tracker.
    void give_back(std::string_view destination);

    // What came of sending.
    struct Progress {
        FixPlace place;  // of the last one that need not be sent again
        std::int64_t sent = 0;
        std::int64_t refused = 0;
        std::string refusal{};  // why the last of these was
    };
    // Durable with the transaction. A place before that of the destination changes nothing of it,
    // nor does one in the order of another tracker. A claim lasts kLongestClaim from `now` on.
    void note(std::string_view destination, const Progress& progress, UnixMillis now);

    // How many fixes lie behind the place, with those that may have to be claimed; at most `most`
    // are counted.
    std::int64_t waiting(std::string_view destination, std::int64_t most);

    struct State {
        std::string destination;
        FixPlace place;
        std::int64_t sent = 0;  // since it was named first
        std::int64_t refused = 0;
        std::string last_refusal;
        std::optional<UnixMillis> last_refusal_ms;
    };
    // Nothing for one that was never kept. In PostgreSQL what this tracker has sent, and its place.
    std::optional<State> state(std::string_view destination);

  private:
    bool add(const std::string& destination, const FixPlace& place);
    void add_commands(const std::string& destination, bool is_new);
    std::vector<std::int64_t> own_writers();
    std::string of_writer(std::int64_t writer) const;
    std::optional<State> state(std::string_view destination, std::int64_t writer);
    std::vector<FixToSend> next(std::string_view destination, std::int64_t writer);
    void keep_index(std::optional<std::int64_t> begin);
    std::optional<std::int64_t> index_begin();
    void rebuild_index(std::optional<std::int64_t> begin);
    Statement behind(std::string_view columns, std::string_view destination, std::int64_t writer,
                     std::string_view end);
    void note_place(std::string_view destination, const FixPlace& place);
    void extend_claim(std::string_view destination, UnixMillis now);

    Connection& connection_;
};

}  // namespace waymark::tracker
