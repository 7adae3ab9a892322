// For tests of clients: a server that sends what its script says, and keeps what it was asked.

#pragma once

#include <sys/socket.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/fd.hh"
#include "net/address.hh"
#include "net/line_reader.hh"
#include "net/silent_under_test.hh"
#include "net/streams_under_test.hh"

namespace waymark::net::http {

// What the server does with its n-th connection: for each answer, it reads one request head and
// sends the answer; then it closes.
using Script = std::vector<std::vector<std::string>>;

class ScriptedServer {
  public:
    explicit ScriptedServer(Script script)
        : thread_([this, script = std::move(script)] { run(script); }) {}
    ~ScriptedServer() { requests(); }

    const Address& address() const { return listener_.address; }
    // The heads that it was sent, once the script has been played.
    const std::vector<std::string>& requests() {
        if (thread_.joinable()) thread_.join();
        return requests_;
    }

  private:
    void run(const Script& script) {
        for (const std::vector<std::string>& answers : script) {
            if (wait_readable(listener_.socket, long_deadline()) != Ready::ready) return;
            const Fd socket(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
            LineReader reader(socket);
            for (const std::string& answer : answers) {
                std::string head;
                std::string line;
                do {
                    const IoResult result = reader.read_line(line, 8192, long_deadline());
                    if (result.status != IoStatus::done) return;
                    head += line + "\n";
                } while (!line.empty());
                requests_.push_back(head);
                write_all(socket, answer, long_deadline());
            }
        }
    }

    std::vector<std::string> requests_;
    net::Server listener_ = make_server("127.0.0.1:0");
    std::thread thread_;
};

}  // namespace waymark::net::http
