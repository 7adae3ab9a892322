#include "root_start.hh"

#include <fmt/core.h>
#include <unistd.h>

#include "daemon/error.hh"
#include "daemon/privileges.hh"
#include "store/data_folder.hh"

namespace waymark::tracker {

using daemon::UsageError;

std::string user_to_become(const Settings& settings) {
    if (::geteuid() != 0 || settings.user == "root") return {};
    return settings.user.empty() ? "nobody" : settings.user;
}

void give_root_away(const Settings& settings) {
    const std::string user = user_to_become(settings);
    if (user.empty()) return;
    give_data_folder(settings.data, user);
    daemon::drop_permanently(user);
    daemon::set_no_new_privileges();
    if (::access(settings.data.c_str(), R_OK | W_OK | X_OK) == -1)
        throw UsageError(
            fmt::format("the data folder {} cannot be reached by the user {}, as whom the server "
                        "runs when root starts it; name another with --data, or another user with "
                        "--user",
                        settings.data, user));
}

}  // namespace waymark::tracker
