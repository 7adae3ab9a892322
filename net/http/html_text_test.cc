#include "net/http/html_text.hh"

#include <doctest/doctest.h>

using namespace waymark::net::http;

TEST_CASE("what is escaped opens no tag and ends no attribute") {
    CHECK(escaped("<script>alert(\"x & y\")</script>") ==
          "&lt;script&gt;alert(&quot;x &amp; y&quot;)&lt;/script&gt;");
    CHECK(escaped("plain") == "plain");
}
