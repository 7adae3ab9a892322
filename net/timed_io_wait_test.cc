// Waiting for a descriptor, by poll() and by select().

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "net/streams_under_test.hh"
#include "net/timed_io.hh"

using namespace waymark::net;
using namespace waymark::daemon;
using namespace std::chrono_literals;

TEST_CASE("poll and select give the same answers") {
    struct Way {
        const char* name;
        Ready (*readable)(const Fd&, Deadline);
        Ready (*writable)(const Fd&, Deadline);
    };
    for (const Way& way : {Way{"poll", wait_readable, wait_writable},
                           Way{"select", wait_readable_by_select, wait_writable_by_select}}) {
        CAPTURE(way.name);
        SocketPair pair = make_socket_pair(SOCK_STREAM);
        CHECK(way.readable(pair.first, short_deadline()) == Ready::timed_out);
        CHECK(way.writable(pair.first, long_deadline()) == Ready::ready);
        put(pair.second, "x");
        // A deadline that has come asks once.
        CHECK(way.readable(pair.first, Deadline::after(0s)) == Ready::ready);
        read_text(pair.first, 1);
        CHECK(way.readable(pair.first, Deadline::after(0s)) == Ready::timed_out);
        // The end is something to read.
        pair.second.reset();
        CHECK(way.readable(pair.first, long_deadline()) == Ready::ready);
        CHECK_THROWS_AS(way.readable(Fd(), long_deadline()), std::system_error);
    }
}

TEST_CASE("a full socket is not writable") {
    SocketPair pair = make_socket_pair(SOCK_STREAM | SOCK_NONBLOCK);
    const std::string text = pattern(100'000);
    while (::write(pair.first.get(), text.data(), text.size()) > 0) continue;
    CHECK(wait_writable(pair.first, short_deadline()) == Ready::timed_out);
    CHECK(wait_writable_by_select(pair.first, short_deadline()) == Ready::timed_out);
}

TEST_CASE("select refuses a descriptor that its set has no place for") {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 2048));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    Pipe pipe = make_pipe();
    const Fd high(::fcntl(pipe.reading.get(), F_DUPFD_CLOEXEC, FD_SETSIZE));
    if (!high) {
        puts("SKIP: descriptors above 1024: the limit of open files is too low");
        return;
    }
    put(pipe.writing, "x");
    try {
        wait_readable_by_select(high, long_deadline());
        FAIL("select took it");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == EINVAL);
        CHECK(std::string_view(error.what()).find("use poll") != std::string_view::npos);
    }
    CHECK(wait_readable(high, long_deadline()) == Ready::ready);
}
