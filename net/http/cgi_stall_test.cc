// Programs that stall, fail or stay: how they are answered for, and that none outlives its request.

#include <doctest/doctest.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "net/http/cgi_under_test.hh"

using namespace waymark;
using namespace waymark::net::http;

TEST_CASE("a program without an answer is 502, and what it complains of is told") {
    Programs p;
    p.put("dies.cgi", "echo first >&2; printf second >&2; exit 3\n");
    p.put("bad.cgi", "echo nonsense; echo\n");
    p.put("long.cgi", "yes X-A: b\n");
    CHECK(has(p.answer_of("GET", "/cgi-bin/dies.cgi"), "HTTP/1.1 502 Bad Gateway\r\n"));
    CHECK(p.received.ends_with("hello\n"));
    CHECK(p.has_logged("/dies.cgi: first"));
    CHECK(p.has_logged("/dies.cgi: second"));
    p.received.clear();
    CHECK(has(p.answer_of("GET", "/cgi-bin/bad.cgi"), "HTTP/1.1 502 "));
    CHECK(p.has_logged("nonsense"));
    p.received.clear();
    CHECK(has(p.answer_of("GET", "/cgi-bin/long.cgi"), "HTTP/1.1 502 "));
    CHECK(p.has_logged("more than 16384 bytes"));
    CHECK_FALSE(has_children());
}

TEST_CASE("a program that stalls before its head is 504, and its whole group is killed") {
    Programs p;
    p.settings.head = 50ms;
    const std::string pid_file = p.folder.file("pid");
    p.put("stall.cgi", "sleep 1000 & echo $! > " + pid_file + "; wait\n");
    CHECK(has(p.answer_of("GET", "/cgi-bin/stall.cgi"), "HTTP/1.1 504 Gateway Timeout\r\n"));
    CHECK(p.received.ends_with("hello\n"));
    CHECK_FALSE(has_children());
    pid_t sleeper = 0;
    std::ifstream(pid_file) >> sleeper;
    if (sleeper > 0) p.rounds_until([&] { return !is_alive(sleeper); });
}

TEST_CASE("a program that stalls in the middle, is killed, or writes too little breaks off") {
    Programs p;
    p.settings.silence = 50ms;
    p.put("stall.cgi", kType + "echo half; exec sleep 1000\n");
    p.put("killed.cgi", kType + "echo half; sleep 0.1; kill -9 $$\n");
    p.put("short.cgi", "printf 'Content-Type: a/b\\nContent-Length: 10\\n\\nhalf'; sleep 0.01\n");
    for (const char* path : {"/cgi-bin/stall.cgi", "/cgi-bin/killed.cgi", "/cgi-bin/short.cgi"}) {
        CAPTURE(path);
        p.peer.reset();
        p.ask("GET", path);
        p.receive_until_end();
        CHECK_FALSE(has(p.received, "\r\n0\r\n\r\n"));
        CHECK_FALSE(p.logged.empty());
        p.logged.clear();
    }
    CHECK_FALSE(has_children());
}

TEST_CASE("what a program leaves running ends with it") {
    Programs p;
    const std::string pid_file = p.folder.file("pid");
    p.put("leaves.cgi", kType + "sleep 1000 & echo $! > " + pid_file + "; echo done\n");
    CHECK(has(p.answer_of("GET", "/cgi-bin/leaves.cgi"), "done\n"));
    pid_t left = 0;
    std::ifstream(pid_file) >> left;
    REQUIRE(left > 0);
    p.rounds_until([&] { return !is_alive(left); });
}

TEST_CASE("a body that does not come as a whole is not taken for one") {
    Programs p;
    p.limits.body = p.limits.body_grace = 50ms;
    const std::string seen = p.folder.file("seen");
    p.put("a.cgi", "cat > /dev/null; echo whole > " + seen + "; " + kType);
    p.ask("POST", "/cgi-bin/a.cgi", "Content-Length: 100\r\n", "part");
    p.receive_until("HTTP/1.1 408");
    p.receive_until_end();
    CHECK_FALSE(std::filesystem::exists(seen));
    CHECK_FALSE(has_children());
}

TEST_CASE("a program that does not want the body may answer without it") {
    Programs p;
    p.put("a.cgi", "exec < /dev/null\n" + kType + "echo done\n");
    const std::string body(1'000'000, 'x');
    p.ask("POST", "/cgi-bin/a.cgi", length_of(body));
    p.receive_until("done\n");
    CHECK(has(p.received, "Connection: close\r\n"));
}

TEST_CASE("a client that has gone, and a server that stops, leave no program") {
    Programs p;
    p.put("chatty.cgi", kType + "exec yes\n");
    p.put("quiet.cgi", "exec sleep 1000\n");
    p.ask("GET", "/cgi-bin/chatty.cgi");
    p.receive_until("y\n");
    p.hang_up();
    p.rounds_until([&] { return p.cgi->running() == 0; });
    CHECK_FALSE(has_children());
    p.ask("GET", "/cgi-bin/quiet.cgi");
    p.rounds_until([&] { return p.cgi->running() == 1; });
    p.server->stop(daemon::Deadline::after(1ms));
    p.rounds_until([&] { return p.server->open_connections() == 0; });
    CHECK(p.cgi->running() == 0);
    CHECK_FALSE(has_children());
}
