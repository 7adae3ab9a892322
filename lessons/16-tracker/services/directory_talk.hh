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
    // Whether it is to be told again: it could not be read, or places in it are not what they were.
    bool is_due() const { return is_due_; }
    void want() { is_due_ = true; }

  private:
    void put_off(const std::exception& error);

    Store& store_;
    SharedPlaces& shared_places_;
    daemon::Log& log_;
    bool is_due_ = false;
};

}  // namespace waymark::tracker
