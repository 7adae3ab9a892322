// Where does an answer end? Wrong: at the end of the connection, and, for HEAD, where
// Content-Length says. The connection stays open for the next request (keep-alive), and an answer
// to HEAD has the length of a body that is not sent. So both clients wait until the server has
// enough of it. Right: by the head, and by what was asked.
//
// Look at: who ends the wait in the first two, and how many answers the third gets in one
// connection.

#include <poll.h>

#include "site.hh"

using namespace waymark::demo;

namespace {

constexpr std::string_view kHost = " / HTTP/1.1\r\nHost: demo\r\n\r\n";

std::size_t length_in(const std::string& head) {
    const std::size_t place = head.find("Content-Length: ");
    return place == head.npos ? 0 : std::stoul(head.substr(place + 16));
}

// Says once that nothing comes, when the kernel has nothing for us.
void say_if_it_waits(const Fd& socket) {
    pollfd wanted{socket.get(), POLLIN, 0};
    if (::poll(&wanted, 1, 0) == 0) fmt::print("   nothing more comes, and it waits\n");
    end_step();
}

//#region to-the-end
void read_to_the_end(const Fd& socket) {
    std::string answer = receive_head(socket);
    answer += receive_some(socket);
    fmt::print("   {} bytes, the whole answer\n", answer.size());
    say_if_it_waits(socket);
    while (!receive_some(socket).empty()) continue;  //@ 1
    fmt::print("   the server has closed the idle connection\n");
}

void read_the_length(const Fd& socket) {
    const std::size_t length = length_in(receive_head(socket));
    fmt::print("   Content-Length: {}\n", length);
    say_if_it_waits(socket);
    std::string body, more;
    while (body.size() < length && !(more = receive_some(socket)).empty())  //@ 2
        body += more;                                                       //@ 2
    fmt::print("   {} bytes of a body, and the end\n", body.size());
}
//#endregion to-the-end

void ask(const Fd& socket, std::string_view method) {
    send_text(socket, std::string(method) + std::string(kHost));
    const std::string head = receive_head(socket);
    const std::size_t length = method == "HEAD" ? 0 : length_in(head);
    std::string body;
    while (body.size() < length) body += receive_some(socket);
    fmt::print("   {}: {} bytes of a body\n", method, body.size());
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Listener listener = listen_here();
    const Address here = listener.address();
    waymark::daemon::Children children;
    children.start([&] { return serve_site(std::move(listener), std::chrono::seconds(1)); });
    listener.close();

    fmt::print("1. GET, and read to the end of the connection\n");
    Fd socket = connect_to(here);
    send_text(socket, "GET" + std::string(kHost));
    read_to_the_end(socket);
    fmt::print("2. HEAD, and read what Content-Length says\n");
    socket = connect_to(here);
    send_text(socket, "HEAD" + std::string(kHost));
    read_the_length(socket);
    fmt::print("3. by the head and the method, in one connection\n");
    socket = connect_to(here);
    for (const char* method : {"GET", "HEAD", "GET", "HEAD"}) ask(socket, method);
    end_step();
}
