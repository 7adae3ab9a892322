// The wrong way: processes that share a listener wait for it in poll, and then call accept on a
// listener that blocks. One client wakes them all; one process gets it; the others sleep in accept.
//
// Look at step 2, at the system call in which each process sleeps, and at step 3: three of four do
// not hear that they shall stop. A program that seemed to work for weeks hangs when it is stopped.

#include "prefork.hh"

int main(int argument_count, char** arguments) {
    return waymark::demo::show_four_and_a_client(false, {argument_count, arguments});
}
