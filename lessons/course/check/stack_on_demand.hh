// Where the threads of a case are, told when the runner asks: a case that hangs cannot be asked in
// any other way without a debugger. The runner sends a signal to one thread, whose handler prints
// its stack, as the sanitizer sees it, between two marks. The program hangs, so nothing is lost if
// the handler does what a handler should not.

#pragma once

namespace waymark::course::check {

// From here on the signal is answered, in children, too. Does nothing without a sanitizer.
void print_stacks_on_demand();

}  // namespace waymark::course::check
