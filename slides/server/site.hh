// Everything that the server answers: pages, the files that they load, pictures of lessons, printed
// decks, and runs. Only requests that name this machine are answered at all.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/http/exchange.hh"
#include "net/http/router.hh"
#include "net/http/static_files.hh"
#include "net/http/writer.hh"
#include "slides/server/pages.hh"
#include "slides/server/request_guard.hh"

namespace waymark::slides {

// What a browser may do with these pages: load from here only, and run no inline script but that of
// the speaker's window (Content Security Policy Level 3, W3C).
net::http::FieldBlock security_fields();

class Site {
  public:
    // `assets` is the folder that the build has assembled. `pages` and `guard` must outlive this
    // object. Throws std::system_error if a folder cannot be opened.
    Site(const std::string& assets, const Pages& pages, const Manifest& manifest,
         const RequestGuard& guard);

    void add_routes(net::http::Router& router);

  private:
    using Answer = std::function<void(net::http::Exchange&)>;
    void add(net::http::Router& router, std::string_view pattern, Answer answer);
    void answer_deck(net::http::Exchange& exchange);
    void answer_handout(net::http::Exchange& exchange);
    void answer_students(net::http::Exchange& exchange);
    void answer_text(net::http::Exchange& exchange);
    void answer_source(net::http::Exchange& exchange);
    void answer_picture(net::http::Exchange& exchange);
    void answer_printed(net::http::Exchange& exchange);

    net::http::StaticFiles assets_;
    const Pages& pages_;
    const Manifest& manifest_;
    const RequestGuard& guard_;
};

}  // namespace waymark::slides
