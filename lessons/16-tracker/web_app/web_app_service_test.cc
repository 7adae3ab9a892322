// The web app as a whole: the service in a thread of this program, a real database, and a browser
// that says over 127.0.0.1 whatever it likes. The test is the supervisor and the store.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/channel.hh"
#include "net/connect.hh"
#include "net/listener.hh"
#include "net/timed_io.hh"
#include "services/messages.hh"
#include "services/service.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"
#include "store/temporary_folder.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace std::chrono_literals;
using daemon::Channel;
using daemon::Deadline;
using nlohmann::json;

namespace {

constexpr UnixMillis kDay = 86'400'000;
constexpr UnixMillis kStart = 16'323 * kDay;  // 2014-09-10

// Long enough for a loaded machine under a sanitizer; reached only by a failing test.
Deadline soon() {
    return Deadline::after(20s);
}

std::string receive(Channel& channel) {
    while (true) {
        const Channel::Received received = channel.receive();
        if (received.result == Channel::Result::done) return std::string(received.message);
        REQUIRE(received.result == Channel::Result::would_block);
        REQUIRE(net::wait_readable(channel.fd(), soon()) == net::Ready::ready);
    }
}

// One connection to the web app, on which a test says whatever it likes.
class Browser {
  public:
    Browser(const net::Address& address, std::string_view request)
        : socket_(net::connect_to(address, soon()).socket) {
        REQUIRE(net::write_all(socket_, request, soon()).status == net::IoStatus::done);
    }

    // What came since the last call, up to and with `text`.
    std::string read_until(std::string_view text) {
        std::size_t searched = 0;
        std::size_t at = received_.find(text);
        while (at == std::string::npos) {
            searched = received_.size() < text.size() ? 0 : received_.size() - text.size();
            REQUIRE(read_more());
            at = received_.find(text, searched);
        }
        std::string result = received_.substr(0, at + text.size());
        received_.erase(0, at + text.size());
        return result;
    }
    std::string read_to_end() {
        while (read_more()) {
        }
        return std::move(received_);
    }

  private:
    bool read_more() {
        const net::IoResult result =
            net::read_some(socket_, std::as_writable_bytes(std::span(buffer_)), soon());
        REQUIRE(result.status != net::IoStatus::timed_out);
        REQUIRE(result.status != net::IoStatus::broken);
        received_.append(buffer_.data(), result.count);
        return result.status == net::IoStatus::done;
    }

    daemon::Fd socket_;
    std::array<char, 65536> buffer_;
    std::string received_;
};

struct Reply {
    int status = 0;
    std::string head;
    std::string body;
    json data() const { return json::parse(body); }
};

// The web app in a thread, with a database, a site, and the test as its supervisor and its store.
class WebApp {
  public:
    WebApp() : listener_(net::Address::parse("127.0.0.1:0")) {
        const std::string site = folder_.file("site");
        std::filesystem::create_directories(site + "/assets");
        std::ofstream(site + "/index.html") << "the map";
        std::ofstream(site + "/history.html") << "the history";
        std::ofstream(site + "/assets/map.js") << "draw()";
        std::ofstream(folder_.file("secret")) << "secret";
        {
            Connection connection = open_for_writing(database());
            Devices(connection)
                .add({{"alice/phone", {}, {}, {}},
                      {"bob \"b\" \\ ü", {}, {}, {}},
                      {"none", {}, {}, {}}},
                     0);
        }
        store_ = std::make_unique<Store>(database());
    }
    ~WebApp() {
        if (thread_.joinable()) stop();
    }

    void start() {
        daemon::ChannelPair control = daemon::make_channel();
        control_ = std::make_unique<Channel>(std::move(control.second));
        ServiceStart start{.settings = {},
                           .kind = ServiceKind::web_app,
                           .number = 0,
                           .control = std::move(control.first),
                           .listeners = {}};
        start.settings.data = folder_.file(".");
        start.settings.site = folder_.file("site");
        start.settings.log = folder_.file("log");
        start.settings.foreground = true;
        start.listeners.push_back(listener_.fd().duplicate());
        thread_ = std::thread(
            [this, start = std::move(start)]() mutable { exit_code_ = run_web_app(start); });
        REQUIRE(kind_of(receive(*control_)) == MessageKind::ready);
    }
    void tell_to_stop() { control_->send(write_empty(MessageKind::stop)); }
    int stop() {
        tell_to_stop();
        return wait_for_end();
    }

    void lose_supervisor() { control_->close(); }
    int wait_for_end() {
        thread_.join();
        return exit_code_;
    }

    // Hands the web app a channel, whose other end is returned: the store's.
    Channel connect_store() {
        daemon::ChannelPair pair = daemon::make_channel();
        const std::string message = write(Peer{ServiceKind::store, 0});
        REQUIRE(control_->send(message, &pair.first.fd()) == Channel::Result::done);
        return std::move(pair.second);
    }

    // Stores and returns the commit's number.
    std::uint64_t store(const std::vector<Fix>& fixes) {
        store_->begin();
        for (const Fix& fix : fixes) store_->add(fix);
        return static_cast<std::uint64_t>(store_->commit().sequence);
    }
    void heartbeat(DeviceNumber device, float battery_percent, UnixMillis now) {
        store_->begin();
        store_->seen({device, battery_percent}, now);
        store_->commit();
    }

    Browser open(std::string_view target, std::string_view fields = "",
                 std::string_view host = "localhost", std::string_view method = "GET") {
        std::string request(method);
        request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host);
        request.append("\r\n").append(fields).append("\r\n");
        return Browser(listener_.address(), request);
    }
    Reply get(std::string_view target, std::string_view fields = "",
              std::string_view host = "localhost", std::string_view method = "GET") {
        Browser browser = open(target, std::string(fields) + "Connection: close\r\n", host, method);
        Reply answer;
        answer.head = browser.read_until("\r\n\r\n");
        answer.body = browser.read_to_end();
        answer.status = std::stoi(answer.head.substr(9, 3));
        return answer;
    }

    std::string database() const { return folder_.file("waymark.db"); }
    json status() { return get("/api/status").data(); }

  private:
    TemporaryFolder folder_;
    net::Listener listener_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Channel> control_;
    std::thread thread_;
    std::atomic<int> exit_code_ = -1;
};

Fix fix_at(DeviceNumber device, UnixMillis time_ms, bool valid = true) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time_ms;
    fix.latitude_e7 = 481'000'000;
    fix.longitude_e7 = 115'000'000;
    fix.speed_mps = 1.5F;
    fix.battery_percent = 50.0F;
    fix.valid = valid;
    return fix;
}

void announce(Channel& store, std::uint64_t sequence, const std::vector<Fix>& fixes) {
    for (const std::string& message : write_stored(sequence, fixes)) {
        while (store.send(message) == Channel::Result::would_block)
            REQUIRE(net::wait_writable(store.fd(), soon()) == net::Ready::ready);
    }
}

bool heard_listen(Channel& store) {
    const std::string message = receive(store);
    Listen listen;
    REQUIRE(kind_of(message) == MessageKind::listen);
    REQUIRE(read(message, listen));
    return listen.wanted;
}

// The id in an event that ends with an empty line.
std::string id_in(std::string_view event) {
    const std::size_t at = event.find("id: ");
    REQUIRE(at != event.npos);
    return std::string(event.substr(at + 4, event.find('\n', at) - at - 4));
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

std::string read_event(Browser& browser, std::string_view name) {
    browser.read_until("event: " + std::string(name) + "\ndata: ");
    return browser.read_until("\n\n");
}

}  // namespace

TEST_CASE("pages and their files are served, and nothing outside the site") {
    WebApp app;
    app.start();
    const Reply map = app.get("/");
    CHECK(map.status == 200);
    CHECK(map.body == "the map");
    CHECK(map.head.find("Cache-Control: no-cache\r\n") != std::string::npos);
    CHECK(app.get("/history").body == "the history");
    CHECK(app.get("/assets/map.js").body == "draw()");
    for (const char* target :
         {"/assets/../secret", "/assets/%2e%2e/%2e%2e/secret", "/assets/..%2fsecret", "/secret",
          "/assets/none.js", "/assets/", "/index.html/", "/api/none"}) {
        CAPTURE(target);
        const Reply answer = app.get(target);
        CHECK(answer.status >= 400);
        CHECK(answer.status < 500);
        CHECK(answer.body.find("secret") == std::string::npos);
        CHECK(answer.data().contains("error"));
    }
    CHECK(app.stop() == 0);
}

TEST_CASE("every answer says what a browser may do with it") {
    WebApp app;
    app.start();
    for (const char* target : {"/", "/assets/none.js", "/api/devices", "/api/track", "/nowhere"}) {
        CAPTURE(target);
        const std::string head = app.get(target).head;
        CHECK(head.find("\r\nContent-Security-Policy: default-src 'self'; ") != std::string::npos);
        CHECK(head.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
        CHECK(head.find("\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n") !=
              std::string::npos);
        CHECK(head.find("\r\nCache-Control: no-") != std::string::npos);
    }
}

TEST_CASE("strangers' names, other sites and other methods are refused") {
    WebApp app;
    app.start();
    CHECK(app.get("/api/devices").status == 200);
    CHECK(app.get("/api/devices", "", "evil.example").status == 403);
    CHECK(app.get("/", "", "evil.example:8080").status == 403);
    CHECK(app.get("/api/devices", "Sec-Fetch-Site: cross-site\r\n").status == 403);
    CHECK(app.get("/api/devices", "Sec-Fetch-Site: same-origin\r\n").status == 200);
    CHECK(app.get("/api/devices", "", "[::1]:1", "HEAD").body.empty());
    const Reply posted = app.get("/api/devices", "", "localhost", "POST");
    CHECK(posted.status == 405);
    CHECK(posted.head.find("Allow: GET, HEAD\r\n") != std::string::npos);
}

TEST_CASE("devices and positions are those of the database") {
    WebApp app;
    const std::uint64_t sequence = app.store({fix_at(1, kStart), fix_at(1, kStart + 5000),
                                              fix_at(1, kStart + 9000, false), fix_at(2, kStart)});
    app.heartbeat(2, 25.0F, kStart + 60'000);
    app.start();
    const json devices = app.get("/api/devices").data()["devices"];
    REQUIRE(devices.size() == 3);
    CHECK(devices[0] == json{{"id", 1}, {"name", "alice/phone"}});
    CHECK(devices[1]["name"] == "bob \"b\" \\ ü");

    const json answer = app.get("/api/positions").data();
    CHECK(answer["now"].get<UnixMillis>() > kStart);
    CHECK(answer["event"].get<std::string>().ends_with("-" + std::to_string(sequence)));
    const json positions = answer["positions"];
    REQUIRE(positions.size() == 2);
    CHECK(positions[0] == json{{"device", 1},
                               {"name", "alice/phone"},
                               {"time", kStart + 5000},
                               {"lat", 48.1},
                               {"lon", 11.5},
                               {"speed_mps", 1.5},
                               {"course_deg", nullptr},
                               {"altitude_m", nullptr},
                               {"accuracy_m", nullptr},
                               {"battery_pct", 50},
                               {"seen", kStart + 5000}});
    CHECK(positions[1]["battery_pct"] == 25);
    CHECK(positions[1]["seen"] == kStart + 60'000);
}

TEST_CASE("a track comes as columns or as JSON, in the order of time and without invalid fixes") {
    WebApp app;
    std::vector<Fix> fixes;
    for (int second = 999; second >= 0; --second)
        fixes.push_back(fix_at(1, kStart + second * 1000, second != 500));
    app.store(fixes);
    app.start();
    const std::string range =
        fmt::format("/api/track?device=1&from={}&to={}", kStart, kStart + kDay);
    const Reply columns = app.get(range);
    CHECK(columns.status == 200);
    CHECK(columns.head.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
    CHECK(columns.head.find("Content-Length: 19996\r\n") != std::string::npos);
    CHECK(columns.body.size() == 16 + 999 * 20);
    CHECK(columns.body.substr(0, 4) == std::string("\xE7\x03\0\0", 4));
    CHECK(app.get(range, "", "localhost", "HEAD").body.empty());

    const json points = app.get(range + "&format=json").data()["points"];
    REQUIRE(points.size() == 999);
    CHECK(points[0] == json{kStart, 48.1, 11.5, 1.5, nullptr});
    CHECK(points[500][0] == kStart + 501'000);

    CHECK(app.get(range + "&max=100").body.size() <= 16 + 100 * 20);
    CHECK(app.get(fmt::format("/api/track?device=9&from=0&to={}", kDay)).body.size() == 16);
    CHECK(app.get(fmt::format("/api/track?device=1&from={0}&to={0}", kStart)).body.size() == 16);
}

TEST_CASE("a bad parameter is refused by its name") {
    WebApp app;
    app.start();
    const struct {
        const char* target;
        const char* name;
    } cases[] = {
        {"/api/track", "'device'"},
        {"/api/track?device=1&from=0", "'to'"},
        {"/api/track?device=0&from=0&to=1", "'device'"},
        {"/api/track?device=x&from=0&to=1", "'device'"},
        {"/api/track?device=1&from=2&to=1", "'to'"},
        {"/api/track?device=1&from=0&to=2682000001", "31 days"},
        {"/api/track?device=1&from=0&to=1&max=1", "'max'"},
        {"/api/track?device=1&from=0&to=1&format=xml", "'format'"},
        {"/api/track?device=1&from=0&to=%zz", "escape"},
        {"/api/days", "'device'"},
        {"/api/days?device=1&offset=1441", "'offset'"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.target);
        const Reply answer = app.get(one.target);
        CHECK(answer.status == 400);
        CHECK(answer.data()["error"].get<std::string>().find(one.name) != std::string::npos);
    }
    CHECK(app.get("/api/track?device=1&from=0&to=2682000000").status == 200);
}

TEST_CASE("days are those of the local calendar") {
    WebApp app;
    app.store(
        {fix_at(1, kStart + kDay - 1), fix_at(1, kStart + kDay), fix_at(1, kStart + kDay + 1)});
    app.start();
    CHECK(app.get("/api/days?device=1").data()["days"] ==
          json{{{"day", "2014-09-10"}, {"points", 1}, {"from", kStart}, {"to", kStart + kDay}},
               {{"day", "2014-09-11"},
                {"points", 2},
                {"from", kStart + kDay},
                {"to", kStart + 2 * kDay}}});
    constexpr UnixMillis kTwoHours = 7'200'000;
    CHECK(app.get("/api/days?device=1&offset=120").data()["days"] ==
          json{{{"day", "2014-09-11"},
                {"points", 3},
                {"from", kStart + kDay - kTwoHours},
                {"to", kStart + 2 * kDay - kTwoHours}}});
    CHECK(app.get("/api/days?device=3").data()["days"] == json::array());
}

TEST_CASE("a database that cannot be read is 503, and read again when it is back") {
    WebApp app;
    app.start();
    std::filesystem::rename(app.database(), app.database() + ".away");
    const Reply answer = app.get("/api/devices");
    CHECK(answer.status == 503);
    CHECK(answer.head.find("Retry-After: ") != std::string::npos);
    CHECK(app.get("/").status == 200);
    std::filesystem::rename(app.database() + ".away", app.database());
    CHECK(app.get("/api/devices").status == 200);
}

TEST_CASE("a viewer hears what the store announces, and goes on where it was after a break") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    const std::string event = app.get("/api/positions").data()["event"];

    Browser viewer = app.open("/api/live?event=" + event);
    const std::string head = viewer.read_until("retry: 2000\n\n");
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("Content-Security-Policy: ") != std::string::npos);
    CHECK(viewer.read_until("\n\n") == "id: " + event + "\n\n");
    CHECK(heard_listen(store));

    announce(store, first + 1, {fix_at(1, kStart + 1000), fix_at(2, kStart, false)});
    const std::string seen = viewer.read_until("]]\n\n");
    CHECK(seen == "id: " + event.substr(0, event.find('-') + 1) + std::to_string(first + 1) +
                      "-1\nevent: fixes\ndata: [[1," + std::to_string(kStart + 1000) +
                      ",48.1000000,11.5000000,1.5,null,null,null,50]]\n\n");
    const std::string id = id_in(seen);

    announce(store, first + 2, {fix_at(1, kStart + 2000)});
    CHECK(viewer.read_until("]]\n\n").find(std::to_string(kStart + 2000)) != std::string::npos);

    // Comes again and gets what followed, at once. The field is newer than the address.
    Browser again = app.open("/api/live?event=" + event, "Last-Event-ID: " + id + "\r\n");
    again.read_until("\n\nid: ");
    again.read_until("\n\n");
    CHECK(again.read_until("]]\n\n").find(std::to_string(kStart + 2000)) != std::string::npos);

    announce(store, first + 3, {fix_at(1, kStart + 3000)});
    CHECK(viewer.read_until("]]\n\n").find(std::to_string(kStart + 3000)) != std::string::npos);
    CHECK(again.read_until("]]\n\n").find(std::to_string(kStart + 3000)) != std::string::npos);
    CHECK(app.status()["viewers"] == 2);

    store.send(write_empty(MessageKind::devices));
    CHECK(read_event(viewer, "devices") == "{}\n\n");
}

TEST_CASE("a viewer whose place is unknown or too old is told to read anew") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    SUBCASE("an id of another start") {
        Browser viewer = app.open("/api/live", "Last-Event-ID: feed-1-1\r\n");
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE("an id from before what is announced") {
        const std::string event = app.get("/api/positions").data()["event"];
        app.store({fix_at(1, kStart + 1)});
        Browser viewer = app.open("/api/live?event=" + event);
        viewer.read_until(event + "\n\n");
        announce(store, first + 2, {fix_at(1, kStart + 2)});
        CHECK(viewer.read_until("event: reset\n").find("event: fixes") != std::string::npos);
    }
    SUBCASE("the store is another one: what it stored last may never have been announced") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        CHECK(heard_listen(store));
        Channel next = app.connect_store();
        CHECK(heard_listen(next));
        announce(next, first + 1, {fix_at(1, kStart + 1)});
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE("the store says that it had to drop some") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        announce(store, first + 1, {fix_at(1, kStart + 1)});
        viewer.read_until("]]\n\n");
        store.send(write_empty(MessageKind::missed));
        announce(store, first + 2, {fix_at(1, kStart + 2)});
        CHECK(read_event(viewer, "reset") == "{}\n\n");
    }
    SUBCASE("and who missed nothing is not") {
        Browser viewer = app.open("/api/live");
        viewer.read_until("\n\nid: ");
        announce(store, first + 1, {fix_at(1, kStart + 1)});
        CHECK(viewer.read_until("]]\n\n").find("reset") == std::string::npos);
    }
}

TEST_CASE(
    "a viewer that does not read costs nobody else anything, and gets the newest in the end") {
    WebApp app;
    const std::uint64_t first = app.store({fix_at(1, kStart)});
    app.start();
    Channel store = app.connect_store();
    Browser slow = app.open("/api/live");
    Browser quick = app.open("/api/live");
    slow.read_until("\n\nid: ");
    quick.read_until("\n\nid: ");
    CHECK(heard_listen(store));

    // More than the ring, the queue and both sockets' buffers hold.
    constexpr int kCommits = 400;
    constexpr int kFixes = 600;
    UnixMillis time_ms = kStart;
    for (int commit = 1; commit <= kCommits; ++commit) {
        std::vector<Fix> fixes;
        for (int i = 0; i < kFixes; ++i) fixes.push_back(fix_at(1, ++time_ms));
        announce(store, first + static_cast<std::uint64_t>(commit), fixes);
        if (commit % 20 == 0)
            CHECK(quick.read_until("," + std::to_string(time_ms) + ",").find("reset") ==
                  std::string::npos);
    }
    const std::string newest = "[1," + std::to_string(time_ms) + ",";
    std::string seen = slow.read_until("event: reset\n");
    if (seen.find(newest) == std::string::npos) seen += slow.read_until(newest);
    CHECK(count(seen, "[1,") < std::size_t{kCommits} * kFixes);
    announce(store, first + kCommits + 1, {fix_at(2, kStart)});
    slow.read_until("[2," + std::to_string(kStart) + ",");
}

TEST_CASE("only so many may look, and a stop ends their streams") {
    WebApp app;
    app.start();
    std::vector<Browser> viewers;
    // The connection gate lets 32 in from one address.
    for (int i = 0; i < 20; ++i) {
        viewers.push_back(app.open("/api/live"));
        viewers.back().read_until("\n\nid: ");
    }
    CHECK(app.status()["viewers"] == 20);
    app.tell_to_stop();
    for (Browser& viewer : viewers) viewer.read_to_end();
    CHECK(app.stop() == 0);
}

TEST_CASE("it ends when its supervisor is gone") {
    WebApp app;
    app.start();
    app.lose_supervisor();
    CHECK(app.wait_for_end() == 0);
}
