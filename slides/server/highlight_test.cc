#include "slides/server/highlight.hh"

#include <doctest/doctest.h>

using namespace waymark::slides;
using Lines = std::vector<std::string>;

TEST_CASE("keywords, calls, numbers, strings and comments are coloured; names are not") {
    CHECK(coloured_lines("return f(x, 1'000);") ==
          Lines{"<span class=\"keyword\">return</span> <span class=\"call\">f</span>(x, "
                "<span class=\"number\">1'000</span>);"});
    CHECK(coloured_lines("a = \"b\\\"c\"; // d") ==
          Lines{"a = <span class=\"string\">&quot;b\\&quot;c&quot;</span>; "
                "<span class=\"comment\">// d</span>"});
    CHECK(coloured_lines("returned") == Lines{"returned"});
    CHECK(coloured_lines("#include <poll.h>") ==
          Lines{"<span class=\"directive\">#include &lt;poll.h&gt;</span>"});
}

TEST_CASE("each line closes what it opens") {
    CHECK(coloured_lines("/* a\n   b */ c") ==
          Lines{"<span class=\"comment\">/* a</span>", "<span class=\"comment\">   b */</span> c"});
    CHECK(coloured_lines("R\"(x\ny)\";") == Lines{"<span class=\"string\">R&quot;(x</span>",
                                                  "<span class=\"string\">y)&quot;</span>;"});
}

TEST_CASE("text that is no C++ ends, whatever it is") {
    CHECK(coloured_lines("\"open") == Lines{"<span class=\"string\">&quot;open</span>"});
    CHECK(coloured_lines("/* open") == Lines{"<span class=\"comment\">/* open</span>"});
    CHECK(coloured_lines("'\\") == Lines{"<span class=\"string\">'\\</span>"});
    CHECK(coloured_lines("") == Lines{""});
}
