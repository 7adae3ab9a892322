// What a start leaves behind. To bind a program to its libraries, the linker reads their tables of
// names from end to end; main() reads its options, forks, and from then on the supervising process
// waits for signals. The pages of all that stay mapped in it, megabytes that no child uses.

#pragma once

namespace waymark::tracker {

// Takes the pages of code and constants, this program's and its libraries', out of the mapping of
// this process: those that no segment may write. The files have them, and mostly the kernel's
// cache; whoever runs on gets back what it touches, for a page fault each.
//
// A debugger's breakpoints are written into such pages, and are gone afterwards.
void let_start_pages_go();

}  // namespace waymark::tracker
