// 2. A process for each client. They share nothing: one that crashes takes its own client along and
// nobody else. Each costs a fork(2), and must be buried (wait(2)).

#include <exception>
#include <utility>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "door.hh"
#include "echo.hh"

using namespace waymark;
using namespace waymark::echo;

namespace {

void serve(const Options& options, Listener listener) {
    daemon::Children children;
    Door door(std::move(listener), [&] { children.reap(); });
    while (const Fd client = door.next_client()) {
        if (children.running().size() >= options.clients) continue;
        try {
            children.start([&] {
                door.close();
                echo_back_until_signal(client);
                return daemon::kExitOk;
            });
        } catch (const std::exception& error) {  // no process: that client only
            daemon::print_error("echo-fork", error.what());
        }
    }
    door.close();
    children.terminate_all(daemon::Deadline::after(2 * kGrace));
}

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-fork", argument_count, arguments, serve);
}
