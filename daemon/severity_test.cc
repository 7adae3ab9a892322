#include "daemon/severity.hh"

#include <doctest/doctest.h>

using namespace waymark::daemon;

TEST_CASE("severities have the numbers and names of the standard") {
    CHECK(static_cast<int>(Severity::emergency) == 0);
    CHECK(static_cast<int>(Severity::debug) == 7);
    CHECK(name_of(Severity::warning) == "warning");
    CHECK(severity_from("warning") == Severity::warning);
    CHECK_FALSE(severity_from("Warning"));
    CHECK_FALSE(severity_from(""));
}
