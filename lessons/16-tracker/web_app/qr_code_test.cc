#include "web_app/qr_code.hh"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

constexpr int kScale = 4;

// The image, as a bitmap of which each module is kScale wide, in a format that every reader knows
// (pgm(5)). Reads the SVG that is served, so that a fault in the drawing shows.
void draw_code(const std::string& svg, const std::string& file) {
    int size = 0;
    REQUIRE(std::sscanf(svg.c_str() + svg.find("viewBox"), "viewBox=\"0 0 %d", &size) == 1);
    std::vector<std::string> rows(static_cast<std::size_t>(size),
                                  std::string(static_cast<std::size_t>(size), '\xff'));
    for (std::size_t at = svg.find("#000"); (at = svg.find('M', at)) != std::string::npos; ++at) {
        int column = 0;
        int row = 0;
        int width = 0;
        REQUIRE(std::sscanf(svg.c_str() + at, "M%d %dh%d", &column, &row, &width) == 3);
        rows[static_cast<std::size_t>(row)].replace(static_cast<std::size_t>(column),
                                                    static_cast<std::size_t>(width),
                                                    static_cast<std::size_t>(width), '\0');
    }
    std::ofstream image(file, std::ios::binary);
    image << "P5 " << size * kScale << ' ' << size * kScale << " 255\n";
    for (const std::string& row : rows)
        for (int line = 0; line < kScale; ++line)
            for (const char module : row) image << std::string(kScale, module);
}

bool have_reader() {
    return std::system("command -v zbarimg >/dev/null") == 0;
}

std::string read_by_zbar(const std::string& text) {
    const TemporaryFolder folder;
    const std::string file = folder.file("code.pgm");
    draw_code(qr_code_svg(text), file);
    std::FILE* const pipe =
        ::popen(("zbarimg -q --raw --oneshot -Sbinary " + file + " 2>/dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string said;
    for (int c = std::getc(pipe); c != EOF; c = std::getc(pipe)) said += static_cast<char>(c);
    ::pclose(pipe);
    return said;
}

}  // namespace

TEST_CASE("another program reads what the code says") {
    if (!have_reader()) {
        std::cout << "SKIP: QR codes: there is no zbarimg (apt-get install zbar-tools)\n";
        return;
    }
    for (const std::string& text :
         {std::string("http://192.0.2.1:5055/?id=Q7xk2mB9sT4vWz-1LpNe_0"), std::string("x"),
          "owntracks:///config?inline=" + std::string(300, 'e'),
          std::string("\xC3\xBC \xF0\x9F\x98\x80")})
        CHECK(read_by_zbar(text) == text);
    CHECK(read_by_zbar("one text") != "another text");
}

TEST_CASE("what fits into no code is no image") {
    CHECK(qr_code_svg(std::string(5000, 'x')).empty());
    CHECK(qr_code_image(std::string(5000, 'x')).empty());
    CHECK(qr_code_image("x").starts_with("data:image/svg+xml;base64,"));
}

TEST_CASE("the image has nothing of the text in it but squares") {
    const std::string svg = qr_code_svg("<script>alert(1)</script>");
    CHECK(svg.find("script") == std::string::npos);
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
}
