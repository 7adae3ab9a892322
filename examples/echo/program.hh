// What the ten echo servers have in common besides the echo: their command line, the address on
// which they say that they listen, their exit codes, and how long their clients may take to go.
//
// On SIGTERM or SIGINT each of them lets nobody else in and ends its connections in order: what a
// client has sent before is still sent back, as far as it takes that within the grace. How a design
// tells those who serve is its own matter; most let the client's end come early, by shutdown(2).

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "net/address.hh"
#include "net/listener.hh"

namespace waymark::echo {

using net::Listener;

struct Options {
    net::Address listen = net::Address::parse("127.0.0.1:7007");
    std::size_t clients = 1000;  // of one more, the connection is closed at once
    unsigned workers = 16;       // processes or threads, where the design has a fixed number
    unsigned threads = 4;        // of each worker, where it has both
};

inline constexpr std::chrono::seconds kGrace{1};

// Prints "listening on 127.0.0.1:7007". To be called when a signal ends the server in order.
void tell_address(const Listener& listener);

// A design: from a listener, which has said nothing yet, until a signal has ended it.
using Serve = std::function<void(const Options&, Listener)>;

// main(): reads the command line, listens and calls `serve`, or says what is wrong; when that
// returns, the file of a Unix socket is removed. Gives the exit code.
int run(const char* name, int argument_count, char** arguments, const Serve& serve);

}  // namespace waymark::echo
