#include "formats/xml_events.hh"

#include <doctest/doctest.h>

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/error.hh"

using namespace waymark::tracker;

namespace {

struct Told final : XmlHandler {
    std::string events;
    void begin(std::string_view name, const XmlAttributes& attributes) override {
        events += "<" + std::string(name);
        if (const auto id = attributes.find("id")) events += "=" + std::string(*id);
        if (name == "throw") throw std::logic_error("the handler's own");
    }
    void text(std::string_view part) override { events += part; }
    void end(std::string_view) override { events += ">"; }
};

// What was told, or why it was refused.
std::string told_of(std::string_view text, std::size_t part = 7) {
    Told told;
    XmlEvents xml(told);
    try {
        for (; !text.empty(); text.remove_prefix(std::min(part, text.size())))
            xml.read(text.substr(0, part));
        xml.end();
    } catch (const waymark::daemon::UsageError& error) {
        return error.what();
    }
    return told.events;
}

std::string utf16(std::string_view ascii) {
    std::string bytes = "\xFF\xFE";
    for (const char c : ascii) (bytes += c) += '\0';
    return bytes;
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("elements are told without their prefixes, in UTF-8 and in other encodings") {
    CHECK(told_of("<a:b id='7'><c>x &amp; y</c></a:b>") == "<b=7<cx & y>>");
    CHECK(told_of(utf16("<?xml version='1.0' encoding='UTF-16'?><a>\xE4</a>")) == "<a\xC3\xA4>");
    CHECK(told_of("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>") == "<a\xC3\xA4>");
    CHECK(told_of("\xEF\xBB\xBF<a/>") == "<a>");
    CHECK(told_of("<a><![CDATA[<&]]></a>") == "<a<&>");
}

TEST_CASE("what is broken is refused with its line") {
    CHECK(has(told_of("<a>\n<b>\n</a>"), "line 3: broken XML: mismatched tag"));
    CHECK(has(told_of("<a>\n"), "line 2: broken XML: no element found"));
    CHECK(has(told_of(""), "line 1: broken XML: no element found"));
    CHECK(has(told_of("<a>\xE4</a>"), "broken XML: not well-formed"));
    CHECK(has(told_of("<?xml version='1.0' encoding='klingon'?><a/>"), "unknown encoding"));
}

TEST_CASE("entities are not declared, nesting has an end, and so has a tag") {
    const std::string bomb =
        "<!DOCTYPE a [<!ENTITY b 'bbbbbbbbbb'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><a>&c;</a>";
    CHECK(has(told_of(bomb), "declares entities"));
    CHECK(has(told_of("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
              "declares entities"));
    // A declared type alone does no harm, and nothing is loaded for it.
    CHECK(told_of("<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a/>") == "<a>");
    CHECK(has(told_of("<a>&b;</a>"), "undefined entity"));
    // Nor what else can be declared: each of the many <b/> would have all of these attributes.
    CHECK(has(told_of("<!DOCTYPE a [<!ATTLIST b c CDATA 'x' d CDATA 'x'>]><a><b/><b/></a>"),
              "declares entities or the like"));
    CHECK(has(told_of(repeated("<a>", XmlEvents::kDeepest + 1)), "nested too deep"));
    CHECK(told_of(repeated("<a>", XmlEvents::kDeepest) + repeated("</a>", XmlEvents::kDeepest))
              .size() == 3 * XmlEvents::kDeepest);
    CHECK(has(told_of("<a b='" + std::string(XmlEvents::kLongestTag * 4, 'x'), 1 << 18),
              "a tag does not end"));
    // Text is handed on as it comes, so it may be as long as it likes.
    const std::string long_text(XmlEvents::kLongestTag * 4, 'x');
    CHECK(told_of("<a>" + long_text + "</a>", 1 << 18).size() == long_text.size() + 3);
}

TEST_CASE("a long tag that comes byte by byte is not looked at from its beginning each time") {
    // That would be 34 GB to look at.
    CHECK(told_of("<a b='" + std::string(1 << 18, 'x') + "'/>", 1) == "<a>");
    CHECK(told_of("<a>\n<b c='" + std::string(1 << 18, 'x'), 1) ==
          "line 2: broken XML: unclosed token");
}

TEST_CASE("names that are all different take no more memory than other files") {
    const auto different = [](const char* form) {
        std::string text = "<a>";
        for (int i = 0; i < 500'000; ++i) text += fmt::format(fmt::runtime(form), i);
        return text + "</a>";
    };
    for (const char* const form : {"<b{}/>", "<b c{}=''/>"})
        CHECK(has(told_of(different(form), 4096), "line 1: more names"));
    // The controls: as many elements of one name, and many files after each other.
    CHECK(told_of(different("<b c='{}'/>"), 4096).size() == 500'000 * 3 + 3);
    for (int i = 0; i < 50; ++i)
        CHECK(has(told_of("<a b='" + std::string(XmlEvents::kLongestTag / 2, 'x') + "'/>", 1 << 18),
                  "<a>"));
}

TEST_CASE("what the handler throws comes out, and not through C") {
    Told told;
    XmlEvents xml(told);
    CHECK_THROWS_AS(xml.read("<a><throw/><b/></a>"), std::logic_error);
    CHECK(told.events == "<a<throw");
}
