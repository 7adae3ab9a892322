// For tests: programs behind a server on a loop.

#pragma once

#include "net/http/cgi.hh"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "daemon/signals.hh"
#include "net/http/server_conversation.hh"

namespace waymark::net::http {

using namespace std::chrono_literals;

inline const std::string kType = "echo Content-Type: text/plain; echo\n";

struct Programs : ServerConversation {
    daemon::TemporaryFolder folder;
    Cgi::Settings settings;
    std::vector<std::string> logged;
    std::unique_ptr<Cgi> cgi;

    Programs() {
        daemon::ignore_sigpipe();
        settings.directory = folder.path();
        settings.document_root = "/srv/www";
        settings.log = [this](std::string_view program, std::string_view line) {
            logged.push_back(std::string(program) + ": " + std::string(line));
        };
        router.add("GET", "/hello", 0, [](Exchange& exchange) {
            exchange.answer.answer(200, "text/plain", "hello\n");
            return answered();
        });
    }
    ~Programs() { server.reset(); }  // before the programs that it runs
    void put(const std::string& name, const std::string& script) const {
        std::ofstream(folder.file(name)) << "#!/bin/sh\n" << script;
        REQUIRE(::chmod(folder.file(name).c_str(), 0755) == 0);
    }
    void begin() {
        cgi = std::make_unique<Cgi>(settings);
        for (const char* method : {"GET", "POST"})
            router.add_streaming(method, "/cgi-bin/*", 10'000'000,
                                 [this](Exchange& exchange) { return (*cgi)(exchange); });
    }
    void ask(const std::string& method, const std::string& path, const std::string& more = {},
             const std::string& body = {}) {
        if (!cgi) begin();
        send(method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n" + body);
    }
    // The answer, and the one to a request after it, if the connection lives.
    std::string answer_of(const std::string& method, const std::string& path,
                          const std::string& more = {}, const std::string& body = {}) {
        ask(method, path, more, body);
        send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        rounds_until([&] {
            receive_some();
            return has_ended || received.ends_with("hello\n");
        });
        return received;
    }
    bool has_logged(const std::string& text) const {
        for (const std::string& line : logged)
            if (line.find(text) != std::string::npos) return true;
        return false;
    }
};

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline bool is_alive(pid_t pid) {
    return ::kill(pid, 0) == 0 || errno != ESRCH;
}

inline bool has_children() {
    siginfo_t information{};
    return ::waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// The body of the only answer.
inline std::string without_chunks(const std::string& answer) {
    std::string body;
    std::size_t at = answer.find("\r\n\r\n") + 4;
    while (at < answer.size()) {
        const std::size_t length = std::stoul(answer.substr(at, 16), nullptr, 16);
        at = answer.find("\r\n", at) + 2;
        body += answer.substr(at, length);
        at += length + 2;
    }
    return body;
}

inline std::string length_of(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

}  // namespace waymark::net::http
