// A process that waits for a signal, watched from outside. "It missed the signal" is not a matter
// of time: the flag is raised, and /proc says that the process sleeps, and goes on sleeping.

#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "daemon/signals.hh"
#include "lessons/course/check/shared_memory.hh"

namespace waymark::course::check {

// What the watched process and the watcher share.
struct WaitBoard {
    daemon::SignalFlag flag;             // what is waited for
    daemon::SignalFlag other;            // for a signal that is none of the wait's business
    std::atomic<bool> sent = false;      // the signal that ends the wait is on its way
    std::atomic<int> count_at_end = -1;  // of `flag`, when the wait was over
    char thrown[200] = "";               // what left the wait
    std::atomic<int> other_asleep = -1;  // of `other`, when it fell asleep before `sent`
};

struct WatchedWait {
    bool missed = false;    // it slept although the flag was raised or the signal pending
    bool returned = false;  // the process came to its end by itself
    int result = -1;        // what it gave, if so
    int killed_by = 0;      // the signal that ended it, if one did
    std::string thrown;     // the words of an exception that left `body`
};

// Runs `body` in a process of its own until it ends, or misses its signal and is ended. If it falls
// asleep before the signal was sent from inside, `signal` is sent from here.
WatchedWait watch_wait(WaitBoard& board, int signal, const std::function<int()>& body);

}  // namespace waymark::course::check
