// What people do to devices on the pages.
//
//   POST /api/devices/rename  {"device":1,"name":"alice/phone"}
//        {} (services/device_changes.hh)

#pragma once

#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class DeviceApi {
  public:
    explicit DeviceApi(StoreChanges& changes) : changes_(changes) {}
    DeviceApi(const DeviceApi&) = delete;
    DeviceApi& operator=(const DeviceApi&) = delete;

    void add_routes(Routes& routes);

  private:
    StoreChanges& changes_;
};

}  // namespace waymark::tracker
