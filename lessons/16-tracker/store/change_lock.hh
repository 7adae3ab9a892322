// One change by people at a time. A limit ("100 places at most"), "the last admin stays" and "not
// beside another correction" are rules over several rows: they hold only if nobody writes between
// the look and the change. In SQLite a transaction that writes is alone from its beginning on. In
// PostgreSQL two of them run side by side, so those that have such a rule wait for each other here.
// Storing fixes takes no turn: it goes on beside such a change of another tracker. (The store service
// also makes the changes that its pages ask for, and while one of these waits here, its phones do.)
//
// What is counted here tells the other trackers, too, that something was changed of what they keep
// in memory or show on a page: devices, accounts, sessions, share links, places, what people delete
// of the quarantine, that old positions were removed or thinned out. So all that change these call
// it.

#pragma once

#include "store/connection.hh"

namespace waymark::tracker {

// Waits until no other transaction is behind this call, and is alone there until its own end. What
// is read from here on is as the last one left it.
void one_change_at_a_time(Connection& connection);

}  // namespace waymark::tracker
