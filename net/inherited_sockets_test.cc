#include "net/inherited_sockets.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "daemon/children_under_test.hh"
#include "daemon/error.hh"
#include "net/clients_under_test.hh"
#include "net/socket_options.hh"

using namespace waymark::net;
using namespace waymark::daemon;

namespace {

constexpr int kFirst = 3;

// In a process of its own, with `sockets` listeners from descriptor 3 on and nothing else open, as
// a manager starts a service: `body` must give 0.
template <class Body>
int in_a_service(int sockets, Body body) {
    return status_of([&] {
               close_all_but({});
               for (int i = 0; i < sockets; ++i) {
                   // As after exec: not close-on-exec.
                   const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
                   if (socket != kFirst + i || ::listen(socket, 5) == -1) return 90;
               }
               for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
                   ::unsetenv(name);
               return body();
           })
        .code();
}

void set(const char* name, const std::string& value) {
    ::setenv(name, value.c_str(), 1);
}

void mean_this_process() {
    set("LISTEN_PID", std::to_string(::getpid()));
}

bool is_refused(std::string_view words) {
    try {
        take_inherited_sockets();
        return false;
    } catch (const UsageError& error) {
        return std::string_view(error.what()).find(words) != std::string_view::npos;
    }
}

bool is_open(int number) {
    return ::fcntl(number, F_GETFD) != -1;
}

}  // namespace

TEST_CASE("the sockets of a manager are taken in their order and close-on-exec and once") {
    CHECK(in_a_service(2, [] {
              mean_this_process();
              set("LISTEN_FDS", "2");
              std::vector<InheritedSocket> sockets = take_inherited_sockets();
              if (sockets.size() != 2) return 1;
              for (int i = 0; i < 2; ++i) {
                  if (sockets[i].socket.get() != kFirst + i) return 2;
                  if ((::fcntl(kFirst + i, F_GETFD) & FD_CLOEXEC) == 0) return 3;
                  if (sockets[i].name != "unknown") return 4;
              }
              for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
                  if (std::getenv(name) != nullptr) return 5;
              if (!take_inherited_sockets().empty()) return 6;
              Listener listener = Listener::adopt(std::move(sockets[1].socket));
              const Fd client = connect_client(
                  Address::parse("127.0.0.1:0").with_port(listener.address().port()));
              return accept_soon(listener).status == AcceptStatus::accepted ? 0 : 7;
          }) == 0);
}

TEST_CASE("each socket has the name that the manager gave it") {
    CHECK(in_a_service(3, [] {
              mean_this_process();
              set("LISTEN_FDS", "3");
              set("LISTEN_FDNAMES", "web::devices");
              const std::vector<InheritedSocket> sockets = take_inherited_sockets();
              if (sockets.size() != 3 || sockets[0].name != "web") return 1;
              return sockets[1].name.empty() && sockets[2].name == "devices" ? 0 : 2;
          }) == 0);
}

TEST_CASE("what another process was given is left alone and no longer spoken of") {
    CHECK(in_a_service(1, [] {
              set("LISTEN_PID", std::to_string(::getppid()));
              set("LISTEN_FDS", "1");
              if (!take_inherited_sockets().empty()) return 1;
              if (!is_open(kFirst) || (::fcntl(kFirst, F_GETFD) & FD_CLOEXEC) != 0) return 2;
              return std::getenv("LISTEN_PID") || std::getenv("LISTEN_FDS") ? 3 : 0;
          }) == 0);
}

TEST_CASE("without a manager there is nothing") {
    CHECK(in_a_service(1, [] {
              if (!take_inherited_sockets().empty()) return 1;
              set("LISTEN_FDS", "1");  // nobody is meant
              if (!take_inherited_sockets().empty()) return 2;
              mean_this_process();
              set("LISTEN_FDS", "0");
              return take_inherited_sockets().empty() && is_open(kFirst) ? 0 : 3;
          }) == 0);
}

TEST_CASE("variables that contradict themselves are refused with their names") {
    for (const char* count : {"", "x", "1x", "-1", " 1", "99999999999", "20000"}) {
        CAPTURE(count);
        CHECK(in_a_service(1, [&] {
                  mean_this_process();
                  set("LISTEN_FDS", count);
                  return is_refused(fmt::format("LISTEN_FDS={}: ", count)) ? 0 : 1;
              }) == 0);
    }
    CHECK(in_a_service(1, [] {
              set("LISTEN_PID", "4x");
              set("LISTEN_FDS", "1");
              return is_refused("LISTEN_PID=4x: ") ? 0 : 1;
          }) == 0);
    CHECK(in_a_service(1, [] {
              mean_this_process();
              set("LISTEN_FDS", "1");
              set("LISTEN_FDNAMES", "a:b");
              return is_refused("LISTEN_FDNAMES=a:b: names 2") && !is_open(kFirst) ? 0 : 1;
          }) == 0);
    CHECK(in_a_service(1, [] {
              mean_this_process();
              set("LISTEN_FDS", "0");
              set("LISTEN_FDNAMES", "a");
              return is_refused("LISTEN_FDNAMES=a: names 1") && is_open(kFirst) ? 0 : 1;
          }) == 0);
}

TEST_CASE("a descriptor that is not open is named, and those that are open are closed") {
    CHECK(in_a_service(2, [] {
              ::close(kFirst);
              mean_this_process();
              set("LISTEN_FDS", "3");
              if (!is_refused("descriptor 3 is not open")) return 1;
              return is_open(kFirst + 1) || std::getenv("LISTEN_FDS") ? 2 : 0;
          }) == 0);
}
