// What each service may still do when it is confined, tried by a process that is.

#include "services/confinement.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <thread>

#include "daemon/folder_under_test.hh"
#include "daemon/privileges_under_test.hh"
#include "net/connect.hh"
#include "net/listener.hh"

using namespace waymark;
using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

// Who may open no file at all is refused by the filter, who may open others by Landlock.
const std::string kForbidden = daemon::kRefused;
const std::string kElsewhere = "Permission denied";

// A data folder and pages, as those of a server.
struct House {
    TemporaryFolder data;
    TemporaryFolder site;
    net::Listener phones{net::Address::parse("127.0.0.1:0")};

    House() {
        std::ofstream(data.file("waymark.db"));
        std::ofstream(site.file("index.html"));
    }

    ServiceStart start(ServiceKind kind, const std::string& log = "stderr") const {
        ServiceStart start{.settings = {},
                           .kind = kind,
                           .number = 0,
                           .control = std::move(daemon::make_channel().first),
                           .listeners = {},
                           .target = phones.address(),
                           .log = {}};
        start.settings.data = data.path();
        start.settings.site = site.path();
        start.settings.log = log;
        return start;
    }
};

std::string open_with(const std::string& path, int flags) {
    const daemon::Fd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return daemon::reason_of(file.get());
}

std::string connect_to(const net::Address& address) {
    try {
        const net::ConnectResult result =
            net::connect_to(address, daemon::Deadline::after(std::chrono::seconds(60)));
        if (result.status == net::ConnectStatus::connected) return "done";
        return daemon::error_text(result.failures.front().error_number);
    } catch (const std::system_error& error) {
        return daemon::error_text(error.code().value());
    }
}

std::string run_thread() {
    try {
        std::thread([] {}).join();
        return "done";
    } catch (const std::system_error& error) {
        return daemon::error_text(error.code().value());
    }
}

std::string run_program() {
    char name[] = "true";
    char* const arguments[] = {name, nullptr};
    return daemon::reason_of(::execve("/bin/true", arguments, arguments + 1));
}

// What the service of a kind is answered to each of these, in their order.
std::string tried_by(const House& house, ServiceKind kind, const std::string& store = "") {
    const net::Listener another(net::Address::parse("127.0.0.1:0"));
    return daemon::answer_of([&] {
        ServiceStart start = house.start(kind);
        start.settings.store = store;
        confine(start);
        std::string text;
        // What stands in braces is done in its order.
        for (const std::string& answer :
             {open_with("/etc/passwd", O_RDONLY),
              open_with(house.data.file("waymark.db"), O_RDONLY),
              open_with(house.data.file("waymark.db-shm"), O_RDWR | O_CREAT),
              daemon::reason_of(::unlink(house.data.file("waymark.db-shm").c_str())),
              open_with(house.site.file("index.html"), O_RDONLY),
              open_with(house.site.file("index.html"), O_WRONLY), run_thread(),
              connect_to(house.phones.address()), connect_to(another.address()),
              daemon::reason_of(::kill(::getppid(), 0)), run_program()})
            text += (text.empty() ? "" : "|") + answer;
        return text;
    });
}

std::string expected(std::initializer_list<std::string> answers) {
    std::string text;
    for (const std::string& answer : answers) text += (text.empty() ? "" : "|") + answer;
    return text;
}

bool skip_without_landlock() {
    if (daemon::landlock_version() >= 4) return false;
    fmt::print("SKIP: files of services: this kernel's Landlock is version {}, and 4 is needed\n",
               daemon::landlock_version());
    return true;
}

}  // namespace

// It reads what strangers send. No Landlock is needed for it.
TEST_CASE("a receiver opens no file, makes no connection and signals nobody") {
    const House house;
    CHECK(tried_by(house, ServiceKind::receiver) ==
          expected({kForbidden, kForbidden, kForbidden, kForbidden, kForbidden, kForbidden, "done",
                    kForbidden, kForbidden, kForbidden, kForbidden}));
}

TEST_CASE("the store opens files of its data folder only, and makes no connection and no thread") {
    if (skip_without_landlock()) return;
    const House house;
    CHECK(tried_by(house, ServiceKind::store) ==
          expected({kElsewhere, "done", "done", "done", kElsewhere, kElsewhere, kForbidden,
                    kForbidden, kForbidden, kForbidden, kForbidden}));
}

TEST_CASE("the web app reads its pages, and removes nothing from the data folder") {
    if (skip_without_landlock()) return;
    const House house;
    CHECK(tried_by(house, ServiceKind::web_app) ==
          expected({kElsewhere, "done", "done", kForbidden, "done", kElsewhere, "done", kForbidden,
                    kForbidden, kForbidden, kForbidden}));
}

TEST_CASE("with PostgreSQL the store and the web app call its port by TCP and no other") {
    if (skip_without_landlock()) return;
    const House house;
    const std::string url = "postgresql://" + house.phones.address().to_string() + "/places";
    // To look a name up, the system's configuration is read.
    CHECK(tried_by(house, ServiceKind::store, url) ==
          expected({"done", "done", "done", "done", kElsewhere, kElsewhere, kForbidden, "done",
                    kElsewhere, kForbidden, kForbidden}));
    CHECK(tried_by(house, ServiceKind::web_app, url) ==
          expected({"done", kElsewhere, kForbidden, kForbidden, "done", kForbidden, "done", "done",
                    kElsewhere, kForbidden, kForbidden}));
    CHECK(tried_by(house, ServiceKind::receiver, url) ==
          expected({kForbidden, kForbidden, kForbidden, kForbidden, kForbidden, kForbidden, "done",
                    kForbidden, kForbidden, kForbidden, kForbidden}));
}

TEST_CASE("the files that a URL names can be read, and those beside them cannot") {
    if (skip_without_landlock()) return;
    const House house;
    const TemporaryFolder keys;
    std::ofstream(keys.file("passwords")) << "*:*:*:*:word";
    std::ofstream(keys.file("other")) << "other";
    CHECK(daemon::answer_of([&] {
              ServiceStart start = house.start(ServiceKind::web_app);
              start.settings.store = "postgresql://db/places?passfile=" + keys.file("passwords");
              confine(start);
              return open_with(keys.file("passwords"), O_RDONLY) + "|" +
                     open_with(keys.file("other"), O_RDONLY);
          }) == expected({"done", kElsewhere}));
}

// Another file is put in its place one day, so the folder is what it may read.
TEST_CASE("the web app reads the map that was named, and its successor, also by way of a link") {
    if (skip_without_landlock()) return;
    const House house;
    const TemporaryFolder maps, named;
    std::ofstream(maps.file("map")) << "map";
    std::ofstream(maps.file("successor")) << "map";
    std::filesystem::create_symlink(maps.file("map"), named.file("map"));
    const auto opened = [&](const std::string& map) {
        return daemon::answer_of([&] {
            ServiceStart start = house.start(ServiceKind::web_app);
            start.settings.map = map;
            confine(start);
            return open_with(named.file("map"), O_RDONLY) + "|" +
                   open_with(maps.file("successor"), O_RDONLY) + "|" +
                   open_with(maps.file("map"), O_WRONLY);
        });
    };
    CHECK(opened(named.file("map")) == expected({"done", "done", kElsewhere}));
    CHECK(opened("") == expected({kElsewhere, kElsewhere, kElsewhere}));
}

// A volume that is not there costs the streets, and not the server.
TEST_CASE("a map whose folder is gone does not keep the web app from its start") {
    if (skip_without_landlock()) return;
    const House house;
    CHECK(daemon::answer_of([&] {
              ServiceStart start = house.start(ServiceKind::web_app);
              start.settings.map = "/nowhere/map.pmtiles";
              confine(start);
              return open_with(house.site.file("index.html"), O_RDONLY);
          }) == "done");
}

TEST_CASE("the demo calls the port of the phones by TCP and no other") {
    if (skip_without_landlock()) return;
    const House house;
    CHECK(tried_by(house, ServiceKind::demo) ==
          expected({kElsewhere, "done", "done", "done", kElsewhere, kElsewhere, "done", "done",
                    kElsewhere, kForbidden, kForbidden}));
}

TEST_CASE("the caller calls the ports that were named, and any where there are web hooks") {
    const House house;
    ServiceStart start = house.start(ServiceKind::caller);
    start.settings.mqtt = "localhost:1883";
    const Needs named = needs_of(start);
    CHECK_FALSE(named.premises.connects_to_any_port);
    CHECK(named.premises.tcp_connect_to == std::vector<std::uint16_t>{1883, 53});
    start.settings.web_hooks = {"public"};
    CHECK(needs_of(start).premises.connects_to_any_port);
    CHECK_FALSE(needs_of(house.start(ServiceKind::demo)).premises.connects_to_any_port);
}

TEST_CASE("a log that goes to the system log may connect to it anew") {
    const House house;
    const auto connect = [&](const std::string& log) {
        return daemon::answer_of([&] {
            const daemon::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
            confine(house.start(ServiceKind::receiver, log));
            const net::Address nobody = net::Address::parse("unix:" + house.data.file("log"));
            return daemon::reason_of(::connect(socket.get(), nobody.data(), nobody.size()));
        });
    };
    CHECK(connect("syslog") == "No such file or directory");
    CHECK(connect("stderr") == kForbidden);
}

TEST_CASE("a database that is a link to another folder can be used there") {
    if (skip_without_landlock()) return;
    const House house;
    const TemporaryFolder disk;
    std::ofstream(disk.file("waymark.db"));
    std::filesystem::remove(house.data.file("waymark.db"));
    std::filesystem::create_symlink(disk.file("waymark.db"), house.data.file("waymark.db"));
    CHECK(daemon::answer_of([&] {
              confine(house.start(ServiceKind::store));
              return open_with(disk.file("waymark.db-wal"), O_RDWR | O_CREAT);
          }) == "done");
}
