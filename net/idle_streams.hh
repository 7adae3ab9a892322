// The streams of a server that wait for what their peer may never send. When the server stops it
// hangs up on these, and lets the others finish.

#pragma once

#include <cstddef>
#include <set>

#include "net/stream.hh"

namespace waymark::net {

class IdleStreams {
  public:
    // `stream` is among them for the length of a scope. Both are used until then.
    class Place {
      public:
        Place(IdleStreams& all, Stream& stream);
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

      private:
        IdleStreams& all_;
        Stream& stream_;
    };

    // What they wait for ends with Outcome::cancelled (Stream::cancel).
    void cancel();
    std::size_t size() const { return streams_.size(); }

  private:
    std::set<Stream*> streams_;
};

}  // namespace waymark::net
