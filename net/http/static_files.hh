// Serves the files of a directory: GET and HEAD, conditional requests, ranges, index.html for a
// directory (RFC 9110, 13 and 14). What is not there is 404; what may not be read is 403. A name
// that begins with a dot is as if it were not there, ".well-known" at the top excepted (RFC 8615):
// ".git" and ".env" lie in folders that were meant to be served without them.

#pragma once

#include <string>
#include <string_view>

#include "net/http/document_root.hh"
#include "net/http/exchange.hh"
#include "net/http/writer.hh"

namespace waymark::net::http {

class StaticFiles {
  public:
    struct Settings {
        // With every answer, errors excepted: Cache-Control, Content-Security-Policy, ...
        FieldBlock fields;
        // "a.js.gz" beside "a.js" is sent in its place to those who take gzip. Each such answer
        // looks at both.
        bool precompressed = false;
        bool dotfiles = false;  // serve them, too
    };

    // Throws std::system_error if the directory cannot be opened.
    StaticFiles(const std::string& directory, Settings settings);

    // Answers with the file of the request's path.
    Completion operator()(Exchange& exchange);
    // Answers with the file of `path`, percent-encoded: where the files begin below some prefix.
    void answer(Exchange& exchange, std::string_view path);

  private:
    struct Choice {
        DocumentRoot::Found found;
        bool is_compressed = false;
    };
    Choice choose(const Request& request, std::string_view path);
    void redirect_to_directory(Exchange& exchange) const;
    void answer_document(Exchange& exchange, const Choice& choice, std::string_view path) const;
    void begin(Exchange& exchange, int status, const Choice& choice) const;

    DocumentRoot root_;
    Settings settings_;
};

}  // namespace waymark::net::http
