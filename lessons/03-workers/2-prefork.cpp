// The same four processes, and a listener that does not block (O_NONBLOCK). Those who come too late
// are told so by accept (EAGAIN) and wait in poll again, where they hear everything.
//
// Look at step 2, at the system call in which each process sleeps, and at step 3: all have heard
// it.

#include "prefork.hh"

int main(int argument_count, char** arguments) {
    return waymark::demo::show_four_and_a_client(true, {argument_count, arguments});
}
