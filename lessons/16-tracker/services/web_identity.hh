// Where certificate and key of the web app come from: this process opens the files, or, if it was
// root and is so no more, the process that it has left behind for that (services/identity_files).

#pragma once

#include <memory>

#include "services/identity_files.hh"
#include "settings.hh"

namespace waymark::tracker {

class WebIdentity {
  public:
    // To be made while the process has the rights that it began with.
    WebIdentity(const Settings& settings, bool will_leave_root);

    bool is_wanted() const { return !names_.chain_file.empty(); }
    // As the files are now; nothing if there are none. Throws as copy_identity().
    IdentityFiles read();

  private:
    IdentityNames names_;
    std::unique_ptr<KeyKeeper> keeper_;
};

}  // namespace waymark::tracker
