// Real programs: what they are given, and what becomes of what they write.

#include "net/http/cgi.hh"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>

#include "net/http/cgi_under_test.hh"

using namespace waymark;
using namespace waymark::net::http;

TEST_CASE("a program learns of its request and answers it, and the connection goes on") {
    Programs p;
    p.put("a.cgi", kType + "echo \"$REQUEST_METHOD $QUERY_STRING $PATH_INFO $0 $(pwd)\"\n");
    const std::string answer = p.answer_of("GET", "/cgi-bin/a.cgi/more?x=1");
    CHECK(has(answer, "HTTP/1.1 200 OK\r\n"));
    CHECK(has(answer, "Content-Type: text/plain\r\n"));
    CHECK(has(answer, "GET x=1 /more " + p.folder.file("a.cgi") + " " + p.folder.path() + "\n"));
    CHECK(answer.ends_with("hello\n"));
    CHECK(p.cgi->running() == 0);
    CHECK_FALSE(has_children());
}

TEST_CASE("a body goes to the program as it comes, and the answer comes as it is made") {
    Programs p;
    p.put("turns.cgi", kType + "while read line; do echo got $line; done\n");
    p.ask("POST", "/cgi-bin/turns.cgi", "Content-Length: 8\r\n", "one\n");
    p.receive_until("got one\n");  // while the rest has not been sent
    p.send("two\n");
    p.receive_until("got two\n");
    p.receive_until("\r\n0\r\n\r\n");
}

TEST_CASE("a long body goes through a program and back, unchanged") {
    Programs p;
    p.put("cat.cgi", kType + "exec cat\n");
    std::string body;
    for (int i = 0; i < 200'000; ++i) body += std::to_string(i) + "\n";
    p.ask("POST", "/cgi-bin/cat.cgi", length_of(body));
    for (std::size_t at = 0; at < body.size(); at += 5000) {
        p.send(body.substr(at, 5000));
        while (p.receive_some()) {
        }
    }
    p.receive_until("\r\n0\r\n\r\n");
    CHECK(without_chunks(p.received) == body);
}

TEST_CASE("a status, a length and other fields are the program's") {
    Programs p;
    p.put(
        "a.cgi",
        "printf 'Status: 404 Lost\\nContent-Type: a/b\\nX-A: b\\nContent-Length: 3\\n\\nabcdef'\n");
    const std::string answer = p.answer_of("GET", "/cgi-bin/a.cgi");
    CHECK(has(answer, "HTTP/1.1 404 Not Found\r\n"));
    CHECK(has(answer, "X-A: b\r\n"));
    CHECK(has(answer, "Content-Length: 3\r\n\r\nabcHTTP/1.1 200"));
    p.received.clear();
    const std::string head = p.answer_of("HEAD", "/cgi-bin/a.cgi");
    CHECK(has(head, "Content-Length: 3\r\n\r\nHTTP/1.1 200"));
}

TEST_CASE("a Location that is a path is answered by the server itself, if it can") {
    Programs p;
    p.put("go.cgi", "printf 'Location: /there?x\\n\\n'\n");
    CHECK(has(p.answer_of("GET", "/cgi-bin/go.cgi"), "HTTP/1.1 502 "));
    p.received.clear();
    p.settings.local_redirect = [](Exchange& exchange, std::string_view path) {
        exchange.answer.answer(200, "text/plain", path);
    };
    p.cgi = std::make_unique<Cgi>(p.settings);
    CHECK(has(p.answer_of("GET", "/cgi-bin/go.cgi"), "\r\n\r\n/thereHTTP/1.1 200"));
}

TEST_CASE("what cannot be started is refused, and why is told") {
    Programs p;
    p.put("a.cgi", kType);
    p.put("forbidden.cgi", kType);
    REQUIRE(::chmod(p.folder.file("forbidden.cgi").c_str(), 0644) == 0);
    std::ofstream(p.folder.file("bad.cgi")) << "#!/no/such/interpreter\n";
    REQUIRE(::chmod(p.folder.file("bad.cgi").c_str(), 0755) == 0);
    struct Row {
        std::string path;
        std::string fields;
        std::string status;
    };
    const Row rows[] = {
        {"/cgi-bin/none.cgi", "", "404"},
        {"/cgi-bin/../hello", "", "404"},
        {"/cgi-bin/forbidden.cgi", "", "403"},
        {"/cgi-bin/bad.cgi", "", "500"},
        {"/cgi-bin/%zz", "", "400"},
        {"/cgi-bin/a.cgi", "Transfer-Encoding: chunked\r\n", "411"},
        {"/cgi-bin/a.cgi", "Content-Length: 10000001\r\n", "413"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        p.peer.reset();
        CHECK(has(p.answer_of("POST", row.path, row.fields), "HTTP/1.1 " + row.status));
    }
    CHECK(p.has_logged("/bad.cgi: start"));
    CHECK_FALSE(has_children());
}

TEST_CASE("no more programs run at once than were allowed") {
    Programs p;
    p.settings.programs = 1;
    p.put("wait.cgi", "read line\n" + kType + "echo done\n");
    p.ask("POST", "/cgi-bin/wait.cgi", "Content-Length: 2\r\n");
    p.rounds_until([&] { return p.cgi->running() == 1; });
    daemon::Fd first = std::move(p.peer);
    CHECK(has(p.answer_of("GET", "/cgi-bin/wait.cgi"), "HTTP/1.1 503 "));
    CHECK(has(p.received, "Retry-After: "));
    p.peer = std::move(first);
    p.received.clear();
    p.has_ended = false;
    p.send("a\n");
    p.receive_until("done\n");
}

TEST_CASE("programs of several handlers may be counted together") {
    Programs p;
    std::atomic<std::size_t> running = 1;  // another one's
    p.settings.programs = 1;
    p.settings.running = &running;
    p.put("a.cgi", kType + "echo done\n");
    CHECK(has(p.answer_of("GET", "/cgi-bin/a.cgi"), "HTTP/1.1 503 "));
    CHECK(running == 1);
    running = 0;
    p.received.clear();
    CHECK(has(p.answer_of("GET", "/cgi-bin/a.cgi"), "done\n"));
    CHECK(running == 0);
}
