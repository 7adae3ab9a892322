// 6. Pre-forked processes with a crew of threads each: fewer processes for as many clients, and a
// crash takes one crew along. Apache's worker module is made like this.

#include "workers.hh"

using namespace waymark::echo;

int main(int argument_count, char** arguments) {
    return run("echo-prefork-threads", argument_count, arguments,
               [](const Options& options, const Listener& listener) {
                   serve_by_workers("echo-prefork-threads", listener, options.workers,
                                    options.threads);
               });
}
