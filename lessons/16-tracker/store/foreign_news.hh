// What other trackers have stored in the database that they share with this one (PostgreSQL).
//
// Each writer counts its commits in its own row, and commits one after the other (store/writer.hh).
// So the fixes of a writer above the sequence that was seen last are all that is new of it: nothing
// can appear behind that, and no overlap need be read. Who shall hear of it soon listens for a
// NOTIFY, the doorbell, and looks only then; one that does not ring costs a poll of a small table.
//
// Passages at places are not counted so: their numbers are times of the writers' clocks
// (store/postgresql_engine.hh), and a lower one may come later. They are read with an overlap of
// kOverlap, which is more than clocks differ and transactions take.
//
// A connection of its own, which never writes. It is opened when it is needed, and again after a
// loss; what was stored meanwhile is news then.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "store/connection.hh"
#include "store/place_events.hh"

namespace waymark::tracker {

class ForeignNews {
  public:
    // Of one writer more than this, and its fixes are not read: whoever looks reads all anew.
    static constexpr std::size_t kMostFixes = 2000;
    // Of passages; more than kMostPassages at once are told in part: whoever hears of one reads
    // all.
    static constexpr std::chrono::minutes kOverlap{1};
    static constexpr std::size_t kMostPassages = 200;
    // Then the connection is given up: whoever reads has others who wait.
    static constexpr std::chrono::milliseconds kAnswerTime{2000};

    // Opens nothing yet. `own` is the name of the writer whose commits are no news.
    ForeignNews(std::string url, std::string own);

    struct News {
        std::vector<Fix> fixes;    // of each writer in the order of its commits
        bool are_missing = false;  // there was more
        // Who came somewhere or left, each once; also what this tracker found itself of late.
        std::vector<PlaceEvent> passages;
        bool are_there = false;  // somebody has committed
    };
    // What is new since the last call; nothing at the first, which begins to listen. With
    // `wanted` = false fixes are passed over. Throws StoreError, and the next call connects anew.
    News read(bool wanted);

    // To wait at until it can be read: then rang(). -1 where nobody would ring.
    int doorbell() const;
    // Takes in what has come, without waiting for more. Whether it rang; false also when the
    // connection has ended, and then doorbell() is -1.
    bool rang();

  private:
    struct Writer {
        std::int64_t number;
        std::int64_t sequence;
    };

    void connect();
    void listen();
    std::vector<Writer> writers();
    void read_of(const Writer& writer, std::int64_t& seen, News& news);
    std::vector<PlaceEvent> new_passages();

    std::string url_;
    std::string own_;
    std::unique_ptr<Connection> connection_;
    bool has_doorbell_ = false;
    bool knows_all_ = false;                               // who was there at the beginning
    std::unordered_map<std::int64_t, std::int64_t> seen_;  // the last sequence of each writer
    std::int64_t passages_before_ = 0;                     // numbers up to it are no news
    std::set<std::int64_t> passages_seen_;                 // above it
};

}  // namespace waymark::tracker
