// The pages: files from the site folder, under short addresses.

#pragma once

#include <string>
#include <string_view>

#include "net/http/exchange.hh"
#include "net/http/static_files.hh"
#include "web_app/routes.hh"

namespace waymark::tracker {

class Pages {
  public:
    // Throws std::system_error if the folder cannot be opened.
    explicit Pages(const std::string& site);

    void add_routes(Routes& routes);

  private:
    void add(Routes& routes, std::string_view address, std::string file);
    // 403, in words that a person reads.
    net::http::Completion refuse(net::http::Exchange& exchange) const;
    net::http::Completion answer(net::http::Exchange& exchange, std::string_view path);

    net::http::StaticFiles files_;
    std::string for_admins_only_;  // admins-only.html, as it was at the start
};

}  // namespace waymark::tracker
