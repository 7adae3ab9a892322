// What other trackers have stored in the database that they share with this one (PostgreSQL).
//
// Each writer counts its commits in its own row, and commits one after the other (store/writer.hh).
// So the fixes of a writer above the sequence that was seen last are all that is new of it: nothing
// can appear behind that, and no overlap need be read. Who shall hear of it soon listens for a
// NOTIFY, the doorbell, and looks only then; one that does not ring costs a poll of a small table.
//
// A connection of its own, which never writes. It is opened when it is needed, and again after a
// loss; what was stored meanwhile is news then.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "fix.hh"
#include "store/connection.hh"

namespace waymark::tracker {

class ForeignNews {
  public:
    // Of one writer more than this, and its fixes are not read: whoever looks reads all anew.
    static constexpr std::size_t kMostFixes = 2000;

    // Opens nothing yet. `own` is the name of the writer whose commits are no news.
    ForeignNews(std::string url, std::string own);

    struct News {
        std::vector<Fix> fixes;    // of each writer in the order of its commits
        bool are_missing = false;  // there was more
        bool are_there = false;    // somebody has committed
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

    std::string url_;
    std::string own_;
    std::unique_ptr<Connection> connection_;
    bool has_doorbell_ = false;
    bool knows_all_ = false;                               // who was there at the beginning
    std::unordered_map<std::int64_t, std::int64_t> seen_;  // the last sequence of each writer
};

}  // namespace waymark::tracker
