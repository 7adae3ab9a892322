// The receiver's way in for NMEA 0183 (protocols/nmea_stream): lines over TCP, and datagrams. There
// is no answer in this protocol, so a sender cannot know what is on disk. Over TCP it is held to it
// all the same: no more is read of a connection while its lines are not stored, and the sender's
// own buffer keeps what follows. What the store does not take within a minute is lost, and the log
// says so.
//
// Refused are connections beyond the limits of the settings, lines that are longer than any
// sentence, and connections that name too many unknown devices.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "net/acceptor.hh"
#include "net/access_list.hh"
#include "net/connection_gate.hh"
#include "net/event_loop.hh"
#include "net/task_group.hh"
#include "protocols/nmea_stream.hh"
#include "services/store_link.hh"
#include "settings.hh"

namespace waymark::tracker {

class NmeaInput {
  public:
    // What it asks of the thread that it is a part of.
    struct Host {
        std::function<const DeviceDirectory&()> devices;
        // Looks at whom a message named and takes out what may not be stored. False: nothing of it
        // may, and no more is to be read from there.
        std::function<bool(Decoded& decoded, const net::Address& peer)> judge;
    };

    // Loop, store and log must outlive it.
    NmeaInput(net::EventLoop& loop, StoreLink& store, daemon::Log& log, Host host);
    ~NmeaInput();

    // Begins to hear. `listeners` are listening TCP sockets, `datagrams` bound UDP sockets.
    void open(std::vector<daemon::Fd> listeners, std::vector<daemon::Fd> datagrams,
              const ReloadableSettings& settings);
    void reload(const ReloadableSettings& settings);
    // Hears no more. What was not handed to the store yet is lost with its connection.
    void close();
    // For the status page: a part of a JSON object, without its braces.
    std::string counters() const;

  private:
    class Datagrams;
    struct Connection;

    void accept(daemon::Fd socket, const net::Address& peer);
    net::Task<> serve(std::shared_ptr<Connection> connection);
    net::Task<bool> store_all(std::shared_ptr<Connection> connection);
    void take_datagram(std::string_view bytes, const net::Address& peer);
    net::Task<> store_datagram(std::shared_ptr<Decoded> decoded);

    net::EventLoop& loop_;
    StoreLink& store_;
    daemon::Log& log_;
    Host host_;
    net::AccessList access_{net::Access::allow};
    net::ConnectionGate gate_;
    std::vector<std::unique_ptr<net::Acceptor>> acceptors_;
    std::vector<std::unique_ptr<Datagrams>> datagrams_;
    net::TaskGroup tasks_;
    std::uint64_t lines_ = 0;
    std::uint64_t lost_ = 0;  // fixes that the store did not take
    bool closing_ = false;
};

}  // namespace waymark::tracker
