// 1. One client after the other. The shortest server there is; whoever comes second waits until the
// first one is gone, however long that takes.

#include <utility>

#include "door.hh"
#include "echo.hh"

using namespace waymark::echo;

namespace {

void serve(const Options&, Listener listener) {
    Door door(std::move(listener));
    while (const Fd client = door.next_client())
        if (!echo_back_until_signal(client)) return;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return run("echo-iterative", argument_count, arguments, serve);
}
