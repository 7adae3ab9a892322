// How people make share links and end them: those who may change the device. To see a device is not
// enough to show it to strangers.
//
//   GET  /api/shares      {"now","shares":[{"share","device","device_name","name","live","battery",
//                         "from","to","ends","made","by","looked":MS or null,"open":true}]}; of the
//                         devices that the viewer may change, the newest first
//   POST /api/shares/add  what services/share_changes.hh takes -> {"share","secret"}
//   POST /api/shares/end  {"share"}; streams that are open end before the answer

#pragma once

#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/account_keeper.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

class ShareApi {
  public:
    struct Parts {
        DatabaseReads& reads;
        AccountKeeper& keeper;
        StoreChanges& changes;
    };

    explicit ShareApi(Parts parts) : parts_(parts) {}
    ShareApi(const ShareApi&) = delete;
    ShareApi& operator=(const ShareApi&) = delete;

    void add_routes(Routes& routes);

  private:
    using Exchange = net::http::Exchange;

    net::Task<> list(Exchange& exchange, Viewer viewer);
    net::http::Completion add(Exchange& exchange, Viewer viewer);
    net::http::Completion end(Exchange& exchange, Viewer viewer);
    net::Task<> change(Exchange& exchange, Viewer viewer, std::string name);

    Parts parts_;
};

}  // namespace waymark::tracker
