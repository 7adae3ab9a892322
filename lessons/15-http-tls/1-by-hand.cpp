// A request by hand: what a browser sends, and what of it a server of HTTP/1.1 needs. Each line
// ends with CR and LF, and an empty line is the end of the head.
//
// Look at: the status of each answer, and what was different in the request.

#include "site.hh"

using namespace waymark::demo;

namespace {

void ask(const Address& server, std::string_view request) {
    const Fd socket = connect_to(server);
    show_lines(">", request);
    send_text(socket, request);
    const std::string head = receive_head(socket);
    show_lines("<", head.substr(0, head.find('\n') + 1));
}

//#region by-hand
void by_hand(const Address& server) {
    fmt::print("1. a line\n");
    ask(server, "GET /\r\n");  //@ 1
    end_step();
    fmt::print("2. a line with a version\n");
    ask(server, "GET / HTTP/1.1\r\n\r\n");  //@ 2
    end_step();
    fmt::print("3. and with the name of the site\n");
    ask(server, "GET / HTTP/1.1\r\nHost: demo\r\n\r\n");  //@ 3
    end_step();
    fmt::print("4. the same, typed at a terminal\n");
    ask(server, "GET / HTTP/1.1\nHost: demo\n\n");  //@ 4
    end_step();
}
//#endregion by-hand

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Listener listener = listen_here();
    const Address here = listener.address();
    waymark::daemon::Children children;
    children.start([&] { return serve_site(std::move(listener), std::chrono::seconds(10)); });
    listener.close();
    by_hand(here);
}
