// What people want done with the quarantine from the web app's pages. The web app cannot write, so
// it asks the store, which does it between two transactions.

#pragma once

#include <vector>

#include "services/messages.hh"
#include "store/store.hh"

namespace waymark::tracker {

// Does one wish: all of a deletion, of a replay one step (store/quarantine.hh). `fresh` are the
// fixes that are new. Does not throw for what the database refuses: the answer says so.
QuarantineDone fulfil(const QuarantineWish& wish, Store& store, std::vector<Fix>& fresh);

}  // namespace waymark::tracker
