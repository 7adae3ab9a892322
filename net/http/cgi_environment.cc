#include "net/http/cgi_environment.hh"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "net/http/grammar.hh"

namespace waymark::net::http {

namespace {

constexpr ByteSet kNameBytes = kAlphanumerics.with("-");

bool is_kept_back(std::string_view name) {
    for (const std::string_view other : {"Content-Length", "Content-Type", "Authorization",
                                         "Proxy-Authorization", "Proxy", "Connection"})
        if (same_name(name, other)) return true;
    return !kNameBytes.has_all(name);
}

std::string variable_name(std::string_view field) {
    std::string name = "HTTP_";
    for (const char byte : field)
        name.push_back(
            byte == '-' ? '_' : static_cast<char>(byte >= 'a' && byte <= 'z' ? byte - 32 : byte));
    return name;
}

// Host without its port, and without the brackets of an IPv6 address staying open.
std::string_view name_of_host(std::string_view host) {
    const std::size_t bracket = host.rfind(']');
    const std::size_t colon = host.rfind(':');
    if (colon == host.npos || (bracket != host.npos && colon < bracket)) return host;
    return host.substr(0, colon);
}

std::string host_text(const Address& address) {
    return address.is_ip() ? address.unmapped().host_text() : "127.0.0.1";
}

}  // namespace

std::vector<std::string> cgi_environment(const Request& request, const CgiCall& call,
                                         const Address& peer, const Address& local) {
    std::map<std::string, std::string> variables;
    // First, so that no field can take the place of what follows.
    for (const Field& field : request.fields) {
        if (is_kept_back(field.name)) continue;
        std::string& value = variables[variable_name(field.name)];
        if (!value.empty()) value += same_name(field.name, "Cookie") ? "; " : ", ";
        value += field.value;
    }
    const auto set = [&variables](const char* name, std::string_view value) {
        variables[name] = value;
    };
    const std::string_view server = name_of_host(request.host);
    set("GATEWAY_INTERFACE", "CGI/1.1");
    set("SERVER_SOFTWARE", "waymark");
    set("SERVER_PROTOCOL", request.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1");
    set("SERVER_NAME", server.empty() ? host_text(local) : server);
    set("SERVER_PORT", std::to_string(local.is_ip() ? local.port() : 80));
    set("REQUEST_METHOD", request.method);
    set("REQUEST_URI", request.target);
    set("QUERY_STRING", request.query);
    set("SCRIPT_NAME", call.script_name);
    set("SCRIPT_FILENAME", call.file);
    set("REMOTE_ADDR", host_text(peer));
    set("REMOTE_PORT", std::to_string(peer.is_ip() ? peer.port() : 0));
    set("DOCUMENT_ROOT", call.document_root);
    set("PATH", "/usr/local/bin:/usr/bin:/bin");
    if (call.is_secure) set("HTTPS", "on");
    if (!call.path_info.empty()) {
        set("PATH_INFO", call.path_info);
        set("PATH_TRANSLATED", call.document_root + call.path_info);
    }
    if (const auto length = request.field("Content-Length")) set("CONTENT_LENGTH", *length);
    if (const auto type = request.field("Content-Type")) set("CONTENT_TYPE", *type);

    std::vector<std::string> environment;
    for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
    return environment;
}

}  // namespace waymark::net::http
