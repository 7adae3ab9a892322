#include "net/http/cgi_environment.hh"

#include <doctest/doctest.h>

#include <stdlib.h>

#include <optional>

using namespace waymark::net;
using namespace waymark::net::http;

namespace {

struct Asked {
    std::vector<Field> fields;
    Request request;
    CgiCall call{.file = "/srv/cgi/a.cgi",
                 .script_name = "/cgi-bin/a.cgi",
                 .path_info = "",
                 .document_root = "/srv/www"};
    Address peer = Address::parse("[::ffff:192.0.2.7]:1234");
    Address local = Address::parse("192.0.2.1:8080");

    Asked() {
        request.method = "POST";
        request.target = "/cgi-bin/a.cgi?x=1";
        request.query = "x=1";
        request.host = "www.example.org:8080";
    }
    // Nothing if the variable is not there.
    std::optional<std::string> value(const std::string& name) {
        request.fields = fields;
        for (const std::string& each : cgi_environment(request, call, peer, local))
            if (each.starts_with(name + "=")) return each.substr(name.size() + 1);
        return std::nullopt;
    }
};

}  // namespace

TEST_CASE("the variables that RFC 3875 names are there") {
    Asked asked;
    asked.fields = {{"Content-Length", "12"}, {"Content-Type", "text/plain"}};
    CHECK(asked.value("GATEWAY_INTERFACE") == "CGI/1.1");
    CHECK(asked.value("REQUEST_METHOD") == "POST");
    CHECK(asked.value("QUERY_STRING") == "x=1");
    CHECK(asked.value("SCRIPT_NAME") == "/cgi-bin/a.cgi");
    CHECK(asked.value("SERVER_PROTOCOL") == "HTTP/1.1");
    CHECK(asked.value("SERVER_NAME") == "www.example.org");
    CHECK(asked.value("SERVER_PORT") == "8080");
    CHECK(asked.value("SERVER_SOFTWARE").has_value());
    CHECK(asked.value("REMOTE_ADDR") == "192.0.2.7");
    CHECK(asked.value("CONTENT_LENGTH") == "12");
    CHECK(asked.value("CONTENT_TYPE") == "text/plain");
    CHECK(asked.value("REQUEST_URI") == "/cgi-bin/a.cgi?x=1");
    CHECK_FALSE(asked.value("PATH_INFO").has_value());
    CHECK_FALSE(asked.value("HTTP_CONTENT_LENGTH").has_value());
    CHECK_FALSE(asked.value("HTTPS").has_value());
    asked.call.path_info = "/more";
    asked.call.is_secure = true;
    CHECK(asked.value("PATH_INFO") == "/more");
    CHECK(asked.value("PATH_TRANSLATED") == "/srv/www/more");
    CHECK(asked.value("HTTPS") == "on");
}

TEST_CASE("without a query and a host the variables are there, too") {
    Asked asked;
    asked.request.query = {};
    asked.request.host = {};
    CHECK(asked.value("QUERY_STRING") == "");
    CHECK(asked.value("SERVER_NAME") == "192.0.2.1");
    asked.request.host = "[2001:db8::1]:80";
    CHECK(asked.value("SERVER_NAME") == "[2001:db8::1]");
    asked.request.host = "[2001:db8::1]";
    CHECK(asked.value("SERVER_NAME") == "[2001:db8::1]");
}

TEST_CASE("fields become HTTP_ variables, several of a name one value") {
    Asked asked;
    asked.fields = {{"User-Agent", "x"},
                    {"accept", "a"},
                    {"Accept", "b"},
                    {"Cookie", "c=1"},
                    {"Cookie", "d=2"}};
    CHECK(asked.value("HTTP_USER_AGENT") == "x");
    CHECK(asked.value("HTTP_ACCEPT") == "a, b");
    CHECK(asked.value("HTTP_COOKIE") == "c=1; d=2");
}

TEST_CASE("what a program must not see, or could mistake, is kept back") {
    Asked asked;
    asked.fields = {{"Proxy", "evil:80"},
                    {"Authorization", "Basic x"},
                    {"X_User", "root"},
                    {"Connection", "close"}};
    for (const char* name : {"HTTP_PROXY", "HTTP_AUTHORIZATION", "HTTP_X_USER", "HTTP_CONNECTION"})
        CHECK_FALSE(asked.value(name).has_value());
    // Nothing of ours but a path of our own choice.
    ::setenv("WAYMARK_SECRET", "1", 1);
    CHECK_FALSE(asked.value("WAYMARK_SECRET").has_value());
    CHECK(asked.value("PATH") == "/usr/local/bin:/usr/bin:/bin");
}
