// The rows that corrections change, a step at a time. Part of store/corrections.

#pragma once

#include "store/connection.hh"
#include "store/correction.hh"

namespace waymark::tracker {

// Changes what is to be changed of the next `at_once` rows, and moves `at`. False at the end of the
// table that the stage looks at: then it changed nothing.
bool do_step(Connection& connection, Correction& correction, int at_once);

// Hides or deletes one fix, if it is there: 1 or 0.
int take_one(Connection& connection, const Correction& correction, const FixKey& key);

// How far it is.
void write_progress(Connection& connection, const Correction& correction);

}  // namespace waymark::tracker
