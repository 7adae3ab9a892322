// The end of a conversation whose last word the peer is to read. close(2) with bytes unread makes
// the kernel send a reset (RFC 1122, section 4.2.2.13), and a reset takes what was sent last from a
// peer that has not read it yet. So: no more from us, then a look at what still comes, and no
// longer than a bound.

#pragma once

#include <chrono>
#include <cstddef>

#include "net/stream.hh"
#include "net/task.hh"

namespace waymark::net {

// So many bytes of a peer that does not stop are read and dropped, and then one read's.
inline constexpr std::size_t kMostDropped = 16 * 1024 * 1024;

// Ends our side, then reads and drops until the peer ends, for `patience` at most. The stream stays
// open; it must live until then, and nothing else may read from it.
Task<void> part_from(Stream& stream, std::chrono::milliseconds patience = std::chrono::seconds(1));

}  // namespace waymark::net
