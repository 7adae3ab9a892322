// The devices for their page. What is read is read here; to change something the web app asks the
// store, which alone writes (services/device_changes.hh has the arguments).
//
//   GET  /api/devices/details       {"now":MS,"devices":[...],"refused":[...],"phones":{...}}
//                                   (web_app/device_readings.hh); "phones" is how the port for them
//                                   is reached:
//                                   {"url":"","port":5055,"tls_port":0,"is_local":true}
//   GET  /api/devices/{}/count      {"fixes":10000000}
//   GET  /api/devices/{}/retention?days=30   what would go if so many days were kept:
//                                   {"before":MS,"positions":7,"hidden":1,"quarantined":2}; the
//                                   hidden ones are among the positions
//   GET  /api/devices/{}/thinning?days=30&minutes=10   what would go if older ones were thinned
//   out:
//                                   {"before":MS,"go":7,"stay":2}
//   POST /api/devices/setup         {"device":1,"url":"http://192.0.2.1:5055","token":"..."}: what
//                                   to type into each app; the token only if it is known. By POST,
//                                   so that it is in no address
//   POST /api/devices/add, rename, token, add_identifier, remove_identifier, share, retention,
//        thinning, remove
//
// Who was refused is kept in memory, so it begins with the start of the server.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "services/refusal_list.hh"
#include "services/service.hh"
#include "web_app/database_reads.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"

namespace waymark::tracker {

struct PhonePort {
    std::string url;             // as a person has set it; "": the page guesses
    std::uint16_t port = 0;      // where the server listens
    std::uint16_t tls_port = 0;  // where it does by TLS, or 0
    bool is_local = true;        // for this machine only
    std::string mqtt;            // HOST:PORT of the broker that is asked, or ""
    std::string nmea_port{};     // "" where NMEA is not heard
};
// As far as that is known where the web app starts.
PhonePort phone_port_of(const ServiceStart& start);

class DeviceApi {
  public:
    struct Parts {
        DatabaseReads& reads;
        StoreChanges& changes;
        PhonePort phones;
        bool is_demo = false;  // then no device of a person is added
    };

    explicit DeviceApi(Parts parts) : parts_(std::move(parts)) {}
    DeviceApi(const DeviceApi&) = delete;
    DeviceApi& operator=(const DeviceApi&) = delete;

    void add_routes(Routes& routes);
    // What the receivers say (services/refusal_messages).
    void hear_refused(std::string_view message);

    static constexpr std::size_t kMostRefused = 256;

  private:
    struct SetupQuestion;
    static SetupQuestion read_question(std::string_view body, const PhonePort& phones);
    static std::optional<std::string> read_setups(Reader& reader, SetupQuestion& question);

    net::Task<> details(net::http::Exchange& exchange, Viewer viewer);
    net::Task<> count(net::http::Exchange& exchange, Viewer viewer);
    // About one device, if the query is right: `read` gives JSON, or nothing if it is not there.
    using ReadDevice = std::function<std::string(Reader&, DeviceNumber)>;
    net::Task<> preview(net::http::Exchange& exchange, std::string problem, ReadDevice read);
    net::Task<> preview_retention(net::http::Exchange& exchange);
    net::Task<> preview_thinning(net::http::Exchange& exchange);
    net::Task<> setup(net::http::Exchange& exchange, Viewer viewer);
    void add_change(Routes& routes, std::string_view name);

    Parts parts_;
    RefusalList refused_{kMostRefused};
};

}  // namespace waymark::tracker
