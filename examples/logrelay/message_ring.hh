// The last messages, each with its number, for clients that come to them at different times. A
// client is a place in the ring: its number is what it is to have next. So a hundred slow clients
// cost no more memory than one, each has as many messages waiting as the ring holds and no more,
// and whoever comes back after a while goes on where he was.
//
// What is added pushes the oldest out. Who was there has lost them, and sees how many.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace waymark::logrelay {

class MessageRing {
  public:
    struct Limits {
        std::size_t messages = 10'000;  // at least 1
        std::size_t bytes =
            16 * 1024 * 1024;  // of their text; the newest is kept whatever its size
    };

    explicit MessageRing(Limits limits) : limits_(limits) {}

    void add(std::string message);

    // The oldest that is here; next() if there is none. The first message ever is number 1.
    std::uint64_t first() const { return next_ - messages_.size(); }
    // The number of the one that will be added next.
    std::uint64_t next() const { return next_; }
    // first() <= number < next(). Stays where it is until it is pushed out.
    const std::string& at(std::uint64_t number) const;

    std::size_t bytes() const { return bytes_; }
    // Of all that were ever added.
    std::uint64_t bytes_added() const { return bytes_added_; }
    const Limits& limits() const { return limits_; }

  private:
    Limits limits_;
    std::deque<std::string> messages_;
    std::size_t bytes_ = 0;
    std::uint64_t bytes_added_ = 0;
    std::uint64_t next_ = 1;
};

}  // namespace waymark::logrelay
