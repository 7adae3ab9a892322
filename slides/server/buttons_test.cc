#include "slides/server/buttons.hh"

#include <doctest/doctest.h>

using namespace waymark::slides;

TEST_CASE("buttons are the words between commas") {
    CHECK(parse_buttons("").empty());
    CHECK(parse_buttons("  ").empty());
    CHECK(parse_buttons("slow reader,half-close , end") ==
          std::vector<std::string>{"slow reader", "half-close", "end"});
    CHECK(parse_buttons("a,,b") == std::vector<std::string>{"a", "", "b"});
}

TEST_CASE("buttons that nobody would hear are told") {
    DemoEntry demo;
    demo.name = "9-actors";
    CHECK(fault_of_buttons({}, &demo) == "");
    CHECK(fault_of_buttons({{"buttons", "a, b"}}, &demo) ==
          "buttons for 9-actors, which reads no lines: \"reads_input\" in lesson.json");
    demo.reads_input = true;
    CHECK(fault_of_buttons({{"buttons", "a, b"}}, &demo) == "");
    CHECK(fault_of_buttons({{"buttons", "a,,b"}}, &demo) == "a button without words");
    CHECK(fault_of_buttons({{"buttons", "1,2,3,4,5,6,7,8,9,10"}}, &demo) ==
          "10 buttons; there are keys for 9");
}

TEST_CASE("a button has its line and its key, and no markup of the deck's") {
    CHECK(buttons_html({}, "x") == "");
    const std::string html = buttons_html({{"buttons", "kill -9, <b>\""}}, "x");
    CHECK(html.find("data-line=\"kill -9\" aria-keyshortcuts=\"1\"") != html.npos);
    CHECK(html.find("<b>") == html.npos);
    CHECK(html.find("data-line=\"&lt;b&gt;&quot;\"") != html.npos);
}
