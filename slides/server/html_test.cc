#include "slides/server/html.hh"

#include <doctest/doctest.h>

using namespace waymark::slides;

TEST_CASE("what is escaped opens no tag and ends no attribute") {
    CHECK(escaped("<script>alert(\"x & y\")</script>") ==
          "&lt;script&gt;alert(&quot;x &amp; y&quot;)&lt;/script&gt;");
    CHECK(escaped("plain") == "plain");
}
