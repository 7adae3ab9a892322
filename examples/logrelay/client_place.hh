// How far one client is: what it is to have next, as the bytes that go to it. No socket in it: the
// conversation (relay.cc) asks for a piece, sends it whole, and asks again. The next piece is made
// when the last one is taken, and not before; so what is dropped meanwhile is known, and is told
// exactly where it is missing.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "greeting.hh"
#include "message_ring.hh"

namespace waymark::logrelay {

class ClientPlace {
  public:
    // A message of the relay's own, in the form of RFC 5424: its MSGID, and its text.
    using OwnMessage = std::function<std::string(std::string_view kind, const std::string& text)>;

    // The ring must outlive it. It begins with what is added from now on.
    ClientPlace(const MessageRing& ring, std::uint64_t run, OwnMessage own_message)
        : ring_(ring), run_(run), own_message_(std::move(own_message)), next_(ring.next()) {}

    // Where the client wants to go on. "from now" is where this place was made: waiting for the
    // greeting loses nothing.
    void go_to(const Greeting& greeting);

    // Appends frames (octet_frames) until there are `most` bytes or more, or nothing is left.
    // Where messages are missing, their number stands in a frame of the relay's own, whose place is
    // that of the last one missing.
    void take(std::string& stream, std::size_t most);

    bool has_more() const { return next_ < ring_.next(); }
    // Of those that this client was to have: so many it had, so many were gone.
    std::uint64_t sent() const { return sent_; }
    std::uint64_t dropped() const { return dropped_; }

  private:
    void tell(std::string& stream, std::string_view kind, const std::string& text);
    void append(std::string& stream, std::uint64_t number, std::string_view message);

    const MessageRing& ring_;
    std::uint64_t run_;
    OwnMessage own_message_;
    std::uint64_t next_;
    bool wants_places_ = false;
    std::string begins_with_;  // what is to be told of another run, before all else
    std::uint64_t sent_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace waymark::logrelay
