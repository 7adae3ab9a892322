#include "slides/server/code_html.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "daemon/folder_under_test.hh"

using namespace waymark::slides;

namespace {

// A checkout with one source.
struct Checkout {
    Checkout() {
        std::filesystem::create_directories(path / "daemon");
        std::ofstream(path / "daemon/a.cc") << "// a\n"
                                               "    //#region outer\n"
                                               "    int first;  //@ 1 2\n"
                                               "    //#region inner\n"
                                               "      int second;  //@ 2\n"
                                               "    //#endregion inner\n"
                                               "    int < third;\n"
                                               "    //#endregion outer\n";
        std::ofstream(path / "secret.cc") << "//#region all\nx\n//#endregion all\n";
    }
    waymark::daemon::TemporaryFolder folder;
    std::filesystem::path path = folder.path();
};

CodeReference reference(std::string file, std::string region) {
    return {std::move(file), std::move(region)};
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("lines have the numbers of the file, also behind the marks of inner regions") {
    const Checkout checkout;
    ProjectFiles files(checkout.path);
    const std::string html = code_html(reference("daemon/a.cc", "outer"), files);
    CHECK(contains(html, "data-begins=\"1, 2\"><span class=\"keyword\">int</span> first;"));
    CHECK(contains(html, "data-steps=\"2\">  <span class=\"keyword\">int</span> second;"));
    CHECK(contains(html, "data-number=\"7\"><span class=\"keyword\">int</span> &lt; third;"));
    CHECK(contains(html, "href=\"/source/daemon/a.cc#L3\">daemon/a.cc:3–7<"));
    CHECK_FALSE(contains(html, "#region"));
}

TEST_CASE("a region of one line is named by one number") {
    const Checkout checkout;
    ProjectFiles files(checkout.path);
    const std::string html = code_html(reference("daemon/a.cc", "inner"), files);
    CHECK(contains(html, "daemon/a.cc:5<"));
    CHECK(contains(html, "aria-label=\"daemon/a.cc, line 5\""));
}

TEST_CASE("steps are marks for the page's script, and the marks of the source are not shown") {
    const Checkout checkout;
    ProjectFiles files(checkout.path);
    const std::string html = code_html(reference("daemon/a.cc", "outer"), files);
    CHECK(contains(html, "data-number=\"3\" data-steps=\"1 2\" data-begins=\"1, 2\""));
    CHECK(contains(html, "data-number=\"5\" data-steps=\"2\">"));
    CHECK(contains(html,
                   "<span class=\"step\" data-step=\"1\"></span>"
                   "<span class=\"step\" data-step=\"2\"></span>"));
    CHECK_FALSE(contains(html, "//@"));
    CHECK_FALSE(contains(source_html("daemon/a.cc", *files.read("daemon/a.cc")), "//@"));
}

TEST_CASE("what is gone is told, and stands on the slide") {
    const Checkout checkout;
    ProjectFiles files(checkout.path);
    CHECK(fault_of(reference("daemon/a.cc", "outer"), files).empty());
    CHECK(contains(fault_of(reference("daemon/a.cc", "gone"), files), "no region 'gone'"));
    CHECK(fault_of(reference("daemon/b.cc", "outer"), files) ==
          "there is no file daemon/b.cc that a slide may show");
    std::ofstream(checkout.path / "daemon/c.cc")
        << "//#region c\nint a;  //@ 1..\n//#endregion c\n";
    CHECK(fault_of(reference("daemon/c.cc", "c"), files) ==
          "daemon/c.cc: line 2: step 1 has no end (//@ ..1)");
    CHECK(contains(code_html(reference("daemon/a.cc", "gone"), files), "class=\"fault\""));
}

TEST_CASE("what has no room in letters that can be read is a fault, and a wide line is broken") {
    const Checkout checkout;
    const auto with = [&](std::string_view line, int rows) {
        std::ofstream file(checkout.path / "daemon/d.cc");
        file << "//#region d\n";
        for (int i = 0; i < rows; ++i) file << line << "\n";
        file << "//#endregion d\n";
        file.close();
        ProjectFiles files(checkout.path);
        return fault_of(reference("daemon/d.cc", "d"), files);
    };
    const std::string word(45, 'x');
    CHECK(with("int a;", 20).empty());
    CHECK(contains(with("int a;", 21), "daemon/d.cc#d has 21 rows, and 20 have room"));
    CHECK(with(word + " " + word, 10).empty());
    CHECK(contains(with(word + " " + word, 11), "has 22 rows"));
    CHECK(contains(with(word + word, 1), "daemon/d.cc:2 has 90 columns, and 85 have room"));
    ProjectFiles files(checkout.path);
    with(word + " " + word, 1);
    CHECK(contains(code_html(reference("daemon/d.cc", "d"), files), "data-number=\"\">    x"));
}

TEST_CASE("a comment of which the slide would break one line of several is a fault") {
    const Checkout checkout;
    const auto fault = [&](std::string_view body) {
        std::ofstream(checkout.path / "daemon/e.cc") << "//#region e\n"
                                                     << body << "//#endregion e\n";
        ProjectFiles files(checkout.path);
        return fault_of(reference("daemon/e.cc", "e"), files);
    };
    const std::string wide = "// " + std::string(70, 'x') + " and more words\n";
    CHECK(
        fault(wide + "// go on.\n") ==
        "daemon/e.cc:2 is a comment that goes on below, and 85 columns have room: break it there");
    CHECK(fault(wide + "int a;\n").empty());
    CHECK(fault("// short\n" + wide + "int a;\n").empty());
    CHECK(fault("int " + std::string(30, 'b') + ";  // " + std::string(55, 'x') +
                "\n// of another thing\n")
              .empty());
}

TEST_CASE("in a learner's copy the part that is to be written is no fault") {
    const Checkout checkout;
    std::ofstream(checkout.path / "daemon/b.cc") << "//#region exercise-01\n// Write this.\n"
                                                    "//#endregion exercise-01\n";
    const CodeReference inner = reference("daemon/b.cc", "reap");
    ProjectFiles original(checkout.path);
    CHECK(contains(fault_of(inner, original), "no region 'reap'"));
    std::ofstream(checkout.path / "HANDOUT.md") << "a copy\n";
    ProjectFiles copy(checkout.path);
    CHECK(fault_of(inner, copy).empty());
    CHECK(contains(code_html(inner, copy), "It is the exercise of lesson 01, and yours to write"));
    CHECK(contains(fault_of(reference("daemon/a.cc", "gone"), copy), "no region 'gone'"));
}

TEST_CASE("only the course's own texts may be shown") {
    const Checkout checkout;
    ProjectFiles files(checkout.path);
    CHECK(files.read("daemon/a.cc").has_value());
    for (const std::string_view path :
         {"secret.cc", "daemon/../secret.cc", "/etc/passwd", "daemon/.hidden.cc", "daemon/a.o",
          "daemon//a.cc", "daemon/%61.cc", ""})
        CHECK_FALSE(files.read(path).has_value());
}
