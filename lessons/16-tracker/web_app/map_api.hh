// What lies under the tracks: streets from a file of ours, pictures of another server, or nothing
// but the outline of the world.
//
//   GET /api/map                      {"streets":{"url"},"tiles":{"url","attribution"},"problem"};
//                                     each may be missing. A problem is why there are no streets;
//                                     admins are told of the file by its name.
//   GET /api/map/streets.pmtiles[?v]  the file, also by parts (RFC 9110, 14). With ?v=VERSION only
//                                     that state of it, 410 once another one is there: such an
//                                     answer may be kept for ever, and a page that reads a map by
//                                     parts never gets parts of two.

// Those who have a share link get the same from /api/shared/map and /api/shared/streets.pmtiles.

#pragma once

#include <string>
#include <string_view>

#include "net/http/exchange.hh"
#include "settings.hh"
#include "web_app/routes.hh"

namespace waymark::tracker {

class MapApi {
  public:
    // `map` is a path, or empty.
    MapApi(std::string map, const ReloadableSettings& settings);

    void add_routes(Routes& routes);
    void reload(const ReloadableSettings& settings);

    // Where the pages may load pictures from: "" or an origin.
    const std::string& picture_origin() const { return picture_origin_; }

  private:
    net::http::Completion describe(net::http::Exchange& exchange, std::string_view streets_path,
                                   bool is_admin) const;
    // `none` is said where there is no map.
    net::http::Completion streets(net::http::Exchange& exchange, std::string_view none) const;

    std::string map_;
    std::string tiles_json_;  // "" or a member of the description
    std::string picture_origin_;
};

}  // namespace waymark::tracker
