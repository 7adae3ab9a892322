// Pages for errors, from a directory: "404.html" is what is sent with 404, and "4xx.html" with each
// code from 400 to 499 that has no page of its own. Read once, at the start and when the
// configuration is read again: an error must not depend on a file that may be the error.

#pragma once

#include <map>
#include <string>
#include <string_view>

namespace waymark::net::http {

class ErrorPages {
  public:
    static constexpr std::size_t kLargest = 64 * 1024;  // bytes of one page

    struct Page {
        std::string_view content_type;
        std::string text;
    };

    // None.
    ErrorPages() = default;
    // Those that lie in the directory. Throws std::system_error if it, or a page in it, cannot be
    // read, and daemon::UsageError for a page that is too large.
    explicit ErrorPages(const std::string& directory);

    // The page for this status; null if there is none.
    const Page* find(int status) const;
    std::size_t size() const { return pages_.size(); }

  private:
    std::map<std::string, Page, std::less<>> pages_;  // "404", "4xx"
};

}  // namespace waymark::net::http
