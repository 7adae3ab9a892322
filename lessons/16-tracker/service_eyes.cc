#include "service_eyes.hh"

#include <fmt/core.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string_view>

#include "daemon/channel.hh"
#include "daemon/children.hh"
#include "daemon/deadline.hh"
#include "daemon/error.hh"
#include "net/timed_io.hh"

namespace waymark::tracker {

namespace {

using daemon::Channel;
using daemon::UsageError;

constexpr std::string_view kSeen = "o";
constexpr char kUsage = 'u', kSystem = 's';

void become(const std::string& name) {
    const passwd* const entry = ::getpwnam(name.c_str());
    if (entry == nullptr) throw UsageError(fmt::format("there is no user {}", name));
    const passwd user = *entry;
    daemon::check(::initgroups(name.c_str(), user.pw_gid), "initgroups", name);
    daemon::check(::setresgid(user.pw_gid, user.pw_gid, user.pw_gid), "setresgid", name);
    daemon::check(::setresuid(user.pw_uid, user.pw_uid, user.pw_uid), "setresuid", name);
}

// What a look came to, in one message.
std::string result_of(const std::string& user, const std::function<void()>& look) {
    try {
        become(user);
        look();
        return std::string(kSeen);
    } catch (const UsageError& error) {
        return kUsage + std::string(error.what());
    } catch (const std::exception& error) {
        return kSystem + std::string(error.what());
    }
}

}  // namespace

std::string user_of_service(const Settings& settings) {
    struct stat folder {};
    if (::geteuid() != 0 || !settings.user.empty() ||
        ::stat(settings.data.c_str(), &folder) == -1 || folder.st_uid == 0)
        return {};
    const passwd* const owner = ::getpwuid(folder.st_uid);
    const std::string name = owner == nullptr ? "" : owner->pw_name;
    return name == "nobody" ? "" : name;
}

void look_as_service(const std::string& user, const std::function<void()>& look) {
    daemon::ChannelPair channel = daemon::make_channel();
    daemon::Children children;
    children.start([&] {
        channel.second.send(result_of(user, look).substr(0, Channel::kMaxMessage));
        return daemon::kExitOk;
    });
    channel.second.close();
    net::wait_readable(channel.first.fd(), daemon::Deadline::never());
    const std::string result(channel.first.receive().message);
    if (result == kSeen) return;
    const std::string words = fmt::format(
        "{} (looked as the user {}, whose the data folder is)",
        result.empty() ? "the look at the files has ended early" : result.substr(1), user);
    if (result.starts_with(kUsage)) throw UsageError(words);
    throw std::runtime_error(words);
}

}  // namespace waymark::tracker
