#include "slides/server/prose.hh"

#include <doctest/doctest.h>

using namespace waymark::slides;

TEST_CASE("links are paths of the project, and become addresses of this server") {
    CHECK(address_of_link("../lessons/01-processes/zombie.svg", "slides") ==
          "/files/lessons/01-processes/zombie.svg");
    CHECK(address_of_link("../../daemon/children.cc#L31", "lessons/01-processes") ==
          "/source/daemon/children.cc#L31");
    CHECK(address_of_link("../02-threads/README.md", "lessons/01-processes") ==
          "/lessons/02-threads");
    CHECK(address_of_link("../02-threads/", "lessons/01-processes") == "/lessons/02-threads");
    CHECK(address_of_link("1-zombies.cpp", "lessons/01-processes") ==
          "/source/lessons/01-processes/1-zombies.cpp");
}

TEST_CASE("other links stay as they are") {
    for (const std::string_view link :
         {"#exercise", "/decks/01", "https://www.rfc-editor.org/", ""})
        CHECK(address_of_link(link, "slides") == link);
}

TEST_CASE("raw HTML in a text is shown, not obeyed") {
    const std::string html =
        html_from_markdown("a <script>b</script>\n\n<img onerror=x>\n", "slides");
    CHECK(html.find("<script>") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(html.find("&lt;script&gt;") != std::string::npos);
}

TEST_CASE("what a picture shows may be said in any words") {
    CHECK(html_from_markdown("![belongs to one process](a.svg)\n", "lessons/04-daemonize") ==
          "<p><span class=\"drawing\" role=\"group\" aria-label=\"Picture\" tabindex=\"0\">"
          "<img src=\"/files/lessons/04-daemonize/a.svg\" alt=\"belongs to one "
          "process\"></span></p>\n");
}

TEST_CASE("a picture that is nowhere stays as it was written") {
    CHECK(html_from_markdown("a <img alt=\"b\"> c\n", "slides") == "<p>a <img alt=\"b\"> c</p>\n");
}

TEST_CASE("an answer can be folded away") {
    const std::string html = html_from_markdown(
        "<details><summary>Why?</summary>\n\nBecause.\n\n</details>\n", "slides");
    CHECK(html.find("<details><summary>Why?</summary>") != std::string::npos);
    CHECK(html.find("<p>Because.</p>") != std::string::npos);
    CHECK(html_from_markdown("<details onclick=x>\n", "slides").find("<details") ==
          std::string::npos);
}

TEST_CASE("headings can be linked to, blocks can be scrolled with keys, tables are tables") {
    CHECK(html_from_markdown("## Who `cleans` up?\n", "slides") ==
          "<h2 id=\"who-cleans-up\">Who <code>cleans</code> up?</h2>\n");
    CHECK(html_from_markdown("```\na\n```\n", "slides") ==
          "<pre tabindex=\"0\"><code>a\n</code></pre>\n");
    CHECK(
        html_from_markdown("| a | b |\n| --- | --- |\n| c | d |\n", "slides")
            .starts_with(
                "<div class=\"table\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>"));
}

TEST_CASE("an id is made of the words") {
    CHECK(heading_id("Who cleans up?") == "who-cleans-up");
    CHECK(heading_id("  --  ") == "");
}
