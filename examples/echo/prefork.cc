// 5. Processes that were started before the clients come. A client costs no fork(2) any more, and a
// crash still takes one client along; the process is replaced. As many clients at once as
// processes.

#include "workers.hh"

using namespace waymark::echo;

int main(int argument_count, char** arguments) {
    return run("echo-prefork", argument_count, arguments,
               [](const Options& options, const Listener& listener) {
                   serve_by_workers("echo-prefork", listener, options.workers, 1);
               });
}
