#include "net/http/listing.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/folder_under_test.hh"

using namespace waymark;
using net::http::list_directory;

namespace {

struct Listed {
    daemon::TemporaryFolder folder;

    void put(const std::string& name, std::size_t size = 1) const {
        std::ofstream(folder.file(name)) << std::string(size, 'x');
    }
    std::string page(std::string_view path = "/dir/") const {
        return list_directory(daemon::Fd(::open(folder.path().c_str(), O_PATH | O_CLOEXEC)), path);
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("directories come first, then files, each in the order of their names") {
    const Listed listed;
    listed.put("b.txt", 2000);
    listed.put("a.txt", 10);
    std::filesystem::create_directory(listed.folder.file("z"));
    const std::string page = listed.page();
    const std::size_t z = page.find("<a href=\"./z/\">z/</a>");
    const std::size_t a = page.find("<a href=\"./a.txt\">a.txt</a><td>10 B<td>20");
    const std::size_t b = page.find("<a href=\"./b.txt\">b.txt</a><td>2.0 KiB<td>20");
    CHECK(z < a);
    CHECK(a < b);
    CHECK(b != std::string::npos);
    CHECK(has(page, "<a href=\"../\">"));
    CHECK_FALSE(has(listed.page("/"), "<a href=\"../\">"));
}

TEST_CASE("a name is text in the page, and no part of it") {
    const Listed listed;
    listed.put("<script>\"'&.txt");
    listed.put("a:b #?%.txt");
    listed.put("line\nend");
    const std::string page = listed.page("/<b>/");
    CHECK_FALSE(has(page, "<script>"));
    CHECK_FALSE(has(page, "<b>"));
    CHECK(has(page, "./%3Cscript%3E%22%27%26.txt\">&lt;script&gt;&quot;'&amp;.txt</a>"));
    CHECK(has(page, "\"./a%3Ab%20%23%3F%25.txt\">a:b #?%.txt</a>"));
    CHECK(has(page, "./line%0Aend\">line?end</a>"));
    CHECK(has(page, "<title>/&lt;b&gt;/</title>"));
}

TEST_CASE("what is hidden, and what is no file, is not listed") {
    const Listed listed;
    listed.put(".secret");
    std::filesystem::create_symlink("/no/such/file", listed.folder.file("dangling"));
    REQUIRE(::mkfifo(listed.folder.file("fifo").c_str(), 0600) == 0);
    const std::string page = listed.page();
    for (const char* name : {".secret", "dangling", "fifo"}) CHECK_FALSE(has(page, name));
}

TEST_CASE("a page has an end, however many files there are") {
    const Listed listed;
    for (std::size_t i = 0; i <= net::http::kMostListed; ++i) listed.put(std::to_string(i), 0);
    CHECK(has(listed.page(), "<p>The first 5000 names."));
}
