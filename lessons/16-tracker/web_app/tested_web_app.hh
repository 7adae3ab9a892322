// For tests: the web app as a whole, the service in a thread of this program with a real database,
// and a browser that says over 127.0.0.1 whatever it likes. The test is the supervisor and the
// store.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "account.hh"
#include "daemon/channel.hh"
#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "daemon/folder_under_test.hh"
#include "first_link.hh"
#include "fix.hh"
#include "net/address.hh"
#include "net/listener.hh"
#include "settings.hh"
#include "store/store.hh"

namespace waymark::tracker {

inline constexpr UnixMillis kDay = 86'400'000;
inline constexpr UnixMillis kStart = 16'323 * kDay;  // 2014-09-10

// Long enough for a loaded machine under a sanitizer; reached only by a failing test.
daemon::Deadline soon();

// The next message, waited for.
std::string receive(daemon::Channel& channel);

// One connection to the web app, on which a test says whatever it likes.
class Browser {
  public:
    Browser(const net::Address& address, std::string_view request);

    // What came since the last call, up to and with `text`.
    std::string read_until(std::string_view text);
    std::string read_to_end();

  private:
    bool read_more();

    daemon::Fd socket_;
    std::array<char, 65536> buffer_;
    std::string received_;
};

struct Reply {
    int status = 0;
    std::string head;
    std::string body;
    nlohmann::json data() const;
};

// The web app with a database of three devices ("none" never has a fix), one account, which is an
// admin's and has no password, and a site of a few pages.
class WebApp {
  public:
    WebApp();
    WebApp(const WebApp&) = delete;
    WebApp& operator=(const WebApp&) = delete;
    ~WebApp();

    // `change`, if there is any, has its settings before.
    void start(const std::function<void(Settings&)>& change = {});
    // Returns when they hold.
    void reload(const ReloadableSettings& settings);
    void tell_to_stop();
    // Its exit code, as that of wait_for_end().
    int stop();
    void lose_supervisor() { control_->close(); }
    int wait_for_end();

    // Hands the web app a channel, whose other end is returned: the store's.
    daemon::Channel connect_store();

    // Stores and returns the commit's number.
    std::uint64_t store(const std::vector<Fix>& fixes);
    void heartbeat(DeviceNumber device, float battery_percent, UnixMillis now);

    // Before start(): another account that is logged in; the token of its session.
    std::string begin_session(const std::string& name, Role role,
                              const std::vector<DeviceGrant>& grants);
    // Goes with what is asked, unless there is a Cookie among its fields.
    std::string admin_cookie;
    FirstLink first_link;  // both before start()
    bool is_demo = false;

    // `fields` are lines with their ends.
    Browser open(std::string_view target, std::string_view fields = "",
                 std::string_view host = "localhost", std::string_view method = "GET");
    Reply get(std::string_view target, std::string_view fields = "",
              std::string_view host = "localhost", std::string_view method = "GET");
    // Sends the bytes as they are, and reads until the connection ends.
    Reply say(std::string_view request);

    // In the folder that has the database and the site.
    std::string file(const std::string& name) const { return folder_.file(name); }
    std::string database() const { return folder_.file("waymark.db"); }

  private:
    daemon::TemporaryFolder folder_;
    net::Listener listener_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<daemon::Channel> control_;
    std::thread thread_;
    std::atomic<int> exit_code_ = -1;
};

Fix fix_at(DeviceNumber device, UnixMillis time_ms, bool valid = true);

}  // namespace waymark::tracker
