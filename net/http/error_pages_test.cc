#include "net/http/error_pages.hh"

#include <doctest/doctest.h>

#include <fstream>
#include <system_error>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "net/http/writer.hh"

using namespace waymark;
using net::http::ErrorPages;

namespace {

void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a code has its own page, else that of its hundred, else none") {
    const daemon::TemporaryFolder folder;
    put(folder.path() + "/404.html", "<p>lost\n");
    put(folder.path() + "/4xx.html", "<p>wrong\n");
    const ErrorPages pages(folder.path());
    CHECK(pages.size() == 2);
    REQUIRE(pages.find(404) != nullptr);
    CHECK(pages.find(404)->text == "<p>lost\n");
    REQUIRE(pages.find(403) != nullptr);
    CHECK(pages.find(403)->text == "<p>wrong\n");
    CHECK(pages.find(500) == nullptr);
    CHECK(ErrorPages().find(404) == nullptr);
}

TEST_CASE("an answer with an error has its page") {
    const daemon::TemporaryFolder folder;
    put(folder.path() + "/404.html", "<p>lost\n");
    const ErrorPages pages(folder.path());
    std::string out;
    net::http::DateClock clock;
    net::http::Writer writer(out, clock);
    writer.prepare({.pages = &pages});
    writer.error(404);
    CHECK(out.find("Content-Type: text/html; charset=utf-8\r\nContent-Length: 8\r\n") !=
          std::string::npos);
    CHECK(out.ends_with("\r\n\r\n<p>lost\n"));
    out.clear();
    writer.prepare({.is_head = true, .pages = &pages});
    writer.error(404);
    CHECK(out.ends_with("Content-Length: 8\r\n\r\n"));
    out.clear();
    writer.prepare({.pages = &pages});
    writer.error(403);
    CHECK(out.ends_with("\r\n\r\n403 Forbidden\n"));
}

TEST_CASE("a page that is too large, and a directory that is not there, are told") {
    const daemon::TemporaryFolder folder;
    put(folder.path() + "/500.html", std::string(ErrorPages::kLargest, 'x'));
    CHECK(ErrorPages(folder.path()).find(500)->text.size() == ErrorPages::kLargest);
    put(folder.path() + "/500.html", std::string(ErrorPages::kLargest + 1, 'x'));
    CHECK_THROWS_AS(ErrorPages{folder.path()}, daemon::UsageError);
    CHECK_THROWS_AS(ErrorPages{folder.path() + "/none"}, std::system_error);
}
