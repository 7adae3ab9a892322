// What the store tells the receivers of the devices: who they are, and where those are whom another
// may see. Where the database cannot be read, as PostgreSQL that is away, the receivers go on with
// what they know, and it is told later.

#pragma once

#include <exception>
#include <functional>
#include <string>
#include <string_view>

#include "daemon/log.hh"
#include "services/shared_places.hh"
#include "store/store.hh"

namespace waymark::tracker {

class DirectoryTalk {
  public:
    // All must outlive it.
    DirectoryTalk(Store& store, SharedPlaces& shared_places, daemon::Log& log)
        : store_(store), shared_places_(shared_places), log_(log) {}
    DirectoryTalk(const DirectoryTalk&) = delete;
    DirectoryTalk& operator=(const DirectoryTalk&) = delete;

    // Says all of it, in as many messages as it takes.
    void tell(const std::function<void(std::string_view message)>& send);
    // Whether it could not be read, and somebody waits for it.
    bool is_due() const { return is_due_; }

  private:
    void put_off(const std::exception& error);

    Store& store_;
    SharedPlaces& shared_places_;
    daemon::Log& log_;
    bool is_due_ = false;
};

}  // namespace waymark::tracker
