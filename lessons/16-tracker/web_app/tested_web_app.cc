#include "web_app/tested_web_app.hh"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "net/connect.hh"
#include "net/timed_io.hh"
#include "services/messages.hh"
#include "services/service.hh"
#include "store/accounts.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/sessions.hh"
#include "unix_time.hh"

namespace waymark::tracker {

using daemon::Channel;
using daemon::Deadline;

namespace {

Reply reply_of(Browser browser) {
    Reply reply;
    reply.head = browser.read_until("\r\n\r\n");
    reply.body = browser.read_to_end();
    reply.status = std::stoi(reply.head.substr(9, 3));
    return reply;
}

}  // namespace

Deadline soon() {
    return Deadline::after(std::chrono::seconds(20));
}

std::string receive(Channel& channel) {
    while (true) {
        const Channel::Received received = channel.receive();
        if (received.result == Channel::Result::done) return std::string(received.message);
        REQUIRE(received.result == Channel::Result::would_block);
        REQUIRE(net::wait_readable(channel.fd(), soon()) == net::Ready::ready);
    }
}

Browser::Browser(const net::Address& address, std::string_view request)
    : socket_(net::connect_to(address, soon()).socket) {
    REQUIRE(net::write_all(socket_, request, soon()).status == net::IoStatus::done);
}

std::string Browser::read_until(std::string_view text) {
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

std::string Browser::read_to_end() {
    while (read_more()) {
    }
    return std::move(received_);
}

bool Browser::read_more() {
    const net::IoResult result =
        net::read_some(socket_, std::as_writable_bytes(std::span(buffer_)), soon());
    REQUIRE(result.status != net::IoStatus::timed_out);
    REQUIRE(result.status != net::IoStatus::broken);
    received_.append(buffer_.data(), result.count);
    return result.status == net::IoStatus::done;
}

nlohmann::json Reply::data() const {
    return nlohmann::json::parse(body);
}

WebApp::WebApp() : listener_(net::Address::parse("127.0.0.1:0")) {
    const std::string site = folder_.file("site");
    std::filesystem::create_directories(site + "/assets");
    std::ofstream(site + "/index.html") << "the map";
    std::ofstream(site + "/history.html") << "the history";
    for (const char* page : {"login", "welcome", "account", "users", "audit"})
        std::ofstream(site + "/" + page + ".html") << page;
    std::ofstream(site + "/assets/map.js") << "draw()";
    std::ofstream(folder_.file("secret")) << "secret";
    {
        Connection connection = open_for_writing(database());
        Devices(connection)
            .add(
                {{"alice/phone", {}, {}, {}}, {"bob \"b\" \\ ü", {}, {}, {}}, {"none", {}, {}, {}}},
                0);
    }
    store_ = std::make_unique<Store>(database());
    admin_cookie = "Cookie: waymark=" + begin_session("owner", Role::admin, {}) + "\r\n";
}

std::string WebApp::begin_session(const std::string& name, Role role,
                                  const std::vector<DeviceGrant>& grants) {
    const std::string token = make_token();
    store_->change([&](Connection& connection) {
        Accounts accounts(connection);
        const UserNumber user = accounts.add(name, role, "", unix_now());
        accounts.set_grants(user, grants);
        Sessions(connection)
            .begin({.user = user, .token = hash_token(token), .begun_ms = unix_now()});
    });
    return token;
}

WebApp::~WebApp() {
    if (thread_.joinable()) stop();
}

void WebApp::start(const std::function<void(Settings&)>& change) {
    daemon::ChannelPair control = daemon::make_channel();
    control_ = std::make_unique<Channel>(std::move(control.second));
    ServiceStart start{.settings = {},
                       .kind = ServiceKind::web_app,
                       .number = 0,
                       .control = std::move(control.first),
                       .listeners = {}};
    start.settings.data = folder_.file(".");
    start.settings.site = folder_.file("site");
    start.settings.foreground = true;
    start.settings.first_link = first_link;
    start.settings.demo = is_demo;
    start.log = std::make_unique<daemon::Log>(
        daemon::LogOptions{.target = daemon::LogTarget::file, .path = folder_.file("log")});
    // A viewer that does not read is not cut off, however slow the machine is.
    start.settings.reloadable.send_timeout_s = 600;
    if (change) change(start.settings);
    start.listeners.push_back(listener_.fd().duplicate());
    thread_ = std::thread(
        [this, start = std::move(start)]() mutable { exit_code_ = run_web_app(start); });
    REQUIRE(kind_of(receive(*control_)) == MessageKind::ready);
}

// It reads one message after the other.
void WebApp::reload(const ReloadableSettings& settings) {
    control_->send(write_text(MessageKind::settings, settings.to_text()));
    control_->send(write_empty(MessageKind::count));
    // It asks for the figures of all services now and then, and nobody has any here.
    MessageKind heard = MessageKind::figures;
    while (heard == MessageKind::figures) heard = kind_of(receive(*control_));
    REQUIRE(heard == MessageKind::counters);
}

void WebApp::tell_to_stop() {
    control_->send(write_empty(MessageKind::stop));
}

int WebApp::stop() {
    tell_to_stop();
    return wait_for_end();
}

int WebApp::wait_for_end() {
    thread_.join();
    return exit_code_;
}

Channel WebApp::connect_store() {
    daemon::ChannelPair pair = daemon::make_channel();
    const std::string message = write(Peer{ServiceKind::store, 0});
    REQUIRE(control_->send(message, &pair.first.fd()) == Channel::Result::done);
    return std::move(pair.second);
}

std::uint64_t WebApp::store(const std::vector<Fix>& fixes) {
    store_->begin();
    for (const Fix& fix : fixes) store_->add(fix);
    return static_cast<std::uint64_t>(store_->commit().sequence);
}

void WebApp::heartbeat(DeviceNumber device, float battery_percent, UnixMillis now) {
    store_->begin();
    store_->seen({device, battery_percent}, now);
    store_->commit();
}

Browser WebApp::open(std::string_view target, std::string_view fields, std::string_view host,
                     std::string_view method) {
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
    if (fields.find("Cookie:") == std::string_view::npos) request.append(admin_cookie);
    request.append(fields).append("\r\n");
    return Browser(listener_.address(), request);
}

Reply WebApp::get(std::string_view target, std::string_view fields, std::string_view host,
                  std::string_view method) {
    return reply_of(open(target, std::string(fields) + "Connection: close\r\n", host, method));
}

Reply WebApp::say(std::string_view request) {
    return reply_of(Browser(listener_.address(), request));
}

Fix fix_at(DeviceNumber device, UnixMillis time_ms, bool valid) {
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

}  // namespace waymark::tracker
