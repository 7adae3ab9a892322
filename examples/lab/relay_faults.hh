// What a relay does to what passes it, and when. Nothing of it is left to chance: who runs it twice
// sees the same twice.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace waymark::lab {

struct RelayFaults {
    std::chrono::milliseconds delay{0};  // each byte and each datagram comes so much later
    unsigned drop_percent = 0;           // of the datagrams of one client in one direction
    // Of one client, when so many bytes have passed in one direction: nothing more passes in
    // either, not even the end (cut), or both sides are reset. 0 is from the first byte on.
    std::optional<std::uint64_t> cut_after = {};
    std::optional<std::uint64_t> reset_after = {};     // TCP
    std::optional<std::uint64_t> bytes_a_second = {};  // TCP, in one direction
};

// Whether datagram `number`, counted from 1, is lost. Of each hundred that follow one another
// `percent` are, spread evenly: of ten with 30 the 4th, the 7th and the 10th.
bool is_lost(std::uint64_t number, unsigned percent);

// How much of `bytes` still passes in a direction in which `passed` have: up to the next fault.
std::size_t bytes_that_pass(const RelayFaults& faults, std::uint64_t passed, std::size_t bytes);

// How many bytes to move in one piece: what the rate lets through in a twentieth of a second, so
// that a slow way drips and does not gush; at least 1, at most 16 KiB.
std::size_t piece_size(const RelayFaults& faults);

// How long a way is busy with `bytes`; zero without a rate.
std::chrono::nanoseconds time_for(const RelayFaults& faults, std::size_t bytes);

}  // namespace waymark::lab
