#include "root_start.hh"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/error.hh"
#include "daemon/privileges.hh"
#include "store/data_folder.hh"

namespace waymark::tracker {

using daemon::UsageError;

std::string user_to_become(const Settings& settings) {
    if (::geteuid() != 0 || settings.user == "root") return {};
    return settings.user.empty() ? "nobody" : settings.user;
}

namespace {

// Root's is closed to the user, and a library that looks there (libpq: for certificates) takes
// that for a failure, where it would pass over a folder that is not there.
void take_home_of(const std::string& user) {
    const passwd* const known = ::getpwnam(user.c_str());
    if (known != nullptr && known->pw_dir != nullptr)
        ::setenv("HOME", known->pw_dir, 1);
    else
        ::unsetenv("HOME");
}

}  // namespace

void give_root_away(const Settings& settings) {
    const std::string user = user_to_become(settings);
    if (user.empty()) return;
    give_data_folder(settings.data, user);
    daemon::drop_permanently(user);
    take_home_of(user);
    daemon::set_no_new_privileges();
    if (::access(settings.data.c_str(), R_OK | W_OK | X_OK) == -1)
        throw UsageError(
            fmt::format("the data folder {} cannot be reached by the user {}, as whom the server "
                        "runs when root starts it; name another with --data, or another user with "
                        "--user",
                        settings.data, user));
}

}  // namespace waymark::tracker
