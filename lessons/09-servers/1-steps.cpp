// Each step between socket() and accept() by itself, and what a client gets after each of them.
//
// Look at step 3: nobody has called accept yet, and the client is connected and has sent its words.
// The kernel makes the connections; accept hands them out.

#include "by_hand.hh"

using namespace waymark::demo;

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    //#region steps
    Fd server = make_socket();  //@ 1
    fmt::print("1. socket: its address is {}\n", local_address(server).to_string());
    end_step();

    const int bound = try_bind(server, Address::parse("127.0.0.1:0"));  //@ 2
    const Address address = local_address(server);
    fmt::print("2. bind: {}; its address is {}\n", in_words(bound, "done"), address.to_string());
    fmt::print("   a client: {}\n", in_words(try_connect(make_socket(), address), "connected"));
    end_step();

    check(::listen(server.get(), 5), "listen");  //@ 3..
    const Fd client = make_socket();
    fmt::print("3. listen\n   a client: {}\n",
               in_words(try_connect(client, address), "connected"));  //@ ..3
    //#endregion steps
    const ssize_t sent = ::send(client.get(), "hello", 5, MSG_NOSIGNAL);
    wait_until([&] { return waiting_at(server) == 1; });
    fmt::print("   it has sent {} bytes; {} waits in the queue\n", sent, waiting_at(server));
    end_step();

    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const Fd connection(
        check(::accept4(server.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC),
              "accept4"));
    char bytes[100];
    const ssize_t length = ::read(connection.get(), bytes, sizeof bytes);
    fmt::print("4. accept: from {}\n",
               Address(reinterpret_cast<sockaddr*>(&peer), size).to_string());
    fmt::print("   the client is {}\n", local_address(client).to_string());
    fmt::print("   it had said: {}; {} wait in the queue\n",
               std::string(bytes, length > 0 ? static_cast<std::size_t>(length) : 0),
               waiting_at(server));
    end_step();
}
