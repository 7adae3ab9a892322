// The services of the tracker, each a function that runs an event loop until it is told to
// stop. None of them knows whether it is a process or a thread, nor who started it: all it has is
// what it is handed here. The process that parses what strangers send has no file, the one that
// writes hears no stranger, and the one that people look at does not write: it asks the store. As
// processes they are held to what they need (services/confinement). A demo adds one more, which is
// a stranger to the others as any phone is.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/fd.hh"
#include "daemon/log.hh"
#include "net/address.hh"
#include "services/identity_files.hh"
#include "services/messages.hh"
#include "services/process_memory.hh"
#include "settings.hh"

namespace waymark::tracker {

struct ServiceStart {
    Settings settings;
    ServiceKind kind = ServiceKind::store;
    std::uint16_t number = 0;
    daemon::Channel control;
    std::vector<daemon::Fd> listeners{};       // listening sockets, for those who serve
    std::vector<daemon::Fd> tls_listeners{};   // for receivers: by TLS
    std::vector<daemon::Fd> nmea_listeners{};  // for receivers: TCP
    std::vector<daemon::Fd> nmea_datagrams{};  // and UDP
    net::Address target{};                     // where phones send
    std::optional<net::Address> tls_target{};  // and by TLS, if they can
    IdentityFiles identity{};                  // of those who serve by TLS
    std::unique_ptr<daemon::Log> log{};        // made by run_service: the service may open no file
    ProcessMemory memory{};                    // the same
};

// Each returns its exit code; throws std::system_error, StoreError or UsageError when it cannot
// begin.
int run_store(ServiceStart& start);
int run_receiver(ServiceStart& start);
int run_web_app(ServiceStart& start);
int run_demo(ServiceStart& start);
int run_caller(ServiceStart& start);

// By kind.
int run_service(ServiceStart& start);

}  // namespace waymark::tracker
