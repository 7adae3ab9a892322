// Cases of lesson 09 want a port twice, or at both families. On a machine with other programs each
// port that the kernel offers first may be taken; a right answer must not be blamed for it.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <vector>

#include "net/port_under_test.hh"

namespace {

// What the case ends with beside programs that have every odd port at IPv4.
int run_beside_others(const char* name) {
    const std::vector<waymark::daemon::Fd> taken = waymark::net::take_odd_ports(40000, 40063);
    const pid_t check = ::fork();
    if (check == 0) {
        ::execl(SERVERS_CHECK, SERVERS_CHECK, name, nullptr);
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(check, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

TEST_CASE("a right answer passes also where the ports that are offered first are taken") {
    for (const char* name : {"which families is said and not left to the system",
                             "a server starts again on a port with connections in TIME_WAIT",
                             "an address in use is refused at once with its advice"}) {
        CAPTURE(name);
        const std::optional<int> seen =
            waymark::net::in_own_network("40000 40063", [name] { return run_beside_others(name); });
        CHECK(seen.value_or(0) == 0);
    }
}
