#include "web_app/device_api.hh"

#include <utility>

namespace waymark::tracker {

namespace {

constexpr std::size_t kLongestRequest = 4096;

}  // namespace

void DeviceApi::add_routes(Routes& routes) {
    routes.admin_post("/api/devices/rename", kLongestRequest,
                      [this](net::http::Exchange& exchange, Viewer viewer) {
                          return net::http::Completion(
                              changes_.answer(exchange, std::move(viewer), "device.rename"));
                      });
}

}  // namespace waymark::tracker
