// What a program asks of the kernel, in groups that a reader understands: the words in which a
// process says what it needs (daemon/call_filter). Linux has more than 300 calls; a server that
// answers strangers needs fewer than a hundred of them, and whoever takes it over could use all.
//
// Which calls the C library makes for a function is its own affair and changes: a thread is
// clone(2) here and clone3(2) there. So a group has the relatives of a call, too, those of other
// machines and of newer libraries.

#pragma once

#include <seccomp.h>

#include <optional>
#include <vector>

namespace waymark::daemon {

enum class CallGroup {
    process,         // end, ask for ids and limits, random bytes, wait for a lock
    memory,          // take and give back memory; none in which code could be run
    threads,         // start threads: no processes, no name spaces
    time,            // look at clocks, sleep
    signals,         // handlers and masks; send a signal to itself, and to nobody else
    descriptors,     // read, write, copy and close what is open already
    waiting,         // epoll, poll, select
    conversation,    // send and receive on sockets that are there, also descriptors; pairs of them
    accepting,       // take clients from a listening socket
    sockets,         // make sockets of the families IPv4, IPv6 and Unix
    connecting,      // connect a socket, of whichever kind it is
    files_to_read,   // open files for reading, look for files
    files_beneath,   // openat2(2), whose flags no filter can see: for writing as well
    files_to_write,  // open files for writing, make new ones, lock them, see them to the disk
    file_names,      // remove and rename files, change their mode
};

// A call of a group, and of which kind one of its arguments must be, if that matters. SCMP_SYS
// gives a number for each name; those that this machine does not have are below zero.
struct CallRule {
    int call;
    std::optional<scmp_arg_cmp> only_if = std::nullopt;
};

std::vector<CallRule> rules_of(CallGroup group);

}  // namespace waymark::daemon
