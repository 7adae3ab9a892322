// What each service may do, and how it is held to that. A service that was taken over by what it
// parses can do what its process can; so the process that parses strangers' messages can open no
// file and make no connection, and the one that has the database hears no stranger.
//
// What this does not keep out: the web app could write the database, for its readers lock and write
// in a file beside it, and Landlock goes by folder; where the store is PostgreSQL, web app and store
// have its account. Where the kernel has no Landlock, store, web app
// and demo may open whatever their user may.

#pragma once

#include <vector>

#include "daemon/call_groups.hh"
#include "daemon/landlock.hh"
#include "services/service.hh"

namespace waymark::tracker {

struct Needs {
    std::vector<daemon::CallGroup> calls;
    daemon::Premises premises;
};

// Throws UsageError if the pages of the web app are nowhere.
Needs needs_of(const ServiceStart& start);

// Holds this process to what its service needs, for good (daemon/call_filter, daemon/landlock). To
// be called with the log open and before there are threads. Throws std::system_error.
daemon::Enforced confine(const ServiceStart& start);

}  // namespace waymark::tracker
