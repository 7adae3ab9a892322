#include "net/parting.hh"

#include <array>

#include "daemon/deadline.hh"
#include "net/event_loop.hh"

namespace waymark::net {

Task<void> part_from(Stream& stream, std::chrono::milliseconds patience) {
    stream.shutdown_write();
    const daemon::Deadline deadline = daemon::Deadline::after(patience, stream.loop().now());
    std::array<char, 16'384> unwanted;
    for (std::size_t dropped = 0; dropped < kMostDropped;) {
        const Transfer got = co_await stream.read_some(unwanted, deadline);
        if (got.outcome != Outcome::done) co_return;
        dropped += got.bytes;
    }
}

}  // namespace waymark::net
