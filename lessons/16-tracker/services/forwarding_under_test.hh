// For tests: a store with its desk, and the caller's side of the channel to it, on one loop. In
// either engine (store/database_under_test).

#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/log_under_test.hh"
#include "net/channel_link.hh"
#include "net/event_loop.hh"
#include "services/forward_desk.hh"
#include "store/database_under_test.hh"
#include "store/devices.hh"
#include "store/store.hh"
#include "unix_time.hh"

namespace waymark::tracker {

struct ForwardingStore {
    net::EventLoop loop;
    daemon::LogFolder log_folder;
    daemon::Log log{daemon::to_file(log_folder)};
    DatabaseUnderTest database;
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
        store = std::make_unique<Store>(database.location(), Store::kQuarantineRoom, "here");
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
        desk->answer(77);
    }
    // One commit.
    void add(int fixes, DeviceNumber device = 1) {
        add_to(*store, fixes, device);
        look();
    }
    // The same by a command beside the server.
    void add_by_command(int fixes) {
        Store command(database.location());
        add_to(command, fixes, 1);
        look();
    }
    void look() {
        desk->look();
        desk->answer(77);
    }
    Forwarding::State state(const std::string& destination) {
        Forwarding::State state;
        store->look([&](Connection& connection) {
            state = Forwarding(connection).state(destination).value();
        });
        return state;
    }

  private:
    void add_to(Store& writer, int fixes, DeviceNumber device) {
        writer.begin();
        for (int i = 0; i < fixes; ++i) {
            Fix fix;
            fix.device = device;
            fix.time_ms = ++time_ms;
            fix.latitude_e7 = 481'234'567;
            REQUIRE(writer.add(fix) == Added::stored);
        }
        REQUIRE(writer.commit().durable);
    }

    std::vector<std::string> destinations_;
};

}  // namespace waymark::tracker
