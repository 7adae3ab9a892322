// What a person can set: the same names as options of `tracker serve` and as keys of its
// configuration file. Everything here has been checked once it is a Settings; nobody after that
// parses a text again.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/severity.hh"
#include "first_link.hh"
#include "net/access_list.hh"
#include "net/address.hh"

namespace waymark::tracker {

// What may change while the server runs (`tracker reload`). Addresses, users and processes may not:
// they take a new start.
struct ReloadableSettings {
    std::string log_level = "info";
    std::vector<std::string> access_devices;  // rules, net/access_list; none: everybody
    std::vector<std::string> access_web;
    std::string tiles;              // somebody's map pictures (map/tile_url.hh); none: no pictures
    std::string tiles_attribution;  // whose they are; empty: what follows from the host
    std::vector<std::string> trusted_proxies;   // web_app/request_origin
    std::vector<std::string> web_names;         // under which people reach the web app, no ports
    unsigned max_connections = 512;             // of each thread of a receiver, and of the web app
    unsigned max_connections_per_address = 32;  // an IPv4 address or an IPv6 /64
    unsigned header_timeout_s = 10;  // from the first byte of a request to the end of its head
    unsigned body_timeout_s = 60;
    unsigned send_timeout_s = 10;   // without any progress
    unsigned idle_timeout_s = 15;   // between two requests
    unsigned max_import_mb = 2048;  // of a file that is given to a page

    // As lines "key=value", for the channel to a service, and back.
    std::string to_text() const;
    static ReloadableSettings from_text(std::string_view text);

    // Throws UsageError that names the key and what is wrong with its value.
    void validate() const;
    daemon::Severity level() const;
    std::uint64_t longest_import() const { return std::uint64_t{max_import_mb} * 1'000'000; }
    net::AccessList devices_access_list() const;
    net::AccessList web_access_list() const;
    // Throws UsageError for what is no name of a host, or is more than a name.
    void require_names() const;

    friend bool operator==(const ReloadableSettings&, const ReloadableSettings&) = default;
};

struct Settings {
    std::string data;   // the folder with everything that is kept
    std::string store;  // where its database is (store/store_location.hh); empty: as it remembers
    std::vector<std::string> listen_devices = {"127.0.0.1:5055"};
    std::vector<std::string> listen_devices_tls = {};  // by TLS, with the web app's certificate
    std::vector<std::string> listen_nmea = {};         // TCP and UDP at each; none: nobody is heard
    std::vector<std::string> listen_web = {"127.0.0.1:8080"};
    std::string web_certificate;  // PEM files; empty: nobody is served by TLS
    std::string web_key;
    // The port for phones as phones reach it, such as https://home.example; "" where only the page
    // can guess. Without a slash at its end.
    std::string public_devices_url;
    std::string metrics_token;  // whoever shows it may read /metrics; none: admins only
    std::string site;  // the folder with the pages; found beside the program unless said otherwise
    std::string map;   // a file with the streets (map/map_file.hh); none: there are no streets
    // To call (services/call_target.hh), or nothing.
    std::string mqtt, mqtt_user, mqtt_password;
    std::string mqtt_authority;  // PEM: which brokers are believed; empty: as the system does
    std::string mqtt_client = "waymark";  // the broker keeps our session under this name
    std::string gpsd;
    std::string gpsd_device = "gpsd";  // the identifier of the device that is there
    // Networks to which web hooks may go (services/web_hook_networks.hh); none: there are none.
    std::vector<std::string> web_hooks;
    // To send each fix on to: addresses of other servers for devices, such as
    // http://192.0.2.1:5055.
    std::vector<std::string> forward;
    std::string forward_authority;  // PEM: whose https servers are believed; empty: the system's
    std::string user;               // to become after the ports are bound, when started as root
    std::string log;  // "stderr", "syslog" or a file; empty: stderr in the foreground, else a file
    unsigned receivers = 1;  // processes that hear phones
    unsigned threads = 1;    // in each of them, every one with an event loop; 256 in all at most
    bool foreground = false;
    bool one_process = false;
    bool demo = false;  // made-up devices, in a folder of their own (store/demo_folder)
    ReloadableSettings reloadable;
    FirstLink first_link;  // nobody sets it: made at each start (serve())

    // Each by itself, as a file is read line by line; and what only all of them show: both of
    // certificate and key, a certificate where devices are heard by TLS, and a web app that other
    // machines can reach is not plain HTTP for everybody. Throw UsageError.
    void validate() const;
    void validate_together() const;
    std::vector<net::Address> device_addresses() const;
    std::vector<net::Address> device_tls_addresses() const;
    std::vector<net::Address> nmea_addresses() const;
    bool calls_out() const {
        return !mqtt.empty() || !gpsd.empty() || !web_hooks.empty() || !forward.empty();
    }
    // Of mqtt, gpsd and forward.
    std::vector<std::uint16_t> ports_to_call() const;
    std::vector<net::Address> web_addresses() const;
    bool web_is_secured() const { return !web_certificate.empty(); }
    // Whether other machines can connect to the web app.
    bool web_is_beyond_loopback() const;

    // The keys of what differs in `other` and takes a new start, as "receivers, threads"; "" if
    // nothing.
    std::string changes_that_need_a_start(const Settings& other) const;

    // Of the database: a path or a URL. Throws UsageError.
    std::string store_location() const;
    std::string pid_file_path() const { return data + "/tracker.pid"; }
    std::string control_path() const { return data + "/control.sock"; }
};

// What was read for `tracker reload`.
struct ReadAgain {
    ReloadableSettings settings;
    std::string needs_start;  // changes_that_need_a_start
};

}  // namespace waymark::tracker
