#include "services/hook_status.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::tracker::status_in;

TEST_CASE("a status is found in what has come so far") {
    const std::string whole = "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\n\r\n";
    for (std::size_t size = 0; size < whole.size() - 2; ++size)
        CHECK(status_in(std::string_view(whole).substr(0, size)) == 0);
    CHECK(status_in(whole) == 201);
    CHECK(status_in("HTTP/1.1 200 OK\n") == 200);
    CHECK(status_in("HTTX") == -1);
    CHECK(status_in("\r\n") == -1);
}
