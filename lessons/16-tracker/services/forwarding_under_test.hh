// For tests: a store with its desk, and the caller's side of the channel to it, on one loop.

#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/log_under_test.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/forward_desk.hh"
#include "store/devices.hh"
#include "store/store.hh"
#include "unix_time.hh"

namespace waymark::tracker {

struct ForwardingStore {
    net::EventLoop loop;
    daemon::LogFolder log_folder;
    daemon::Log log{daemon::to_file(log_folder)};
    daemon::TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    std::unique_ptr<Store> store;
    std::unique_ptr<ForwardDesk> desk;
    std::unique_ptr<net::ChannelLink> link;  // the store's end
    UnixMillis time_ms = unix_now() - 1'000'000;
    bool is_durable = true;  // false: the next commits fail

    explicit ForwardingStore(const std::vector<std::string>& destinations)
        : destinations_(destinations) {
        open();
        store->change([](Connection& connection) {
            Devices(connection).add({{"van", {"v1"}, {}, {}}, {"boat", {"b1"}, {}, {}}}, 0);
        });
    }

    // As a store that has been started (again).
    void open() {
        link.reset();
        desk.reset();
        store = std::make_unique<Store>(path);
        desk = std::make_unique<ForwardDesk>(*store, log, destinations_);
        desk->prepare();
    }
    // A new caller; gives its end.
    daemon::Channel meet() {
        daemon::ChannelPair pair = daemon::make_channel();
        net::ChannelLink::Handlers handlers;
        handlers.on_message = [this](std::string_view message, daemon::Fd) { take(message); };
        link = std::make_unique<net::ChannelLink>(loop, std::move(pair.first), std::move(handlers));
        desk->meet([this](std::string_view message) { link->send(message); });
        return std::move(pair.second);
    }
    void take(std::string_view message) {
        store->begin();
        desk->take(message, 77);
        if (!is_durable) store->rollback();
        desk->ended(store->commit().durable);
        desk->answer();
    }
    // One commit.
    void add(int fixes, DeviceNumber device = 1) {
        store->begin();
        for (int i = 0; i < fixes; ++i) {
            Fix fix;
            fix.device = device;
            fix.time_ms = ++time_ms;
            fix.latitude_e7 = 481'234'567;
            REQUIRE(store->add(fix) == Added::stored);
        }
        REQUIRE(store->commit().durable);
        desk->look();
        desk->answer();
    }
    Forwarding::State state(const std::string& destination) {
        Forwarding::State state;
        store->look([&](Connection& connection) {
            state = Forwarding(connection).state(destination).value();
        });
        return state;
    }

  private:
    std::vector<std::string> destinations_;
};

}  // namespace waymark::tracker
