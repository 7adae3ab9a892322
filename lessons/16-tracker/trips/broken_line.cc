#include "trips/broken_line.hh"

#include <sys/socket.h>

#include <cstddef>

#include "daemon/error.hh"
#include "net/timed_io.hh"

namespace waymark::tracker {

Break choose_break(Random& random) {
    constexpr Break kAll[] = {Break::close_in_request, Break::reset_in_request,
                              Break::close_before_answer, Break::reset_before_answer,
                              Break::close_in_answer};
    return kAll[random() % std::size(kAll)];
}

void send_and_break(daemon::Fd connection, std::string_view request, Break how, Random& random,
                    daemon::Deadline deadline) {
    const bool in_request = how == Break::close_in_request || how == Break::reset_in_request;
    const std::size_t size = in_request ? random() % request.size() : request.size();
    // The server may have closed first; then the line is as broken as it should be.
    net::write_all(connection, request.substr(0, size), deadline);
    if (how == Break::close_in_answer) {
        std::byte first_bytes[8];
        net::read_some(connection, first_bytes, deadline);
    }
    if (how == Break::reset_in_request || how == Break::reset_before_answer) {
        const linger at_once{1, 0};
        daemon::check(
            ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
            "setsockopt SO_LINGER");
    }
}

}  // namespace waymark::tracker
