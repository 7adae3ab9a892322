// The web app: what people look at. It reads the database and does not write it, hears from the
// store what has become durable, and serves pages, data and the live stream to those who are logged
// in, by TLS or through a proxy where others could read along. The event loop never touches the
// database and hashes no password; threads do.

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "daemon/error.hh"
#include "net/event_loop.hh"
#include "services/configured_server.hh"
#include "services/served_tls.hh"
#include "services/service.hh"
#include "services/service_control.hh"
#include "trips/demo_devices.hh"
#include "unix_time.hh"
#include "version.hh"
#include "web_app/account_api.hh"
#include "web_app/account_keeper.hh"
#include "web_app/answers.hh"
#include "web_app/api.hh"
#include "web_app/client_places.hh"
#include "web_app/corrections_api.hh"
#include "web_app/database_reads.hh"
#include "web_app/device_api.hh"
#include "web_app/event_feed.hh"
#include "web_app/history_api.hh"
#include "web_app/live.hh"
#include "web_app/log_in.hh"
#include "web_app/log_in_limit.hh"
#include "web_app/map_api.hh"
#include "web_app/pages.hh"
#include "web_app/passwords.hh"
#include "web_app/quarantine_api.hh"
#include "web_app/request_guard.hh"
#include "web_app/routes.hh"
#include "web_app/sharing.hh"
#include "web_app/site_folder.hh"
#include "web_app/status_api.hh"
#include "web_app/store_announcements.hh"
#include "web_app/store_changes.hh"
#include "web_app/track_files_api.hh"
#include "web_app/trip_api.hh"
#include "web_app/user_api.hh"

namespace waymark::tracker {

namespace {

using daemon::Channel;
using daemon::Deadline;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kTimeToFinish{8};
constexpr seconds kLookAtSessions{30};
// 30 days (RFC 6797): browsers keep to it for all ports of the name, so whoever gives TLS up must
// not wait for a year.
constexpr std::string_view kOnlyByHttps = "max-age=2592000";

// Behind a proxy, and on loopback, all clients have one address.
ConfiguredServer::Clients clients_of(const Settings& settings) {
    const bool is_shared =
        !settings.web_is_beyond_loopback() || !settings.reloadable.trusted_proxies.empty();
    return is_shared ? ConfiguredServer::Clients::this_machine
                     : ConfiguredServer::Clients::everywhere;
}

class WebAppService {
  public:
    explicit WebAppService(ServiceStart& start);
    int run();

  private:
    void stop();
    template <typename... Apis>
    void add_routes_of(Apis&... apis) {
        (apis.add_routes(routes_), ...);
    }
    void accounts_read();
    void look_at_sessions();
    void reload(const ReloadableSettings& settings);
    void take(const ReloadableSettings& settings);
    WebReach reach_of(const ReloadableSettings& settings) const;
    net::http::FieldBlock fields_with_every_answer() const;
    // Members of a JSON object.
    std::string counters() const;

    const steady_clock::time_point started_ = steady_clock::now();
    net::EventLoop loop_;
    daemon::Log& log_;
    EventFeed feed_;
    DatabaseReads reads_;
    AccountKeeper accounts_;
    Passwords passwords_{loop_};
    LogInLimit log_in_limit_;
    Live live_;
    StoreAnnouncements announcements_;
    StoreChanges changes_;
    LogIn log_in_;
    AccountApi own_account_;
    UserApi users_;
    Pages pages_;
    Api api_;
    HistoryApi history_;
    DeviceApi devices_;
    CorrectionsApi corrections_;
    TripApi trips_;
    TrackFilesApi track_files_;
    QuarantineApi quarantine_;
    MapApi map_;
    Sharing sharing_;
    StatusApi status_;
    const bool is_beyond_loopback_;
    ServedTls tls_;
    RequestGuard guard_;
    ClientPlaces places_;
    net::http::Router router_;
    Routes routes_;
    ConfiguredServer server_;
    ServiceControl control_;
    net::Timer session_timer_;
    bool is_open_ = false;
};

WebAppService::WebAppService(ServiceStart& start)
    : log_(*start.log),
      feed_(new_epoch()),
      reads_(loop_, start.settings.store_location(), log_),
      accounts_(loop_, start.settings.store_location(), log_, [this] { accounts_read(); }),
      live_(loop_, feed_, {}),
      announcements_(
          loop_, feed_,
          {.on_feed_changed =
               [this] {
                   live_.feed_changed();
                   sharing_.feed_changed();
               },
           .on_devices_changed =
               [this] {
                   live_.devices_changed();
                   accounts_.look();
               },
           .before_break = [this] { live_.serve_all(); },
           .on_change_done = [this](const ChangeDone& done) { changes_.hear(done); },
           .on_accounts_changed = [this] { accounts_.look(); },
           .on_refused = [this](std::string_view message) { devices_.hear_refused(message); },
           .on_passed = [this](const auto& devices) { live_.passed(devices); }}),
      changes_(
          loop_, [this](std::string_view message) { return announcements_.send(message); },
          [this](const net::http::Exchange& exchange) {
              return guard_.origin_of(exchange).client;
          }),
      log_in_({accounts_, passwords_, log_in_limit_, changes_, guard_, start.settings.first_link,
               start.settings.demo}),
      own_account_({accounts_, passwords_, log_in_limit_, changes_, guard_}),
      users_({accounts_, reads_, changes_}),
      pages_(find_site(start.settings.site, program_folder())),
      api_({reads_, feed_, live_, announcements_, [this] { return counters(); },
            start.settings.demo ? kDemoDevices : 0}),
      history_(reads_),
      devices_({reads_, changes_, phone_port_of(start), start.settings.demo}),
      corrections_(reads_, changes_),
      trips_(reads_, changes_, !start.settings.web_hooks.empty()),
      track_files_(loop_, reads_, changes_),
      quarantine_(reads_, changes_),
      map_(start.settings.map, start.settings.reloadable),
      sharing_({loop_, feed_, reads_, accounts_, changes_, announcements_, guard_}),
      status_({loop_, [this] { return control_.ask_for_figures(); }, start.settings.metrics_token,
               [this](const net::http::Exchange& exchange) { return log_in_.who_asks(exchange); }}),
      is_beyond_loopback_(start.settings.web_is_beyond_loopback()),
      tls_(start.settings, std::exchange(start.identity, {}), net::TlsVersion::tls13, &log_),
      guard_(reach_of(start.settings.reloadable)),
      places_(start.settings.reloadable),
      routes_(router_, guard_, places_,
              [this](const net::http::Exchange& exchange) { return status_.who_asks(exchange); }),
      server_(loop_, router_, std::move(start.listeners), start.settings.reloadable,
              start.settings.reloadable.web_access_list(), log_, clients_of(start.settings)),
      control_(loop_, std::move(start.control), log_,
               {.on_peer =
                    [this](Peer, Channel channel) {
                        announcements_.connect(std::move(channel));
                        accounts_.look();
                    },
                .on_stop = [this] { stop(); },
                .on_settings = [this](const ReloadableSettings& settings) { reload(settings); },
                .on_identity = [this](const IdentityFiles& files) { return tls_.take(files); },
                .on_devices_changed = {},
                .counters = [this] { return fmt::format("{{{}}}", counters()); },
                .memory = std::move(start.memory),
                .on_figures = [this](std::string_view service) { status_.hear(service); }}),
      session_timer_(loop_.timers(), [this] { look_at_sessions(); }) {
    add_routes_of(log_in_, own_account_, users_, pages_, api_, history_, devices_, corrections_,
                  trips_, track_files_, quarantine_, sharing_, map_, status_);
    take(start.settings.reloadable);
    routes_.tell_list("/api/routes");
    routes_.end_with_not_found();
    server_.http().set_fields(fields_with_every_answer());
    server_.http().when_stopping([this] {
        live_.stop();
        sharing_.stop();
    });
    server_.http().when_handler_fails([this](std::exception_ptr thrown) {
        log_.error("a request failed: {}", daemon::message_of(thrown));
    });
}

int WebAppService::run() {
    accounts_.look();
    loop_.run();
    reads_.stop();
    accounts_.stop();
    passwords_.stop();
    return 0;
}

// Nobody is served before it is known who may be.
void WebAppService::accounts_read() {
    if (!std::exchange(is_open_, true)) {
        server_.open(tls_.make_layer());
        control_.ready();
        status_.start();
    }
    look_at_sessions();
}

// Whoever is not let in any more looks at nothing any longer. Sessions end without a change, too.
void WebAppService::look_at_sessions() {
    session_timer_.set(Deadline::after(kLookAtSessions, loop_.now()));
    const AccountBook& book = accounts_.book();
    const UnixMillis now = unix_now();
    live_.look_again([&](const Viewer& viewer) -> std::optional<Viewer> {
        if (viewer.session == 0) return viewer;
        return book.find_session(viewer.session, now);
    });
    sharing_.look_at_links();
    for (const SessionNumber number : accounts_.book().take_uses()) {
        ChangeRequest use;
        use.name = "session.used";
        use.arguments = fmt::format(R"({{"number":{}}})", number);
        announcements_.send(write(use));
    }
}

void WebAppService::stop() {
    server_.close(Deadline::after(kTimeToFinish), [this] { loop_.stop(); });
}

void WebAppService::reload(const ReloadableSettings& settings) {
    server_.reload(settings, settings.web_access_list());
    map_.reload(settings);
    guard_.set_reach(reach_of(settings));
    places_.set_limits(settings);
    take(settings);
    server_.http().set_fields(fields_with_every_answer());
}

// What the parts hear at the start and at each reload.
void WebAppService::take(const ReloadableSettings& settings) {
    track_files_.set_longest_file(settings.longest_import());
    live_.set_stream(page_stream(settings));
    sharing_.set_stream(page_stream(settings));
}

WebReach WebAppService::reach_of(const ReloadableSettings& settings) const {
    return {.proxies = TrustedProxies(settings.trusted_proxies),
            .names = settings.web_names,
            .is_beyond_loopback = is_beyond_loopback_};
}

net::http::FieldBlock WebAppService::fields_with_every_answer() const {
    net::http::FieldBlock fields = security_fields(map_.picture_origin());
    if (tls_.is_on()) fields.add("Strict-Transport-Security", kOnlyByHttps);
    return fields;
}

std::string WebAppService::counters() const {
    const auto uptime = std::chrono::duration_cast<seconds>(steady_clock::now() - started_);
    return fmt::format(
        R"("version":"{}","uptime_s":{},"viewers":{},{},"reads_refused":{},"reads_failed":{},)"
        R"("store_connected":{},"listening":{})",
        version(), uptime.count(), live_.viewers(), server_.counters(), reads_.refused(),
        reads_.failed(), announcements_.is_connected(), announcements_.is_listening());
}

}  // namespace

int run_web_app(ServiceStart& start) {
    return WebAppService(start).run();
}

}  // namespace waymark::tracker
